/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobErrorDetail:
 * @code: (nullable): the error code (RFC 6749 section 5.2, RFC 8628 section 3.5)
 * @words: (nullable): what was said beside it, fit to be shown
 *
 * What an error answer says, wherever it hides it.
 */
typedef struct
{
  char *code;
  char *words;
} KeyfobErrorDetail;

/**
 * keyfob_error_detail_new:
 * @body: an answer with an error status, in any encoding; only its beginning is looked at
 * @length: its length in bytes
 *
 * Looks into `error` and `error_description`, into `detail` as text, object or list, and into JSON
 * that is quoted in a text, once or several times over, pretty-printed or cut off.
 *
 * Returns: (transfer full): what was found
 */
KeyfobErrorDetail *keyfob_error_detail_new (const char *body, gsize length);

void keyfob_error_detail_free (KeyfobErrorDetail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobErrorDetail, keyfob_error_detail_free)

/**
 * keyfob_error_detail_clean:
 * @text: what a server wrote
 *
 * Returns: (transfer full): at most 200 characters of it in one line, without whatever could be a
 *   token, a code or a verifier
 */
char *keyfob_error_detail_clean (const char *text, gssize length);

G_END_DECLS
