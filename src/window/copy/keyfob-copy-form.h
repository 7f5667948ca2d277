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
 * @KEYFOB_COPY_CURL: a shell command that sends a request to the host with curl
 * @KEYFOB_COPY_PYTHON: Python code that sends a request to the host with httpx
 *
 * The form in which a token is copied.
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
 * @word: (nullable): "header", "token", "curl" or "python", as in settings and actions
 *
 * Returns: the form; %KEYFOB_COPY_HEADER for any other @word
 */
KeyfobCopyForm keyfob_copy_form_parse (const char *word);

/** Returns: the word that keyfob_copy_form_parse() takes */
const char *keyfob_copy_form_word (KeyfobCopyForm form);

/** Returns: the label of a button, such as "Copy header" */
const char *keyfob_copy_form_action (KeyfobCopyForm form);

/** Returns: the title after the copy, such as "Header copied" */
const char *keyfob_copy_form_done (KeyfobCopyForm form);

/**
 * keyfob_copy_form_write:
 * @url: base URL of the host
 * @token: the answer of Host1.GetToken
 *
 * The curl command holds no token: shells remember commands in files, and other users of the
 * machine can read the arguments of a process. It gets the header when it runs, by standard input.
 *
 * Returns: (transfer full) (nullable): @token in this form, or %NULL where @token lacks a key
 */
KeyfobSecret *keyfob_copy_form_write (KeyfobCopyForm form, const char *url, GVariant *token);

G_END_DECLS
