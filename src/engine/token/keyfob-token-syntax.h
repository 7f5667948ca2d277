/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: whether @text can stand in a header line: RFC 6749 appendix A.12, without blanks */
gboolean keyfob_token_syntax_is_token (const char *text);

/** Returns: whether @text is a token of RFC 9110 section 5.6.2 */
gboolean keyfob_token_syntax_is_type (const char *text);

G_END_DECLS
