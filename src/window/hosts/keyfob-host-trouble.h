/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-state.h"

G_BEGIN_DECLS

/**
 * KeyfobHostFacts:
 * @state: how the host stands
 * @error: (nullable): `Host1.Error`
 * @word: (nullable): what kind of error that is, see `Host1.ErrorDetails`
 * @status: of the answer of the server, 0 without one
 * @failure: (nullable): a sentence on the last call of the window that failed
 * @failure_word: (nullable): what kind of failure that is
 * @store: (nullable): `Host1.Store`
 * @store_locked: whether the keyring is locked, which a notice in the window tells
 * @saved: whether the token is stored
 * @expires: end of the token, 0 unknown
 * @now: the present time; both in Unix seconds
 *
 * What is known of a host that may have a trouble.
 */
typedef struct
{
  KeyfobHostState state;
  const char *error;
  const char *word;
  guint status;
  const char *failure;
  const char *failure_word;
  const char *store;
  gboolean store_locked;
  gboolean saved;
  gint64 expires;
  gint64 now;
} KeyfobHostFacts;

/**
 * KeyfobHostTrouble:
 * @icon: name of an icon
 * @sentence: what is, and what the user can do
 * @hint: (nullable): what is still good
 * @label: (nullable): what the button says that leads out of it; %NULL where nothing does
 * @accessible: (nullable): what a screen reader calls the button, with "%s" for the name of the
 * host
 * @action: (nullable): its action, of a host or of the window
 *
 * What is wrong with a host, and the one thing that mends it.
 */
typedef struct
{
  const char *icon;
  char *sentence;
  char *hint;
  const char *label;
  const char *accessible;
  const char *action;
} KeyfobHostTrouble;

/** Returns: (transfer full) (nullable): the trouble; %NULL where there is none that is of the host
 */
KeyfobHostTrouble *keyfob_host_trouble_find (const KeyfobHostFacts *facts);

void keyfob_host_trouble_free (KeyfobHostTrouble *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobHostTrouble, keyfob_host_trouble_free)

G_END_DECLS
