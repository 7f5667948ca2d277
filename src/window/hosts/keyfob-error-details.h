/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

/** Returns: whether @details (nullable) have more than when and what kind of failure it was */
gboolean keyfob_error_details_are_there (GVariant *details);

/**
 * keyfob_error_details_to_text:
 * @details: (nullable): `a{sv}`, see `Host1.ErrorDetails`
 *
 * Returns: (transfer full): a line for each fact; empty where there are none
 */
char *keyfob_error_details_to_text (GVariant *details);

/**
 * keyfob_error_details_present:
 * @copied: called with @user_data, a #GObject, when the user has copied the details
 *
 * Shows what is known about the failure at @host in a dialog, from which it can be copied.
 */
void keyfob_error_details_present (GtkWindow *parent,
                                   KeyfobBusHost1 *host,
                                   GCallback copied,
                                   gpointer user_data);

G_END_DECLS
