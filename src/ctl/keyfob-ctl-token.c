/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl-token.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-ctl-interaction.h"
#include "keyfob-ctl-sign-in.h"
#include "keyfob-host-state.h"

/* Where the token ends before the user wants it to: says whose fault that is.
 *
 * Returns: %FALSE where the server could not be asked for another one */
static gboolean
check_time (KeyfobCtl *self, const char *host, GVariant *token, int min_time)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 expires = 0;
  g_autoptr (GVariant) properties = NULL;
  const char *state = "";
  const char *trouble = "";

  g_variant_lookup (token, "expires", "x", &expires);
  if (expires == 0 || expires - now >= min_time)
    return TRUE;

  properties = keyfob_ctl_get_named (self, host);
  if (properties != NULL)
    {
      g_variant_lookup (properties, "State", "&s", &state);
      g_variant_lookup (properties, "Error", "&s", &trouble);
    }
  if (keyfob_host_state_parse (state) == KEYFOB_HOST_OFFLINE && *trouble != '\0')
    {
      keyfob_ctl_say ("%s", trouble);
      return FALSE;
    }

  keyfob_ctl_say (
      g_dngettext (
          GETTEXT_PACKAGE,
          "The server gives no token that is good for %d second; this one is good for %d.",
          "The server gives no token that is good for %d seconds; this one is good for %d.",
          min_time),
      min_time, (int) MAX (0, expires - now));

  return TRUE;
}

/* A private agent takes with it what it could not save: the token that it gave is good, but the
 * session that it was renewed with is over. */
static void
say_unsaved (KeyfobCtl *self)
{
  g_autoptr (GVariant) objects = keyfob_ctl_get_objects (self, NULL);
  g_autoptr (GPtrArray) hosts = objects != NULL ? keyfob_ctl_sort_hosts (objects) : NULL;

  for (guint i = 0; hosts != NULL && i < hosts->len; i++)
    {
      gboolean saved = TRUE;
      const char *trouble = "";

      g_variant_lookup (g_ptr_array_index (hosts, i), "Saved", "b", &saved);
      g_variant_lookup (g_ptr_array_index (hosts, i), "Error", "&s", &trouble);
      if (!saved && *trouble != '\0')
        keyfob_ctl_say ("%s", trouble);
    }
}

GVariant *
keyfob_ctl_get_token (KeyfobCtl *self, const char *host, int min_time, KeyfobExit *code)
{
  GVariantBuilder options;
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  GVariant *token = NULL;
  g_autofree char *path = NULL;
  gboolean asks = FALSE;

  if (min_time < 0)
    {
      keyfob_ctl_say (_ ("The time that the token is to be good for is a number of seconds."));
      *code = KEYFOB_EXIT_USAGE;
      return NULL;
    }

  keyfob_ctl_name_host (self, host);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (min_time > 0)
    g_variant_builder_add (&options, "{sv}", "min-time", g_variant_new_uint32 (min_time));
  answer = keyfob_ctl_call_agent (self, "GetToken",
                                  g_variant_new ("(sa{sv})", host != NULL ? host : "", &options),
                                  "(a{sv})", &error);
  if (answer != NULL && self->private_agent != NULL)
    say_unsaved (self);
  if (answer != NULL)
    {
      token = g_variant_get_child_value (answer, 0);
      if (min_time > 0 && !check_time (self, host, token, min_time))
        {
          g_clear_pointer (&token, g_variant_unref);
          *code = KEYFOB_EXIT_OFFLINE;
        }
      return token;
    }

  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST))
    {
      g_clear_error (&error);
      path = keyfob_ctl_find_host (self, host, code);
      return NULL;
    }

  *code = keyfob_ctl_fail_without_token (self, host, g_steal_pointer (&error), &asks);
  if (!asks)
    return NULL;

  path = keyfob_ctl_find_host (self, host, code);
  if (path == NULL)
    return NULL;

  token = keyfob_ctl_sign_in (self, path, &(KeyfobCtlSignIn){ 0 }, &error);
  if (token == NULL)
    *code = keyfob_ctl_fail (error);

  return token;
}

GVariant *
keyfob_ctl_token_to_json (GVariant *token)
{
  const char *const names[] = { "access_token", "token_type", "expires", "scope" };
  const char *authorization = "";
  GVariantBuilder builder, headers;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (token, names[i], NULL);

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", names[i], value);
    }
  g_variant_lookup (token, "authorization", "&s", &authorization);
  g_variant_builder_init (&headers, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&headers, "{sv}", "Authorization", g_variant_new_string (authorization));
  g_variant_builder_add (&builder, "{sv}", "headers", g_variant_builder_end (&headers));

  return g_variant_builder_end (&builder);
}
