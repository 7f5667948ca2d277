/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "keyfob-clock.h"
#include "keyfob-secret.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TOKEN (keyfob_token_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobToken, keyfob_token, KEYFOB, TOKEN, GObject)

/**
 * KeyfobToken:
 *
 * A token object of a token endpoint or a store. Immutable. Fields that Keyfob does not know are
 * written back unchanged.
 */

/**
 * keyfob_token_new_from_answer:
 * @answer: the JSON object that the token endpoint sent
 * @now: Unix time in seconds at which @answer arrived, by this machine's clock
 * @skew: seconds by which the server's clock is ahead of this machine's, from its `Date` header
 * @error: KEYFOB_AUTH_ERROR_BAD_ANSWER where there is no usable `access_token`
 *
 * Reads every expiry field that py-oidc-auth and plain providers send. Where @answer has none, the
 * end of an access token is the `exp` of a JWT, else 180 seconds after @now.
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *
keyfob_token_new_from_answer (JsonObject *answer, double now, gint64 skew, GError **error);

/**
 * keyfob_token_new_from_entry:
 * @entry: an entry of a store: an object with `token`, `stored_at` and maybe `clock_skew`
 * @error: KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where @entry contains no usable token
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_token_new_from_entry (JsonObject *entry, GError **error);

/**
 * keyfob_token_to_entry:
 * @stored_at: Unix time in seconds
 *
 * Returns: (transfer full): the entry of the shared token file, with the `Authorization` header
 * ready for use; `clock_skew` only where it is not 0
 */
JsonObject *keyfob_token_to_entry (KeyfobToken *self, double stored_at);

/**
 * keyfob_token_to_json:
 * @stored_at: Unix time in seconds
 *
 * Fields that Keyfob does not know are left out where they take more than 128 KiB of a token
 * file together, or would not be read again.
 *
 * Returns: (transfer full): keyfob_token_to_entry() in one line, as keyfob_json_parse_stored()
 *   reads it
 */
KeyfobSecret *keyfob_token_to_json (KeyfobToken *self, double stored_at);

/**
 * keyfob_token_with_refresh_token_of:
 * @old: the token before the refresh
 *
 * Returns: (transfer full): @self, with the refresh token of @old where the answer brought none
 *   (RFC 6749 section 6)
 */
KeyfobToken *keyfob_token_with_refresh_token_of (KeyfobToken *self, KeyfobToken *old);

/** Returns: the access token; a secret */
const char *keyfob_token_get_access_token (KeyfobToken *self);

/** Returns: (nullable): the refresh token; a secret */
const char *keyfob_token_get_refresh_token (KeyfobToken *self);

/** Returns: (nullable): the ID token, which few servers send; for display only */
const char *keyfob_token_get_id_token (KeyfobToken *self);

/** Returns: the type; `Bearer` where the server names none or writes it in another case */
const char *keyfob_token_get_token_type (KeyfobToken *self);

/** Returns: the granted scope; empty where unknown */
const char *keyfob_token_get_scope (KeyfobToken *self);

/**
 * keyfob_token_hide:
 * @text: what the server says, which may quote what it was sent
 *
 * Returns: (transfer full): @text with an ellipsis for each of the secrets of the token
 */
char *keyfob_token_hide (KeyfobToken *self, const char *text);

/** Returns: (transfer full): value of the `Authorization` header; a secret */
char *keyfob_token_dup_authorization (KeyfobToken *self);

/** Returns: when the token arrived or was stored, Unix seconds by this machine's clock; 0 unknown
 */
gint64 keyfob_token_get_received (KeyfobToken *self);

/**
 * keyfob_token_get_margin:
 *
 * Returns: seconds before the end of the access token from which on it is refreshed before use: 60,
 *   or a quarter of its lifetime where that is shorter
 */
gint64 keyfob_token_get_margin (KeyfobToken *self);

/** Returns: end of the access token, Unix seconds by this machine's clock; 0 unknown */
gint64 keyfob_token_get_expires (KeyfobToken *self);

/** Returns: end of the refresh token as far as the server tells, Unix seconds by this machine's
 * clock; 0 where unknown */
gint64 keyfob_token_get_refresh_expires (KeyfobToken *self);

/** Returns: seconds from @now to the end of the access token, never negative */
gint64 keyfob_token_get_seconds_left (KeyfobToken *self, gint64 now);

/**
 * keyfob_token_is_newer:
 * @other: a token of the same host
 *
 * Compares the times of issue where both tokens have one. Otherwise either the time of arrival or
 * the end decides: this machine's clock may have been set in between, and lifetimes may differ. Of
 * the same second, the parts of it decide, where both are known: who writes whole seconds leaves
 * them out.
 *
 * Returns: whether @self was issued after @other; %FALSE where both are the same token
 */
gboolean keyfob_token_is_newer (KeyfobToken *self, KeyfobToken *other);

/**
 * keyfob_token_is_superseded:
 * @stored: the token of the same host that is in the store now
 *
 * Returns: whether another program has stored @stored since @self: a newer token, or another one of
 *   the same second, of which only the later one can be in the store
 */
gboolean keyfob_token_is_superseded (KeyfobToken *self, KeyfobToken *stored);

/** Returns: whether the token is good for at least keyfob_token_get_margin() after @now */
gboolean keyfob_token_is_fresh (KeyfobToken *self, gint64 now);

/**
 * keyfob_token_shifted:
 * @seconds: by which this machine's clock was set forward, negative for back, since the token
 *   arrived; the server's clock did not change
 *
 * Returns: (transfer full): the same token with its times by the new clock
 */
KeyfobToken *keyfob_token_shifted (KeyfobToken *self, gint64 seconds);

/** Returns: whether the access token is also the refresh token (broker mode) */
gboolean keyfob_token_is_broker (KeyfobToken *self);

/**
 * keyfob_token_dup_account:
 *
 * Reads the claims of a JWT access token without verifying them, so only for display.
 *
 * Returns: (transfer full): name of the person, preferred user name or e-mail, or an empty string
 */
char *keyfob_token_dup_account (KeyfobToken *self);

G_END_DECLS
