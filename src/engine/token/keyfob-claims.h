/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The end of the year 9999 in Unix seconds; replaces every later time. */
#define KEYFOB_CLAIMS_MAX_TIME G_GINT64_CONSTANT (253402300799)

/**
 * keyfob_claims_dup_account:
 * @token: an access token of any kind
 *
 * Reads the claims of a JWT (RFC 7519) without verifying them, so only for display.
 *
 * Returns: (transfer full): name of the person, preferred user name or e-mail, or an empty string
 */
char *keyfob_claims_dup_account (const char *token);

/**
 * keyfob_claims_list:
 * @token: a token of any kind
 * @json: (out) (transfer full): all claims as indented JSON
 *
 * Reads the claims of a JWT without verifying them, so only for display. All text is cleaned for
 * that, and limited.
 *
 * Returns: (transfer floating) (nullable): `a(ssv)`, see `Host1.GetClaims`; %NULL where @token is
 *   no JWT that can be read
 */
GVariant *keyfob_claims_list (const char *token, char **json);

/**
 * keyfob_claims_get_issued_at:
 * @token: an access token of any kind
 *
 * Returns: time of issue of a JWT, Unix seconds by the issuer's clock; 0 where unknown
 */
gint64 keyfob_claims_get_issued_at (const char *token);

/**
 * keyfob_claims_get_expires:
 * @token: an access token of any kind
 *
 * Returns: end of a JWT (RFC 7519 section 4.1.4), Unix seconds by the issuer's clock,
 *   KEYFOB_CLAIMS_MAX_TIME at most; 0 where unknown
 */
gint64 keyfob_claims_get_expires (const char *token);

G_END_DECLS
