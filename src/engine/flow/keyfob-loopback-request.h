/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * KeyfobLoopbackRequest:
 * @method: such as `GET`
 * @path: as it came, encoded
 * @query: (nullable): as it came, encoded
 * @host: (nullable): host and port that the browser asked, of the target or of `Host`
 * @headers: the header fields
 *
 * The head of a request (RFC 9112 sections 2 and 3). Contains secrets;
 * keyfob_loopback_request_free() overwrites them.
 */
typedef struct
{
  char *method;
  char *path;
  char *query;
  char *host;
  SoupMessageHeaders *headers;
} KeyfobLoopbackRequest;

void keyfob_loopback_request_free (KeyfobLoopbackRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobLoopbackRequest, keyfob_loopback_request_free)

/**
 * keyfob_loopback_request_parse:
 * @head: (array length=length): request line and header fields
 * @cut_off: whether the rest is missing
 *
 * Takes a query as it is: cut-off escapes, blanks and bytes outside ASCII are no reason to lose the
 * parameters beside them.
 *
 * Returns: (transfer full) (nullable): the request; %NULL where it is not HTTP
 */
KeyfobLoopbackRequest *
keyfob_loopback_request_parse (const guint8 *head, gsize length, gboolean cut_off);

/** Returns: whether the browser fetches the page in advance, and may never show it */
gboolean keyfob_loopback_request_is_prefetch (KeyfobLoopbackRequest *self);

/**
 * keyfob_loopback_request_is_navigation:
 *
 * Returns: %FALSE where the browser says that it fetches something for another page, or into a
 *   frame of one, instead of going to this page (https://www.w3.org/TR/fetch-metadata/)
 */
gboolean keyfob_loopback_request_is_navigation (KeyfobLoopbackRequest *self);

G_END_DECLS
