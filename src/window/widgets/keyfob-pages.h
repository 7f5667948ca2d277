/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Keeps a page that is covered by another out of the accessibility tree, which GTK does not. */
void keyfob_pages_set_covered (GtkWidget *page, gboolean covered);

/** Shows the page of @stack that is called @name, to accessibility too. */
void keyfob_pages_show (GtkStack *stack, const char *name);

G_END_DECLS
