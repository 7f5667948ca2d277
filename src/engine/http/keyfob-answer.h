/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

#include "keyfob-error-detail.h"

G_BEGIN_DECLS

/**
 * KeyfobRequest:
 *
 * @KEYFOB_REQUEST_BROKER_REFRESH: a refresh with a token that py-oidc-auth issued itself
 *
 * The kind of a request: the same answer means different things to different requests.
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
 * @url: URL of the request, without its query
 * @status: HTTP status
 * @content_type: (nullable): media type without parameters
 * @location: (nullable): target of a redirect
 * @authenticate: (nullable): what is wanted of an `Authorization` header
 * @body: the body in any encoding, followed by a NUL byte
 * @length: length of @body in bytes
 * @cut_off: whether the body was longer than KEYFOB_HTTP_MAX_BODY
 * @now: Unix time in seconds and parts of them at which the answer began to arrive, by this
 * machine's clock
 * @skew: seconds by which the server's clock is ahead; 0 where unknown
 * @retry_after: seconds before the end of which the server wants no further request; 0 where its
 *   answer names no time
 *
 * An answer over HTTP. Contains secrets; keyfob_answer_free() overwrites them.
 */
typedef struct
{
  char *url;
  guint status;
  char *content_type;
  char *location;
  char *authenticate;
  char *body;
  gsize length;
  gboolean cut_off;
  double now;
  gint64 skew;
  gint64 retry_after;
} KeyfobAnswer;

void keyfob_answer_free (KeyfobAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobAnswer, keyfob_answer_free)

/** Returns: (transfer full): host and explicit port of @url, cleaned for display; may be empty */
char *keyfob_answer_dup_host (const char *url);

/** Returns: whether the server is out of order or overloaded (5xx, 429), or the request did not
 * arrive whole or came too early (408, 425), so that the answer says nothing about the request
 * itself */
gboolean keyfob_answer_is_unavailable (KeyfobAnswer *self);

/** Returns: whether the answer is a redirect to @location */
gboolean keyfob_answer_is_redirect (KeyfobAnswer *self);

/**
 * keyfob_answer_lacks_right:
 * @description: (nullable): what the answer says
 *
 * Returns: whether py-oidc-auth knows the person, whose token has not the claims or scopes that its
 *   settings ask for
 */
gboolean keyfob_answer_lacks_right (KeyfobAnswer *self, const char *description);

/** Returns: (transfer full): what an answer that is not the expected one says; of a page its title,
 * of a redirect the host that it leads to */
KeyfobErrorDetail *keyfob_answer_to_detail (KeyfobAnswer *self);

/**
 * keyfob_answer_to_object:
 * @error: see keyfob_answer_to_error()
 *
 * Returns: (transfer full): the JSON object of a successful answer, or %NULL for any other answer
 */
JsonObject *keyfob_answer_to_object (KeyfobAnswer *self, KeyfobRequest request, GError **error);

/**
 * keyfob_answer_to_error:
 *
 * For a refresh, KEYFOB_AUTH_ERROR_EXPIRED means that the refresh token will never work again: the
 * server answered `invalid_grant` or a similar code, or a broker answered 401. For a server that is
 * out of order or overloaded see keyfob_auth_error_get_retry_after().
 *
 * Returns: (transfer full): a KEYFOB_AUTH_ERROR for an answer that is not the expected one; its
 *   message names the host and what to do, and contains no secret
 */
GError *keyfob_answer_to_error (KeyfobAnswer *self, KeyfobRequest request);

G_END_DECLS
