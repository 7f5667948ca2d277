/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_text_clean:
 * @text: what somebody else wrote, in any encoding
 * @length: its length in bytes, -1 where it ends with a NUL
 * @max_chars: how many characters may be left
 *
 * Makes foreign text fit to be shown in one line: valid UTF-8, no control characters, nothing
 * that turns the reading direction or cannot be seen, white space as single blanks.
 *
 * Returns: (transfer full): it, shortened with an ellipsis where it was longer
 */
char *keyfob_text_clean (const char *text, gssize length, gsize max_chars);

/** Returns: whether @text is UTF-8 that keyfob_text_clean() would leave as it is */
gboolean keyfob_text_is_clean (const char *text);

G_END_DECLS
