/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

#include "keyfob-secret.h"

G_BEGIN_DECLS

/**
 * KeyfobCopyForm:
 * @KEYFOB_COPY_HEADER: the line `Authorization: Bearer …`
 * @KEYFOB_COPY_TOKEN: the access token alone
 * @KEYFOB_COPY_CURL: a command for any shell that asks the host by curl
 * @KEYFOB_COPY_PYTHON: Python code that asks the host by httpx
 *
 * In which form a token is copied.
 */
typedef enum
{
  KEYFOB_COPY_HEADER,
  KEYFOB_COPY_TOKEN,
  KEYFOB_COPY_CURL,
  KEYFOB_COPY_PYTHON,
} KeyfobCopyForm;

/**
 * keyfob_copy_form_parse:
 * @word: (nullable): "header", "token", "curl" or "python", as settings and actions name it
 *
 * Returns: the form; a header where there is no such word
 */
KeyfobCopyForm keyfob_copy_form_parse (const char *word);

/** Returns: the word that keyfob_copy_form_parse() takes */
const char *keyfob_copy_form_word (KeyfobCopyForm form);

/** Returns: what the user does, such as "Copy header" */
const char *keyfob_copy_form_action (KeyfobCopyForm form);

/** Returns: what the user has done, such as "Header copied" */
const char *keyfob_copy_form_done (KeyfobCopyForm form);

/**
 * keyfob_copy_form_write:
 * @url: base URL of the host
 * @token: an answer of Host1.GetToken
 *
 * The curl command gets the header by standard input, so that the list of processes, which others
 * on the machine may read, does not show it.
 *
 * Returns: (transfer full) (nullable): @token in this form, or %NULL where it lacks what is needed
 */
KeyfobSecret *keyfob_copy_form_write (KeyfobCopyForm form, const char *url, GVariant *token);

G_END_DECLS
