/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * KeyfobDataControl:
 *
 * The clipboard of a Wayland compositor that lets a program copy and clear at any time, also
 * without the focus and without a window: one with the protocol ext-data-control-v1, or
 * wlr-data-control-unstable-v1, which came before it. Unlike GTK's clipboard it serves types whose
 * names have no slash.
 */
typedef struct _KeyfobDataControl KeyfobDataControl;

/**
 * keyfob_data_control_new:
 * @lost: called with @user_data when another program has taken the clipboard
 *
 * Returns: (transfer full) (nullable): %NULL where @display has no such protocol
 */
KeyfobDataControl *keyfob_data_control_new (GdkDisplay *display, GFunc lost, gpointer user_data);

void keyfob_data_control_free (KeyfobDataControl *self);

/**
 * keyfob_data_control_set_content:
 * @content: (nullable): %NULL removes the content that was set before
 *
 * Puts @content on the clipboard. It is asked for each of its MIME types.
 */
void keyfob_data_control_set_content (KeyfobDataControl *self, GdkContentProvider *content);

G_END_DECLS
