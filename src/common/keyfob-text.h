/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_text_clean:
 * @text: foreign text in any encoding
 * @length: length of @text in bytes, -1 where it ends with a NUL
 * @max_chars: longest length of the result in characters
 *
 * Makes foreign text fit to be shown in one line: valid UTF-8, no control characters, nothing
 * that turns the reading direction or cannot be seen, white space as single blanks.
 *
 * Returns: (transfer full): the text, shortened with an ellipsis where it was longer
 */
char *keyfob_text_clean (const char *text, gssize length, gsize max_chars);

/** Returns: whether @text is UTF-8 that keyfob_text_clean() would leave as it is */
gboolean keyfob_text_is_clean (const char *text);

/** Returns: whether @c cannot be seen, or changes how what is around it is seen */
gboolean keyfob_text_is_hidden (gunichar c);

G_END_DECLS
