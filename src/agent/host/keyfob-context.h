/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-callers.h"
#include "keyfob-clock.h"
#include "keyfob-host-file.h"
#include "keyfob-launcher.h"
#include "keyfob-notices.h"
#include "keyfob-questions.h"
#include "keyfob-scheduler.h"
#include "keyfob-settings.h"
#include "keyfob-stores.h"
#include "keyfob-token-lock.h"

G_BEGIN_DECLS

/**
 * KeyfobContext:
 * @connection: the bus, or the only client of a private agent
 * @callers: who calls over it
 * @session: the HTTP session of all hosts
 * @clock: the wall clock
 * @launcher: opens the browser
 * @file: hosts.ini
 * @notices: what the user should know beside the errors of the hosts
 * @settings: what the user has set
 * @lock: whether tokens are handed out
 * @questions: which programs want a token that the user has to allow
 * @scheduler: the timer of all hosts
 * @stores: where tokens are kept
 * @ended_loopbacks: see keyfob_loopback_new()
 *
 * The objects that all hosts of an agent share; counts its references.
 */
typedef struct
{
  GDBusConnection *connection;
  KeyfobCallers *callers;
  SoupSession *session;
  KeyfobClock *clock;
  KeyfobLauncher *launcher;
  KeyfobHostFile *file;
  KeyfobNotices *notices;
  KeyfobSettings *settings;
  KeyfobTokenLock *lock;
  KeyfobQuestions *questions;
  KeyfobScheduler *scheduler;
  KeyfobStores *stores;
  GPtrArray *ended_loopbacks;
} KeyfobContext;

/**
 * keyfob_context_new:
 * @callers: (nullable) (transfer full): of @connection; needed where methods are called
 *
 * Takes a reference on each object, and makes the others.
 *
 * Returns: (transfer full): a context
 */
KeyfobContext *keyfob_context_new (GDBusConnection *connection,
                                   KeyfobCallers *callers,
                                   SoupSession *session,
                                   KeyfobClock *clock,
                                   KeyfobLauncher *launcher,
                                   KeyfobHostFile *file,
                                   KeyfobNotices *notices,
                                   KeyfobSettings *settings,
                                   KeyfobTokenLock *lock,
                                   KeyfobQuestions *questions,
                                   KeyfobStores *stores);

/** Returns: (transfer full): @self with one more reference */
KeyfobContext *keyfob_context_ref (KeyfobContext *self);

/** Gives a reference back; the last one frees @self. */
void keyfob_context_unref (KeyfobContext *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobContext, keyfob_context_unref)

G_END_DECLS
