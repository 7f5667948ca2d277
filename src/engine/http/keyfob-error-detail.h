/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobErrorDetail:
 * @code: (nullable): the error code (RFC 6749 section 5.2, RFC 8628 section 3.5)
 * @description: (nullable): what the server says besides, cleaned for display
 *
 * What an error answer says.
 */
typedef struct
{
  char *code;
  char *description;
} KeyfobErrorDetail;

/**
 * keyfob_error_detail_new:
 * @body: body of an answer with an error status, in any encoding; only the first 64 KiB are read
 * @length: length of @body in bytes
 *
 * Reads `error` and `error_description`, `detail` as text, object or list, and JSON that is quoted
 * in a text: once or several times, pretty-printed or cut off.
 *
 * Returns: (transfer full): the code and the description that were found; both may be %NULL
 */
KeyfobErrorDetail *keyfob_error_detail_new (const char *body, gsize length);

void keyfob_error_detail_free (KeyfobErrorDetail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobErrorDetail, keyfob_error_detail_free)

/**
 * keyfob_error_detail_clean:
 * @text: text of a server, in any encoding
 * @length: length of @text in bytes, or -1 where it ends with a NUL byte
 *
 * Returns: (transfer full): at most 200 characters of @text in one line, with an ellipsis for each
 *   word that may be a token, a code or a verifier
 */
char *keyfob_error_detail_clean (const char *text, gssize length);

G_END_DECLS
