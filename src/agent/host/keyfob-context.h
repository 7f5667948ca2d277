/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-clock.h"
#include "keyfob-host-file.h"
#include "keyfob-launcher.h"
#include "keyfob-notices.h"
#include "keyfob-scheduler.h"
#include "keyfob-settings.h"
#include "keyfob-stores.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CONTEXT (keyfob_context_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobContext, keyfob_context, KEYFOB, CONTEXT, GObject)

/**
 * KeyfobContext:
 *
 * What all hosts of an agent share, put together once by the program (or a test) and handed in.
 */

/**
 * keyfob_context_new:
 * @connection: the bus, or the one client of a private agent
 * @session: the HTTP session for all hosts
 * @file: where hosts are remembered
 * @notices: what the user should know
 * @stores: where tokens are kept
 *
 * Returns: (transfer full): a context
 */
KeyfobContext *keyfob_context_new (GDBusConnection *connection,
                                   SoupSession *session,
                                   KeyfobClock *clock,
                                   KeyfobLauncher *launcher,
                                   KeyfobHostFile *file,
                                   KeyfobNotices *notices,
                                   KeyfobSettings *settings,
                                   KeyfobStores *stores);

GDBusConnection *keyfob_context_get_connection (KeyfobContext *self);
SoupSession *keyfob_context_get_session (KeyfobContext *self);
KeyfobClock *keyfob_context_get_clock (KeyfobContext *self);
KeyfobLauncher *keyfob_context_get_launcher (KeyfobContext *self);
KeyfobHostFile *keyfob_context_get_file (KeyfobContext *self);

/** Returns: what the user should know once, beside what hosts say of themselves */
KeyfobNotices *keyfob_context_get_notices (KeyfobContext *self);

/** Returns: what the user has set */
KeyfobSettings *keyfob_context_get_settings (KeyfobContext *self);

/** Returns: the one timer of all hosts */
KeyfobScheduler *keyfob_context_get_scheduler (KeyfobContext *self);

KeyfobStores *keyfob_context_get_stores (KeyfobContext *self);

G_END_DECLS
