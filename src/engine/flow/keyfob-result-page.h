/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobResultPage:
 * @KEYFOB_RESULT_PAGE_SIGNED_IN: the sign-in succeeded
 * @KEYFOB_RESULT_PAGE_FAILED: the sign-in failed; shown with a reason
 * @KEYFOB_RESULT_PAGE_TAKEN: another tab sent the same request before
 * @KEYFOB_RESULT_PAGE_UNEXPECTED: the request belongs to no sign-in
 * @KEYFOB_RESULT_PAGE_NOT_FOUND: the request is for another path
 * @KEYFOB_RESULT_PAGE_OPENED: the request is for a short address that has led on before
 * @KEYFOB_RESULT_PAGE_OTHER_USER: another user of the machine sent the request
 * @KEYFOB_RESULT_PAGE_ASKED: Keyfob asks the user whether this browser is theirs
 *
 * The pages that the browser shows before and after a sign-in.
 */
typedef enum
{
  KEYFOB_RESULT_PAGE_SIGNED_IN,
  KEYFOB_RESULT_PAGE_FAILED,
  KEYFOB_RESULT_PAGE_TAKEN,
  KEYFOB_RESULT_PAGE_UNEXPECTED,
  KEYFOB_RESULT_PAGE_NOT_FOUND,
  KEYFOB_RESULT_PAGE_OPENED,
  KEYFOB_RESULT_PAGE_OTHER_USER,
  KEYFOB_RESULT_PAGE_ASKED,
} KeyfobResultPage;

/**
 * keyfob_result_page_build:
 * @detail: (nullable): plain text that replaces the sentence of the page
 *
 * Returns: (transfer full): the page as HTML, which loads nothing and runs no script
 */
char *keyfob_result_page_build (KeyfobResultPage page, const char *detail);

/**
 * keyfob_result_page_respond:
 * @detail: (nullable): see keyfob_result_page_build()
 *
 * Returns: (transfer full): the page as an HTTP response, with header fields that forbid to cache
 *   or frame the page and to pass its address on as referrer
 */
GBytes *keyfob_result_page_respond (KeyfobResultPage page, const char *detail);

G_END_DECLS
