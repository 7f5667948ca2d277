/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A loaded machine and the sanitizers are slow, and a virtual machine may stand still. */
#define WAIT_SECONDS 120

/**
 * wait_while:
 * @condition: an expression
 *
 * Runs the main loop as long as @condition is true, and fails the test with @condition as its
 * message where that takes longer than %WAIT_SECONDS.
 */
#define wait_while(condition)                           \
  G_STMT_START                                          \
  {                                                     \
    gint64 wait_end = 0;                                \
    while (condition)                                   \
      wait_iteration (&wait_end, #condition, G_STRLOC); \
  }                                                     \
  G_STMT_END

/* Inline, so that whoever includes this links nothing more. */
static inline gboolean
wait_on_deadline (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static inline void
wait_iteration (gint64 *end, const char *condition, const char *where)
{
  gint64 now = g_get_monotonic_time ();
  gboolean over = FALSE;
  guint deadline;

  if (*end == 0)
    *end = now + WAIT_SECONDS * G_TIME_SPAN_SECOND;
  if (now >= *end)
    g_error ("%s: waited %d s while %s", where, WAIT_SECONDS, condition);

  deadline = g_timeout_add ((guint) ((*end - now) / 1000 + 1), wait_on_deadline, &over);
  g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (deadline);
}

/* GLib 2.74 may never come back from g_dbus_connection_close_sync(), though it has closed. */
static inline void
wait_close (GDBusConnection *connection)
{
  g_dbus_connection_close (connection, NULL, NULL, NULL);
  wait_while (!g_dbus_connection_is_closed (connection));
}

G_END_DECLS
