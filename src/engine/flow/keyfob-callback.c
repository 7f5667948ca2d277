/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-callback.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

#define MAX_VALUE (8 * 1024)
#define MAX_DESCRIPTION 200 /* characters */

/* Whether @value is not empty, not too long, UTF-8 and without control characters. */
static gboolean
is_usable (const char *value)
{
  gsize length = strlen (value);

  if (length == 0 || length > MAX_VALUE || !g_utf8_validate (value, length, NULL))
    return FALSE;

  for (const char *p = value; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;

  return TRUE;
}

/* Decodes as much as possible, since the text is only shown: escapes that are cut off stay as they
 * are, and text that is not UTF-8 is read as Latin-1. */
static char *
dup_text (const char *text, gsize length)
{
  g_autoptr (GString) decoded = g_string_sized_new (length);
  g_autofree char *latin = NULL;

  for (gsize i = 0; i < length; i++)
    {
      gboolean escape = text[i] == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1])
                        && g_ascii_isxdigit (text[i + 2]);
      char c = text[i] == '+' ? ' ' : text[i];

      if (escape)
        {
          c = (char) (g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      g_string_append_c (decoded, c != '\0' ? c : ' ');
    }

  if (!g_utf8_validate (decoded->str, decoded->len, NULL))
    latin = g_convert (decoded->str, decoded->len, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);

  return keyfob_text_clean (latin != NULL ? latin : decoded->str, -1, MAX_DESCRIPTION);
}

static char **
find_field (KeyfobCallback *self, const char *name)
{
  if (g_str_equal (name, "state"))
    return &self->state;
  if (g_str_equal (name, "code"))
    return &self->code;
  if (g_str_equal (name, "iss"))
    return &self->issuer;

  return NULL;
}

/* A parameter that is there twice with different values makes the response ambiguous (RFC 6749
 * section 3.1): no value of it is used. */
static void
set_parameter (KeyfobCallback *self, const char *name, char **value)
{
  char **field = find_field (self, name);

  if (field == NULL || !is_usable (*value))
    return;

  if (*field == NULL)
    *field = g_steal_pointer (value);
  else if (!g_str_equal (*field, *value))
    self->ambiguous = TRUE;
}

/* @field: set to the first value, since texts are only shown */
static gboolean
read_text (const char *name, char **field, const char *text, gsize length)
{
  gsize name_length = strlen (name);

  if (length <= name_length || text[name_length] != '=' || strncmp (text, name, name_length) != 0)
    return FALSE;

  if (*field == NULL)
    *field = dup_text (text + name_length + 1, length - name_length - 1);

  return TRUE;
}

static void
read_parameter (KeyfobCallback *self, const char *text, gsize length)
{
  g_autoptr (KeyfobSecret) name = NULL;
  g_autoptr (KeyfobSecret) value = NULL;
  GUriParamsIter iter;

  if (read_text ("error", &self->error, text, length)
      || read_text ("error_description", &self->description, text, length))
    return;

  /* a parameter that cannot be decoded is ignored: beside a good code it does no harm */
  g_uri_params_iter_init (&iter, text, length, "&", G_URI_PARAMS_WWW_FORM);
  if (g_uri_params_iter_next (&iter, &name, &value, NULL))
    set_parameter (self, name, &value);
}

static void
read_parameters (KeyfobCallback *self, const char *query)
{
  const char *end;

  for (const char *p = query; *p != '\0'; p = *end != '\0' ? end + 1 : end)
    {
      end = p + strcspn (p, "&");

      /* a word without a value belongs to another program */
      if (memchr (p, '=', end - p) != NULL)
        read_parameter (self, p, end - p);
    }
}

void
keyfob_callback_free (KeyfobCallback *self)
{
  keyfob_secret_free (self->state);
  keyfob_secret_free (self->code);
  g_free (self->issuer);
  g_free (self->error);
  g_free (self->description);
  g_free (self);
}

KeyfobCallback *
keyfob_callback_parse (const char *query)
{
  g_autoptr (KeyfobCallback) self = g_new0 (KeyfobCallback, 1);

  if (query == NULL)
    return NULL;

  read_parameters (self, query);

  if (self->error != NULL && *self->error == '\0')
    g_clear_pointer (&self->error, g_free);
  /* an error counts even where there is a code */
  if (self->error != NULL || self->ambiguous)
    g_clear_pointer (&self->code, keyfob_secret_free);
  if (self->state == NULL && self->error == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

static gboolean
has_middle (const char *state, const char *redirect_uri)
{
  const char *first = strchr (state, '|');
  const char *last = strrchr (state, '|');
  gsize length = strlen (redirect_uri);

  return first != last && (gsize) (last - first - 1) == length
         && strncmp (first + 1, redirect_uri, length) == 0;
}

static gboolean
equal_in_constant_time (const char *a, const char *b)
{
  gsize length = strlen (a);
  volatile guchar difference = 0;

  if (strlen (b) != length)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    difference |= (guchar) a[i] ^ (guchar) b[i];

  return difference == 0;
}

gboolean
keyfob_callback_matches (KeyfobCallback *self, const char *state, const char *redirect_uri)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->state == NULL)
    return FALSE;
  if (state == NULL)
    return has_middle (self->state, redirect_uri);

  return equal_in_constant_time (self->state, state);
}

static gboolean
requires_user (const char *error)
{
  const char *const codes[] = {
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    NULL,
  };

  return g_strv_contains (codes, error);
}

static GError *
new_provider_error (KeyfobCallback *self)
{
  const char *description;

  if (self->error == NULL)
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                                _ ("The provider sent the browser back without a code that could "
                                   "be used. Sign in again, or ask those who run the server."));

  description =
      self->description != NULL && *self->description != '\0' ? self->description : self->error;

  if (g_str_equal (self->error, "access_denied"))
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED,
                        /* Translators: %s is what the provider says, in its own language */
                        _ ("You, or the provider, said no to this sign-in: “%s”. Sign in again if "
                           "that was not meant."),
                        description);
  if (requires_user (self->error))
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                        _ ("The provider wants to ask you something first: “%s”. Sign in again."),
                        description);

  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER,
                      _ ("The provider ended the sign-in: “%s”. Try again, or ask those who run "
                         "the server."),
                      description);
}

GError *
keyfob_callback_to_error (KeyfobCallback *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GError *error;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->code != NULL)
    return NULL;

  error = new_provider_error (self);
  if (self->error != NULL)
    g_variant_dict_insert (&dict, "code", "s", self->error);
  if (self->description != NULL && *self->description != '\0')
    g_variant_dict_insert (&dict, "description", "s", self->description);
  keyfob_auth_error_set_details (error, g_variant_dict_end (&dict));

  return error;
}
