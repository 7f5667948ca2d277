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
 * Ends an agent that the bus has started and that is not needed any more, so that no hidden program
 * runs on: emits `leave` some time after the last method call, unless
 * - a tray shows the agent, with *Quit* in its menu;
 * - the agent starts at login, see keyfob_autostart_read_async();
 * - a program that called Agent1.Looked or asked for all hosts, as the window does, is still on the
 *   bus;
 * - leaving would cut something off, such as a sign-in, or a token that is not stored yet.
 * A later call starts another agent, which refreshes the tokens that need it; while no agent runs,
 * no token is refreshed ahead of need.
 *
 * The timer runs only while no tray and no such program is there.
 */

/** Returns: whether leaving now would cut something off */
typedef gboolean (*KeyfobIdleExitBusy) (gpointer user_data);

/**
 * keyfob_idle_exit_new:
 * @clock: of the agent
 * @autostart: path of the entry that starts the agent at login
 * @seconds: time without a call before the agent leaves
 * @is_busy: called when that time is over
 * @is_busy_data: for @is_busy; outlives the object
 *
 * Returns: (transfer full): an object that is at work
 */
KeyfobIdleExit *keyfob_idle_exit_new (GDBusConnection *connection,
                                      KeyfobClock *clock,
                                      const char *autostart,
                                      guint seconds,
                                      KeyfobIdleExitBusy is_busy,
                                      gpointer is_busy_data);

/** Sets whether a tray shows the agent. */
void keyfob_idle_exit_set_tray (KeyfobIdleExit *self, gboolean tray);

G_END_DECLS
