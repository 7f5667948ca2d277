/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * KeyfobResultPage:
 * @KEYFOB_RESULT_PAGE_SIGNED_IN: it worked
 * @KEYFOB_RESULT_PAGE_FAILED: it did not, and a sentence says why
 * @KEYFOB_RESULT_PAGE_TAKEN: another tab brought the same answer before
 * @KEYFOB_RESULT_PAGE_UNEXPECTED: the request belongs to no sign-in
 * @KEYFOB_RESULT_PAGE_NOT_FOUND: there is nothing here
 *
 * The pages that the browser can get to see after a sign-in.
 */
typedef enum
{
  KEYFOB_RESULT_PAGE_SIGNED_IN,
  KEYFOB_RESULT_PAGE_FAILED,
  KEYFOB_RESULT_PAGE_TAKEN,
  KEYFOB_RESULT_PAGE_UNEXPECTED,
  KEYFOB_RESULT_PAGE_NOT_FOUND,
} KeyfobResultPage;

/**
 * keyfob_result_page_build:
 * @detail: (nullable): a sentence as plain text, in place of the page's own
 *
 * Returns: (transfer full): the page as HTML; it loads nothing and runs no script
 */
char *keyfob_result_page_build (KeyfobResultPage page, const char *detail);

/**
 * keyfob_result_page_answer:
 * @detail: (nullable): see keyfob_result_page_build()
 *
 * Makes the page the response to @message, with headers that let it be neither kept nor framed,
 * nor leak the address that brought it about.
 */
void
keyfob_result_page_answer (KeyfobResultPage page, const char *detail, SoupServerMessage *message);

G_END_DECLS
