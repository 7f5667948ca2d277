/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-caller.h"

G_BEGIN_DECLS

/**
 * KeyfobCallers:
 *
 * The one door for every method call that comes over a bus, whatever object and interface it is
 * for. A call waits until it is known which program makes it; one that the program may not make is
 * answered with an error and reaches nobody. A program that leaves the bus before it could be asked
 * for (it wants no answer, and ends) is taken for one in a sandbox: what such a program may call is
 * called, and anything else is not. Signals go to programs that have called and may make
 * any call, so that a program in a sandbox learns nothing by listening.
 */
typedef struct _KeyfobCallers KeyfobCallers;

/**
 * KeyfobCallersAllow:
 * @caller: a program that is in a sandbox, or may be
 *
 * Runs in the thread of the bus.
 *
 * Returns: whether @caller may make @call
 */
typedef gboolean (*KeyfobCallersAllow) (GDBusMessage *call, KeyfobCaller *caller);

/**
 * keyfob_callers_new:
 * @connection: before anything is exported there; one without a bus has one peer, which may make
 * any call
 * @denial: static: the sentence for a program that may not make its call
 *
 * Returns: (transfer full): a door
 */
KeyfobCallers *
keyfob_callers_new (GDBusConnection *connection, KeyfobCallersAllow allow, const char *denial);

/** Takes the door away, once nothing is exported any more. */
void keyfob_callers_free (KeyfobCallers *self);

/**
 * keyfob_callers_settle_async:
 * @callback: called when no call is held any more, with a result that needs no finish
 *
 * Waits for the calls of programs that are not known yet.
 */
void
keyfob_callers_settle_async (KeyfobCallers *self, GAsyncReadyCallback callback, gpointer user_data);

/**
 * keyfob_callers_dup:
 * @sender: (nullable): of a call that is being answered
 *
 * Returns: (nullable) (transfer full): who calls; %NULL where the program has left the bus since
 */
KeyfobCaller *keyfob_callers_dup (KeyfobCallers *self, const char *sender);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobCallers, keyfob_callers_free)

G_END_DECLS
