/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_WRAP_BOX (keyfob_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWrapBox, keyfob_wrap_box, KEYFOB, WRAP_BOX, GtkWidget)

/**
 * KeyfobWrapBox:
 *
 * Puts its children beside each other and goes on in a new line where they do not fit, so that
 * long words and large text need no wider window. A child that expands is content with the width of
 * `expand-chars` average characters and gets what its line has left; a line without one ends at the
 * end side. `spacing` and `line-spacing` are in pixels.
 */

G_END_DECLS
