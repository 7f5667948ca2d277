/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * keyfob_clock_format_follow_desktop:
 *
 * From now on, what is set for the desktop (clock-format of org.gnome.desktop.interface) counts.
 * For programs of a desktop: what reads its settings wants a bus, and starts one where there is
 * none.
 */
void keyfob_clock_format_follow_desktop (void);

/**
 * keyfob_clock_format_has_12_hours:
 *
 * Whether the user reads times of day with AM and PM: what is set for the desktop, if that is
 * followed and somebody has set it, else what is usual in the locale.
 */
gboolean keyfob_clock_format_has_12_hours (void);

/**
 * keyfob_clock_format_use:
 * @format: as of strftime(3), with its time of day, if any, as %H:%M or %H:%M:%S
 * @has_12_hours: whether the time of day is wanted with AM and PM
 *
 * Returns: (transfer full): @format with the time of day in that form
 */
char *keyfob_clock_format_use (const char *format, gboolean has_12_hours);

/**
 * keyfob_clock_format_print:
 * @time: the time
 * @format: as for keyfob_clock_format_use()
 *
 * Returns: (transfer full): @format with @time in it, as the user reads times of day
 */
char *keyfob_clock_format_print (GDateTime *time, const char *format);

G_END_DECLS
