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

/**
 * keyfob_ui_add_toast_button:
 * @toast: of keyfob_ui_create_toast()
 * @text: of the button
 *
 * Gives @toast a button, which is below its text where there is little room; that of libadwaita is
 * always beside it. What the button does dismisses @toast, too.
 *
 * Returns: (transfer none): the button
 */
GtkWidget *keyfob_ui_add_toast_button (AdwToast *toast, const char *text);

/**
 * keyfob_ui_announce:
 * @widget: a widget of the window in which something happened
 * @text: the outcome, as a sentence or a few words
 *
 * Tells a screen reader of an outcome: once the focus stays where it is, the widget that has it
 * carries the outcome as its description until the focus leaves it; and GTK says it at once where
 * the running version has announcements.
 */
void keyfob_ui_announce (GtkWidget *widget, const char *text);

/**
 * keyfob_ui_add_toast:
 * @overlay: shows the toast
 * @toast: (transfer full): the toast
 *
 * Shows and announces @toast at once in place of the one before; a toast with a button, which
 * somebody may still need, stays until its time is over.
 */
void keyfob_ui_add_toast (AdwToastOverlay *overlay, AdwToast *toast);

/** Shows a toast with @text, which is plain text and not markup, as keyfob_ui_add_toast() does. */
void keyfob_ui_show_toast (AdwToastOverlay *overlay, const char *text);

/** Returns: whether @widget, or something in it, has the focus of its window */
gboolean keyfob_ui_has_focus (GtkWidget *widget);

/**
 * keyfob_ui_set_accessible_label:
 * @format: a text with "%s"
 * @name: name of a host, which takes its place
 *
 * Names @control for screen readers.
 */
void keyfob_ui_set_accessible_label (GtkWidget *control, const char *format, const char *name);

/** Names @drop_down for screen readers; @name says what is chosen, too. */
void keyfob_ui_name_drop_down (GtkDropDown *drop_down, const char *name);

/**
 * keyfob_ui_describe:
 * @text: (nullable): what a screen reader says of @widget besides its name
 *
 * An announcement takes its place for as long as @widget bears that.
 */
void keyfob_ui_describe (GtkWidget *widget, const char *text);

/**
 * keyfob_ui_set_description:
 * @label: the label below @control
 * @sentence: (nullable): what to say about it
 *
 * Shows @sentence in @label, which is hidden without one; a screen reader says it with @control.
 */
void keyfob_ui_set_description (GtkWidget *control, GtkLabel *label, const char *sentence);

/** Hides @page from accessibility while another page covers it. */
void keyfob_ui_set_covered (GtkWidget *page, gboolean covered);

/**
 * Shows the page of @stack that is called @name, which need not be visible before, and hides the
 * others from accessibility.
 */
void keyfob_ui_show_page (GtkStack *stack, const char *name);

/**
 * keyfob_ui_complete_accessibility:
 * @widget: a window, or a part of one
 *
 * Has the pages of stacks in @widget, and what libadwaita leaves without a name, go without one;
 * the button of a search gets that of its tooltip, and items of menus that of their text.
 * GTK gives them the name of their type, such as GtkStackPage, which a screen reader says whenever
 * the focus comes into one. Also hides the rows of an expander from accessibility while it is
 * collapsed, and has what stands below the title of a row said with the row. To be called once for
 * a widget.
 */
void keyfob_ui_complete_accessibility (GtkWidget *widget);

/**
 * keyfob_ui_markup_verbatim:
 * @text: (nullable): an address or a path
 *
 * Returns: (transfer full): Pango markup for @text that breaks lines without adding a hyphen, which
 *   would look like a part of the address
 */
char *keyfob_ui_markup_verbatim (const char *text);

/**
 * keyfob_ui_dup_breakable:
 * @address: an address
 *
 * Returns: (transfer full): @address for a label, with a place to break the line behind each dot
 *   and each slash
 */
char *keyfob_ui_dup_breakable (const char *address);

/**
 * keyfob_ui_set_breakable:
 * @text: a name or a line that may have an address in it
 *
 * Shows @text in @label, where its lines break as keyfob_ui_dup_breakable() has it, and gives it to
 * a screen reader as it is.
 */
void keyfob_ui_set_breakable (GtkLabel *label, const char *text);

/**
 * keyfob_ui_dup_avatar_text:
 * @name: what to call the host
 *
 * Returns: (transfer full): a text whose first letters of words tell servers apart that are named
 *   alike: the number at the end of the name or of the first part of an address, or the first
 *   letters of its parts
 */
char *keyfob_ui_dup_avatar_text (const char *name);

/**
 * keyfob_ui_set_avatar:
 * @name: what to call the host
 * @address: its address
 *
 * Gives @avatar the initials of @name and a colour taken from @address, so that two hosts of one
 * name differ.
 */
void keyfob_ui_set_avatar (AdwAvatar *avatar, const char *name, const char *address);

G_END_DECLS
