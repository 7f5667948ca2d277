/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_IDLE_EXIT (keyfob_idle_exit_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobIdleExit, keyfob_idle_exit, KEYFOB, IDLE_EXIT, GObject)

/**
 * KeyfobIdleExit:
 *
 * Sees to it that an agent which the bus has started is never a hidden program that nobody asked
 * for. It emits `leave` some time after the last call, unless
 * - there is a tray: its icon shows the agent, and has *Quit* in its menu;
 * - the user wants it to run: it starts at login, see keyfob_autostart_read_async();
 * - somebody looks: a program that called Agent1.Looked or asked for all hosts, as the window does,
 *   is still on the bus;
 * - it would cut something off, such as a sign-in, or a token that is not stored yet.
 * Whoever calls the agent later gets another one, which refreshes what has to be; only what would
 * have been refreshed ahead of need meanwhile is not.
 *
 * It wakes up only when somebody may just have been the last one to need the agent.
 */

/** Returns: whether leaving now would cut something off */
typedef gboolean (*KeyfobIdleExitBusy) (gpointer user_data);

/**
 * keyfob_idle_exit_new:
 * @clock: of the agent
 * @autostart: path of the entry that starts the agent at login
 * @seconds: how long nobody must have called
 * @is_busy: is asked when the time has come
 * @is_busy_data: for @is_busy; outlives the object
 *
 * Returns: (transfer full): it, at work
 */
KeyfobIdleExit *keyfob_idle_exit_new (GDBusConnection *connection,
                                      KeyfobClock *clock,
                                      const char *autostart,
                                      guint seconds,
                                      KeyfobIdleExitBusy is_busy,
                                      gpointer is_busy_data);

/** Tells whether there is a tray that shows the agent. */
void keyfob_idle_exit_set_tray (KeyfobIdleExit *self, gboolean tray);

G_END_DECLS
