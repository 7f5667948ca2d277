/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Linked to main.c of the window for keyfob-uninstalled: where KEYFOB_TEST_TOUCH is set, the window
 * takes the pointer for a finger, which an X server without a screen does not have. */

#include <gtk/gtk.h>

/* In the place of the function of GTK. */
void
gtk_gesture_single_set_touch_only (GtkGestureSingle *gesture, gboolean touch_only)
{
  g_object_set (gesture, "touch-only", touch_only && g_getenv ("KEYFOB_TEST_TOUCH") == NULL, NULL);
}
