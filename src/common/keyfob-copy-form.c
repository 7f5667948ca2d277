/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-form.h"

#include <glib/gi18n-lib.h>

/* @url is printable ASCII without blanks, quotation marks and backslashes, so that it can stand
 * between quotation marks in any language. */

/* A pipe, since not every shell knows `<(…)`. */
static char *
write_curl (const char *url)
{
  g_autofree char *quoted_url = g_shell_quote (url);

  return g_strdup_printf ("keyfobctl header %s | curl --header @- %s", quoted_url, quoted_url);
}

/* A header that is not redirected goes to no other server. */
static char *
write_python (const char *url)
{
  return g_strdup_printf (
      "import subprocess\n"
      "from urllib.request import Request, urlopen\n"
      "\n"
      "url = \"%s\"\n"
      "header = subprocess.check_output([\"keyfobctl\", \"header\", url], text=True).strip()\n"
      "request = Request(url)\n"
      "request.add_unredirected_header(*header.split(\": \", 1))\n"
      "print(urlopen(request).read().decode())\n",
      url);
}

/* R only warns of a command that failed. */
static char *
write_r (const char *url)
{
  return g_strdup_printf (
      "address <- \"%s\"\n"
      "header <- system2(\"keyfobctl\", c(\"header\", shQuote(address)), stdout = TRUE)\n"
      "stopifnot(length(header) == 1)\n"
      "headers <- c(Authorization = sub(\"Authorization: \", \"\", header, fixed = TRUE))\n"
      "readLines(url(address, headers = headers))\n",
      url);
}

/* rclone runs the command itself, without a shell. */
static char *
write_rclone (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *name = g_strdup (uri != NULL ? g_uri_get_host (uri) : "keyfob");

  /* the colons of an IPv6 address would end the name */
  g_strdelimit (name, ":", '.');

  return g_strdup_printf ("[%s]\n"
                          "type = webdav\n"
                          "url = %s\n"
                          "vendor = other\n"
                          "bearer_token_command = keyfobctl token %s\n",
                          name, url, url);
}

static char *
write_command (const char *url)
{
  g_autofree char *quoted_url = g_shell_quote (url);

  return g_strconcat ("keyfobctl header ", quoted_url, NULL);
}

static const struct
{
  const char *word;
  const char *label;
  const char *done;
  char *(*write) (const char *url); /* of a form without a token */
  const char *key;                  /* of a form that is the value of this key of GetToken */
} forms[] = {
  [KEYFOB_COPY_CURL] = { "curl", N_ ("Command for curl"), N_ ("Command for curl copied"),
                         write_curl },
  [KEYFOB_COPY_PYTHON] = { "python", N_ ("Python code"), N_ ("Python code copied"), write_python },
  [KEYFOB_COPY_R] = { "r", N_ ("R code"), N_ ("R code copied"), write_r },
  [KEYFOB_COPY_RCLONE] = { "rclone", N_ ("Settings for rclone"), N_ ("Settings for rclone copied"),
                           write_rclone },
  [KEYFOB_COPY_COMMAND] = { "command", N_ ("Command for the header"),
                            N_ ("Command for the header copied"), write_command },
  [KEYFOB_COPY_HEADER] = { "header", N_ ("Header"), N_ ("Header copied"), NULL, "header" },
  [KEYFOB_COPY_TOKEN] = { "token", N_ ("Token"), N_ ("Token copied"), NULL, "access_token" },
};

KeyfobCopyForm
keyfob_copy_form_parse (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_strcmp0 (word, forms[i].word) == 0)
      return i;

  return KEYFOB_COPY_HEADER;
}

KeyfobCopyForm
keyfob_copy_form_get_preferred (GSettings *settings)
{
  g_autofree char *word = g_settings_get_string (settings, KEYFOB_COPY_FORM_KEY);

  return keyfob_copy_form_parse (word);
}

const char *
keyfob_copy_form_word (KeyfobCopyForm form)
{
  return forms[form].word;
}

const char *
keyfob_copy_form_label (KeyfobCopyForm form)
{
  return _ (forms[form].label);
}

const char *
keyfob_copy_form_done (KeyfobCopyForm form)
{
  return _ (forms[form].done);
}

gboolean
keyfob_copy_form_holds_token (KeyfobCopyForm form)
{
  return forms[form].key != NULL;
}

KeyfobSecret *
keyfob_copy_form_write (KeyfobCopyForm form, const char *url, GVariant *token)
{
  const char *text;

  g_return_val_if_fail (url != NULL, NULL);

  if (!keyfob_copy_form_holds_token (form))
    return forms[form].write (url);

  return g_variant_lookup (token, forms[form].key, "&s", &text) ? g_strdup (text) : NULL;
}
