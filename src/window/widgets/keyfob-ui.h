/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * Helpers for what GTK 4.8 and libadwaita 1.2 do not do by themselves: toasts of plain text, pages
 * that a screen reader does not see while they are covered, and text without hyphens.
 */

/** Returns: (transfer full): a toast with @text, which is plain text and not markup */
AdwToast *keyfob_ui_create_toast (const char *text);

/** Shows a toast with @text, which is plain text and not markup. */
void keyfob_ui_show_toast (AdwToastOverlay *overlay, const char *text);

/** Hides @page from accessibility while another page covers it. */
void keyfob_ui_set_covered (GtkWidget *page, gboolean covered);

/** Shows the page of @stack that is called @name, and hides the others from accessibility. */
void keyfob_ui_show_page (GtkStack *stack, const char *name);

/**
 * keyfob_ui_markup_verbatim:
 * @text: (nullable): an address or a path
 *
 * Returns: (transfer full): Pango markup for @text that breaks lines without adding a hyphen, which
 *   would look like a part of the address
 */
char *keyfob_ui_markup_verbatim (const char *text);

G_END_DECLS
