/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-answer.h"
#include "keyfob-clock.h"

G_BEGIN_DECLS

/** The largest body that is taken, in bytes. */
#define KEYFOB_HTTP_MAX_BODY (1024 * 1024)

/**
 * keyfob_http_session_new:
 *
 * Returns: (transfer full): a session as every request of Keyfob wants it: proxies and trusted
 *   issuers of the system, no cookies, no cache, and no certificate that could be waved through
 */
SoupSession *keyfob_http_session_new (void);

/**
 * keyfob_http_form_new:
 * @fields: names and values in turn, ended by %NULL; a field whose value is %NULL is left out
 *
 * Returns: (transfer full): a form body, wiped when it is freed
 */
GBytes *keyfob_http_form_new (const char *const *fields);

/**
 * keyfob_http_send_async:
 * @method: `GET` or `POST`
 * @url: absolute
 * @form: (nullable): what to post
 * @authorization: (nullable): value of the `Authorization` header
 * @seconds: time limit for all of it, by @clock
 * @clock: says when the answer arrived, too
 *
 * Asks once, without following a redirect, and takes at most KEYFOB_HTTP_MAX_BODY.
 */
void keyfob_http_send_async (SoupSession *session,
                             const char *method,
                             const char *url,
                             GBytes *form,
                             const char *authorization,
                             guint seconds,
                             KeyfobClock *clock,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/**
 * keyfob_http_send_finish:
 * @error: see keyfob_network_error_new()
 *
 * Returns: (transfer full): the answer, whatever its status, or %NULL where none came
 */
KeyfobAnswer *keyfob_http_send_finish (GAsyncResult *result, GError **error);

G_END_DECLS
