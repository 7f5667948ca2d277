/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * KeyfobRequest:
 *
 * What was asked for: the same answer means different things.
 */
typedef enum
{
  KEYFOB_REQUEST_LOGIN,
  KEYFOB_REQUEST_EXCHANGE,
  KEYFOB_REQUEST_REFRESH,
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
} KeyfobAnswer;

void keyfob_answer_free (KeyfobAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobAnswer, keyfob_answer_free)

/** Returns: (transfer full): host, and port where there is one, of @url, fit to be shown */
char *keyfob_answer_dup_host (const char *url);

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
 * Returns: (transfer full): what an answer that is not the wanted one means
 */
GError *keyfob_answer_to_error (KeyfobAnswer *self, KeyfobRequest request);

G_END_DECLS
