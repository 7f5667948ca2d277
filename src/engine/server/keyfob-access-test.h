/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobAccess:
 * @result: static: one of the words of `Host1.TestAccess`
 * @status: of HTTP
 * @scope: the scope that is missing
 * @account: to whom the token belongs
 * @detail: what the server says itself
 *
 * What a server answers to a token. The texts are cleaned for display, and empty where the server
 * does not tell.
 */
typedef struct
{
  const char *result;
  guint status;
  char *scope;
  char *account;
  char *detail;
} KeyfobAccess;

void keyfob_access_free (KeyfobAccess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobAccess, keyfob_access_free)

/**
 * keyfob_access_test_dup_url:
 * @typed: the address to test, as a person gives it
 * @error: G_DBUS_ERROR_INVALID_ARGS where the token of the host must not go there
 *
 * Returns: (transfer full): the address for keyfob_access_test_run_async(), or %NULL
 */
char *keyfob_access_test_dup_url (KeyfobConfig *config, const char *typed, GError **error);

/**
 * keyfob_access_test_run_async:
 * @url: (nullable): what to ask for; %NULL is the userinfo route of the host
 *
 * Asks the server for something with @token; no redirect is followed.
 */
void keyfob_access_test_run_async (SoupSession *session,
                                   KeyfobClock *clock,
                                   KeyfobConfig *config,
                                   KeyfobToken *token,
                                   const char *url,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_access_test_run_finish:
 * @error: as keyfob_http_send_finish()
 *
 * Returns: (transfer full): the answer, or %NULL where there is none
 */
KeyfobAccess *keyfob_access_test_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
