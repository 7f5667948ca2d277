/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * KeyfobRequest:
 *
 * @KEYFOB_REQUEST_BROKER_REFRESH: a refresh with a token that py-oidc-auth made itself
 *
 * What was asked for: the same answer means different things.
 */
typedef enum
{
  KEYFOB_REQUEST_LOGIN,
  KEYFOB_REQUEST_EXCHANGE,
  KEYFOB_REQUEST_REFRESH,
  KEYFOB_REQUEST_BROKER_REFRESH,
  KEYFOB_REQUEST_DEVICE,
  KEYFOB_REQUEST_POLL,
  KEYFOB_REQUEST_USERINFO,
} KeyfobRequest;

/**
 * KeyfobAnswer:
 * @url: what was asked, without its query
 * @status: HTTP status
 * @content_type: (nullable): media type without parameters
 * @location: (nullable): where a redirect leads
 * @body: the bytes, of any encoding, with a NUL behind them
 * @length: how many there are
 * @cut_off: whether there were more than Keyfob takes
 * @now: Unix time in seconds at which it began to arrive, by this machine's clock
 * @skew: seconds by which the server's clock is ahead, 0 unknown
 * @retry_after: seconds for which it does not want to be asked again, 0 where it says nothing
 *
 * An answer over HTTP. Holds secrets; freeing wipes them.
 */
typedef struct
{
  char *url;
  guint status;
  char *content_type;
  char *location;
  char *body;
  gsize length;
  gboolean cut_off;
  gint64 now;
  gint64 skew;
  gint64 retry_after;
} KeyfobAnswer;

void keyfob_answer_free (KeyfobAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobAnswer, keyfob_answer_free)

/** Returns: (transfer full): host, and port where there is one, of @url, fit to be shown */
char *keyfob_answer_dup_host (const char *url);

/** Returns: whether the server is out of order or overrun, and so says nothing about what was asked
 */
gboolean keyfob_answer_is_unavailable (KeyfobAnswer *self);

/** Returns: whether it leads on to @location */
gboolean keyfob_answer_is_redirect (KeyfobAnswer *self);

/**
 * keyfob_answer_to_object:
 * @error: a KEYFOB_AUTH_ERROR with a sentence that names the host and what to do; it holds no
 *   secret
 *
 * Returns: (transfer full): the JSON object, or %NULL where the answer is anything else
 */
JsonObject *keyfob_answer_to_object (KeyfobAnswer *self, KeyfobRequest request, GError **error);

/**
 * keyfob_answer_to_error:
 *
 * Only an answer to a refresh that says that the refresh token is dead is KEYFOB_AUTH_ERROR_EXPIRED
 * then: `invalid_grant` and its kin, or 401 of a broker. For a server that is out of order or
 * overrun see keyfob_auth_error_get_retry_after().
 *
 * Returns: (transfer full): what an answer that is not the wanted one means
 */
GError *keyfob_answer_to_error (KeyfobAnswer *self, KeyfobRequest request);

G_END_DECLS
