/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-form.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *word;
  const char *action;
  const char *done;
} forms[] = {
  [KEYFOB_COPY_HEADER] = { "header", N_ ("Copy header"), N_ ("Header copied") },
  [KEYFOB_COPY_TOKEN] = { "token", N_ ("Copy token"), N_ ("Token copied") },
  [KEYFOB_COPY_CURL] = { "curl", N_ ("Copy curl command"),
                         N_ ("Curl command copied; it gets the token from Keyfob") },
  [KEYFOB_COPY_PYTHON] = { "python", N_ ("Copy Python code"), N_ ("Python code copied") },
};

static char *
write_curl (const char *url)
{
  g_autofree char *quoted_url = g_shell_quote (url);

  return g_strdup_printf ("keyfobctl header %s | curl --header @- %s", quoted_url, quoted_url);
}

/* Returns a string literal of Python for @text. */
static KeyfobSecret *
quote_python (const char *text)
{
  GString *quoted = g_string_sized_new (2 * strlen (text) + 3);

  g_string_append_c (quoted, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_c (quoted, '\\');
      if (g_ascii_iscntrl (*at))
        g_string_append_printf (quoted, "\\x%02x", (guchar) *at);
      else
        g_string_append_c (quoted, *at);
    }
  g_string_append_c (quoted, '"');

  return g_string_free (quoted, FALSE);
}

static KeyfobSecret *
write_python (const char *url, const char *authorization)
{
  g_autofree char *quoted_url = quote_python (url);
  g_autoptr (KeyfobSecret) quoted = quote_python (authorization);

  return g_strdup_printf ("import httpx\n\n"
                          "client = httpx.Client(\n"
                          "    base_url=%s,\n"
                          "    headers={\"Authorization\": %s},\n"
                          ")\n"
                          "response = client.get(\"/\")\n",
                          quoted_url, quoted);
}

KeyfobCopyForm
keyfob_copy_form_parse (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_strcmp0 (word, forms[i].word) == 0)
      return i;

  return KEYFOB_COPY_HEADER;
}

const char *
keyfob_copy_form_word (KeyfobCopyForm form)
{
  return forms[form].word;
}

const char *
keyfob_copy_form_action (KeyfobCopyForm form)
{
  return _ (forms[form].action);
}

const char *
keyfob_copy_form_done (KeyfobCopyForm form)
{
  return _ (forms[form].done);
}

KeyfobSecret *
keyfob_copy_form_write (KeyfobCopyForm form, const char *url, GVariant *token)
{
  const char *text;
  const char *const keys[] = {
    [KEYFOB_COPY_HEADER] = "header",
    [KEYFOB_COPY_TOKEN] = "access_token",
    [KEYFOB_COPY_CURL] = "header",
    [KEYFOB_COPY_PYTHON] = "authorization",
  };

  g_return_val_if_fail (url != NULL, NULL);

  if (!g_variant_lookup (token, keys[form], "&s", &text))
    return NULL;

  switch (form)
    {
    case KEYFOB_COPY_CURL:
      return write_curl (url);
    case KEYFOB_COPY_PYTHON:
      return write_python (url, text);
    case KEYFOB_COPY_HEADER:
    case KEYFOB_COPY_TOKEN:
    default:
      return g_strdup (text);
    }
}
