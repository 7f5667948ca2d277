/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-in-options.h"

#include <glib/gi18n-lib.h>

static const char *const flows[] = { "browser", "device", NULL };
static const char *const prompts[] = { "none", "login", "consent", "select_account", NULL };

static gboolean
take_boolean (GVariant *value, const char *key, gboolean *out, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be a boolean."), key);
      return FALSE;
    }

  *out = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
take_string (GVariant *value,
             const char *key,
             const char *const *allowed,
             char **out,
             GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be a string."), key);
      return FALSE;
    }
  if (allowed != NULL && !g_strv_contains (allowed, g_variant_get_string (value, NULL)))
    {
      g_autofree char *list = g_strjoinv (", ", (char **) allowed);

      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be one of: %s."), key, list);
      return FALSE;
    }

  g_free (*out);
  *out = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
take_option (KeyfobSignInOptions *self, const char *key, GVariant *value, GError **error)
{
  g_autofree char *flow = NULL;

  if (g_str_equal (key, "force"))
    return take_boolean (value, key, &self->force, error);
  if (g_str_equal (key, "interactive"))
    return take_boolean (value, key, &self->interactive, error);
  if (g_str_equal (key, "open-browser"))
    return take_boolean (value, key, &self->open_browser, error);
  if (g_str_equal (key, "prompt"))
    return take_string (value, key, prompts, &self->prompt, error);
  if (g_str_equal (key, "activation-token"))
    return take_string (value, key, NULL, &self->activation_token, error);
  if (g_str_equal (key, "flow"))
    {
      if (!take_string (value, key, flows, &flow, error))
        return FALSE;
      self->device = g_str_equal (flow, "device");
      return TRUE;
    }

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, _ ("There is no option “%s” here."),
               key);
  return FALSE;
}

KeyfobSignInOptions *
keyfob_sign_in_options_new (GVariant *options, GError **error)
{
  g_autoptr (KeyfobSignInOptions) self = g_new0 (KeyfobSignInOptions, 1);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  self->open_browser = TRUE;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      if (!take_option (self, key, value, error))
        {
          g_variant_unref (value);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}

void
keyfob_sign_in_options_free (KeyfobSignInOptions *self)
{
  g_free (self->prompt);
  g_free (self->activation_token);
  g_free (self);
}
