/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobProvider:
 * @endpoint: the page that the user is sent to, without query: of a browser, the authorization
 *   endpoint (RFC 6749 section 3.1); of a code, the verification URI (RFC 8628 section 3.2)
 * @client_id: (nullable): as what the server is known there
 * @issuer: (nullable): what the provider calls itself in its answer (RFC 9207 section 2)
 * @is_page: whether @endpoint is a page of the server itself, so that nobody knows where it leads
 *
 * What the login of a server leads to. In @endpoint scheme, host and port are as
 * keyfob_base_url_normalise() writes them, and a `*` stands for a part of the path that is another
 * one at each sign-in.
 */
typedef struct
{
  char *endpoint;
  char *client_id;
  char *issuer;
  gboolean is_page;
} KeyfobProvider;

/**
 * keyfob_provider_new:
 * @url: the page that the user is sent to
 * @client_id: (nullable): see #KeyfobProvider
 *
 * Returns: (transfer full) (nullable): the provider; %NULL where @url or @client_id is not written
 *   so that it can be shown and compared
 */
KeyfobProvider *keyfob_provider_new (const char *url, const char *client_id);

KeyfobProvider *keyfob_provider_copy (const KeyfobProvider *self);

void keyfob_provider_free (KeyfobProvider *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobProvider, keyfob_provider_free)

/**
 * keyfob_provider_matches:
 * @known: what the login led to before
 *
 * Compares scheme, host, port and path of the endpoint, and the client id. Scheme, host and port
 * say who gets the password; the path says which of the many tenants or realms that a provider
 * serves on one host; the client id says on whose behalf the code is given. The rest of the request
 * (scopes, prompt, nonce, their order) belongs to one sign-in and says nothing of these. The issuer
 * is known only from the answer, see keyfob_provider_accepts_issuer().
 *
 * Returns: whether the user is sent to the same place as before
 */
gboolean keyfob_provider_matches (const KeyfobProvider *self, const KeyfobProvider *known);

/** Returns: whether scheme, host and port of both endpoints are the same */
gboolean keyfob_provider_has_same_origin (const KeyfobProvider *self, const KeyfobProvider *other);

/**
 * keyfob_provider_is_same_client:
 *
 * The path is not compared: a server that wants to be taken for another one could write it in
 * another way.
 *
 * Returns: whether a code for the one may be a code for the other
 */
gboolean keyfob_provider_is_same_client (const KeyfobProvider *self, const KeyfobProvider *other);

/**
 * keyfob_provider_may_vary:
 *
 * Returns: whether a part of the path may belong to this sign-in only, as at brokers that give each
 *   session a page of its own; a second request tells, see keyfob_provider_generalise()
 */
gboolean keyfob_provider_may_vary (const KeyfobProvider *self);

/** Puts `*` for the parts of the path in which two requests one after another differ. */
void keyfob_provider_generalise (KeyfobProvider *self, const KeyfobProvider *other);

/**
 * keyfob_provider_accepts_issuer:
 * @issuer: (nullable): what the answer names
 *
 * For a provider whose issuer is not known yet: where an answer to a request that went to one host
 * names another host, somebody in between has passed the request on (RFC 9700 section 4.4).
 *
 * Returns: whether @issuer is at the host that the user was sent to, or there is nothing to compare
 */
gboolean keyfob_provider_accepts_issuer (const KeyfobProvider *self, const char *issuer);

/** Returns: (transfer full): host, and port where it is not the usual one, to be shown */
char *keyfob_provider_dup_name (const KeyfobProvider *self);

/** Returns: (transfer full): keyfob_provider_dup_name() where that differs from the one of @other,
 * else as much of the endpoint as fits into a sentence */
char *keyfob_provider_dup_name_beside (const KeyfobProvider *self, const KeyfobProvider *other);

G_END_DECLS
