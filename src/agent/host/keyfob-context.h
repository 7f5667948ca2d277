/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-bearer-files.h"
#include "keyfob-callers.h"
#include "keyfob-clock.h"
#include "keyfob-host-file.h"
#include "keyfob-launcher.h"
#include "keyfob-memory-trimmer.h"
#include "keyfob-notices.h"
#include "keyfob-provided-hosts.h"
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
 * @session: the HTTP session of all hosts that ask for nothing else
 * @clock: the wall clock
 * @launcher: opens the browser
 * @file: hosts.ini
 * @notices: what the user should know beside the errors of the hosts
 * @settings: what the user has set
 * @lock: whether tokens are handed out
 * @questions: which programs want a token that the user has to allow
 * @scheduler: the timer of all hosts
 * @stores: where tokens are kept
 * @bearer_files: from which programs read tokens
 * @provided: (nullable): the hosts that are provided for all users, of which @file knows
 * @trimmer: (nullable): gives memory back after requests
 * @ended_loopbacks: see keyfob_loopback_new()
 * @is_private: the agent is there for one call, and begins nothing by itself
 * @has_bare_token: the token file holds a single token
 * @makes_bare_token: the client has this token made anew, so that its host is the one that is named
 * @bare_host: (nullable): the base URL that the file names as that of its single token
 * @named_host: (nullable): the host that the only client of a private agent has named
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
  KeyfobBearerFiles *bearer_files;
  KeyfobProvidedHosts *provided;
  KeyfobMemoryTrimmer *trimmer;
  GPtrArray *ended_loopbacks;
  gboolean is_private;
  gboolean has_bare_token;
  gboolean makes_bare_token;
  char *bare_host;
  char *named_host;
} KeyfobContext;

/**
 * keyfob_context_new:
 * @callers: (nullable) (transfer full): of @connection; needed where methods are called
 * @runtime_folder: (nullable): see keyfob_bearer_files_new()
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
                                   KeyfobStores *stores,
                                   const char *runtime_folder);

/**
 * keyfob_context_new_session:
 * @ca_file: see keyfob_http_session_new_for()
 * @proxy: likewise
 *
 * Returns: (transfer full): the HTTP session for a host with these options
 */
SoupSession *
keyfob_context_new_session (KeyfobContext *self, const char *ca_file, const char *proxy);

/** Returns: (transfer full): @self with one more reference */
KeyfobContext *keyfob_context_ref (KeyfobContext *self);

/** Gives a reference back; the last one frees @self. */
void keyfob_context_unref (KeyfobContext *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobContext, keyfob_context_unref)

G_END_DECLS
