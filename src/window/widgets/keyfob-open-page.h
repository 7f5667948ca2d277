/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * keyfob_open_page_dup_token:
 * @widget: the widget that the user clicked on
 *
 * Returns: (transfer full) (nullable): an activation token with which the browser may raise its
 *   window
 */
char *keyfob_open_page_dup_token (GtkWidget *widget);

/**
 * keyfob_open_page_async:
 * @widget: the widget that the user clicked on
 * @uri: the address of the page
 *
 * Opens @uri in the default browser.
 */
void keyfob_open_page_async (GtkWidget *widget,
                             const char *uri,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/** Returns: %FALSE with %G_IO_ERROR_NOT_SUPPORTED where there is no browser */
gboolean keyfob_open_page_finish (GAsyncResult *result, GError **error);

G_END_DECLS
