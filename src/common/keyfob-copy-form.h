/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-secret.h"

G_BEGIN_DECLS

/**
 * KeyfobCopyForm:
 * @KEYFOB_COPY_CURL: a shell command that sends a request to the host with curl
 * @KEYFOB_COPY_PYTHON: Python code that sends a request to the host
 * @KEYFOB_COPY_R: R code that sends a request to the host
 * @KEYFOB_COPY_RCLONE: a section of rclone.conf
 * @KEYFOB_COPY_COMMAND: the shell command that prints the header
 * @KEYFOB_COPY_HEADER: the line `Authorization: Bearer …`
 * @KEYFOB_COPY_TOKEN: the access token alone
 *
 * A form in which the token of a host is copied, in the order of menus. The forms before
 * %KEYFOB_COPY_HEADER hold no token: they get it by keyfobctl when they run, and can be copied
 * while nobody is signed in.
 */
typedef enum
{
  KEYFOB_COPY_CURL,
  KEYFOB_COPY_PYTHON,
  KEYFOB_COPY_R,
  KEYFOB_COPY_RCLONE,
  KEYFOB_COPY_COMMAND,
  KEYFOB_COPY_HEADER,
  KEYFOB_COPY_TOKEN,
} KeyfobCopyForm;

/**
 * keyfob_copy_form_parse:
 * @word: "curl", "python", "r", "rclone", "command", "header" or "token", as in actions
 *
 * Returns: the form; %KEYFOB_COPY_HEADER for any other @word
 */
KeyfobCopyForm keyfob_copy_form_parse (const char *word);

/* The key of the settings with the word of the form that the user prefers. */
#define KEYFOB_COPY_FORM_KEY "copy-form"

/** Returns: the form that "Copy as" offers first, and that Ctrl+Shift+C copies, as @settings of
 * org.keyfob.Keyfob have it */
KeyfobCopyForm keyfob_copy_form_get_preferred (GSettings *settings);

/** Returns: the word that keyfob_copy_form_parse() takes */
const char *keyfob_copy_form_word (KeyfobCopyForm form);

/** Returns: the label in a menu "Copy as", such as "Header" */
const char *keyfob_copy_form_label (KeyfobCopyForm form);

/** Returns: what is said after the copy, such as "Header copied" */
const char *keyfob_copy_form_done (KeyfobCopyForm form);

/** Returns: whether the text of the form holds the token */
gboolean keyfob_copy_form_holds_token (KeyfobCopyForm form);

/**
 * keyfob_copy_form_write:
 * @url: base URL of the host
 * @token: (nullable): the answer of Host1.GetToken; only needed where the form holds the token
 *
 * Commands are for any shell, and never have a token among their arguments, which other users of
 * the machine can read.
 *
 * Returns: (transfer full) (nullable): the text, or %NULL where @token lacks a key
 */
KeyfobSecret *keyfob_copy_form_write (KeyfobCopyForm form, const char *url, GVariant *token);

G_END_DECLS
