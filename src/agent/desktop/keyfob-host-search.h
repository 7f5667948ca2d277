/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/*
 * What the search of a desktop finds of the hosts, whichever desktop asks: a result is what can be
 * done with a host now, to copy its header or to sign in.
 */

/**
 * KeyfobSearchResult:
 * @host: the host
 * @id: tells it apart from others, and what it does
 * @title: what it does, for the user
 * @details: the address of @host and how it stands, for the user
 *
 * One result; nothing in it is a secret.
 */
typedef struct
{
  KeyfobHost *host;
  char *id;
  char *title;
  char *details;
} KeyfobSearchResult;

/**
 * keyfob_host_search:
 * @hosts: a model of #KeyfobHost
 * @text: what was typed; each word of it has to begin a word of the name, the address or the
 *   account of a host. Only its first 200 characters are looked at.
 *
 * Returns: (transfer full) (element-type KeyfobSearchResult): the hosts that fit, those that the
 *   user has pinned first and then those used last; none where @text has no word, or while tokens
 *   are locked
 */
GPtrArray *keyfob_host_search (GListModel *hosts, const char *text);

/**
 * keyfob_host_search_find:
 * @ids: (array zero-terminated=1): of results, perhaps found a while ago
 *
 * Returns: (transfer full) (element-type KeyfobSearchResult): the results as they are now, without
 *   those whose host is gone; none while tokens are locked
 */
GPtrArray *keyfob_host_search_find (GListModel *hosts, const char *const *ids);

/**
 * keyfob_search_result_activate:
 * @activation_token: (nullable): lets what is opened come to the front
 *
 * Does what the title says.
 */
void keyfob_search_result_activate (KeyfobSearchResult *self, const char *activation_token);

void keyfob_search_result_free (KeyfobSearchResult *self);

G_END_DECLS
