/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-answer.h"
#include "keyfob-clock.h"
#include "keyfob-http-session.h"
#include "keyfob-json.h"

G_BEGIN_DECLS

/** The largest body that is read, in bytes; the rest is cut off. */
#define KEYFOB_HTTP_MAX_BODY KEYFOB_JSON_MAX_ANSWER

/**
 * keyfob_http_form_new:
 * @fields: names and values in turn, ended by %NULL; a field whose value is %NULL is left out
 *
 * Returns: (transfer full): a form body, overwritten when it is freed
 */
GBytes *keyfob_http_form_new (const char *const *fields);

/**
 * keyfob_http_send_async:
 * @session: see #KeyfobHttpSession
 * @cookies: (nullable): sent along, and added to by the answer
 * @method: `GET` or `POST`
 * @url: absolute
 * @form: (nullable): body of a `POST`, see keyfob_http_form_new()
 * @authorization: (nullable): value of the `Authorization` header
 * @seconds: time limit for the whole request
 * @clock: measures the time limit and dates the answer
 *
 * Sends one request, follows no redirect, and reads at most KEYFOB_HTTP_MAX_BODY. Where the answer
 * is complete when @cancellable is cancelled, it is returned all the same.
 */
void keyfob_http_send_async (SoupSession *session,
                             SoupCookieJar *cookies,
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
 * Returns: (transfer full): the answer with any status, or %NULL where there was no answer
 */
KeyfobAnswer *keyfob_http_send_finish (GAsyncResult *result, GError **error);

G_END_DECLS
