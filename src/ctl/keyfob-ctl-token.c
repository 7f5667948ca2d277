/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl-token.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-ctl-sign-in.h"

/* Returns: (transfer full): `host` as a shell takes it for one word, so that a command that is
 * shown can be copied */
static char *
quote_host (const char *host)
{
  for (const char *at = host; *at != '\0'; at++)
    {
      if (g_ascii_isprint (*at) && !g_ascii_isalnum (*at) && strchr (".:/-_", *at) == NULL)
        return g_shell_quote (host);
    }

  return g_strdup (host);
}

void
keyfob_ctl_say_ways_out (const char *host)
{
  const char *batch = keyfob_ctl_get_batch_variable ();
  g_autofree char *name = quote_host (host != NULL ? host : "HOST");

  if (batch != NULL)
    keyfob_ctl_say (_ ("This is a batch job (%s is set), so nobody is asked. Sign in before it "
                       "starts, with “keyfobctl login %s”."),
                    batch, name);
  else
    keyfob_ctl_say (_ ("Sign in with “keyfobctl login %s” in a terminal, or in Keyfob’s window."),
                    name);
}

GVariant *
keyfob_ctl_get_token (KeyfobCtl *self, const char *host, int min_time, KeyfobExit *code)
{
  GVariantBuilder options;
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *path = NULL;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (min_time > 0)
    g_variant_builder_add (&options, "{sv}", "min-time", g_variant_new_uint32 (min_time));
  answer = keyfob_ctl_call_agent (self, "GetToken",
                                  g_variant_new ("(sa{sv})", host != NULL ? host : "", &options),
                                  "(a{sv})", &error);
  if (answer != NULL)
    return g_variant_get_child_value (answer, 0);

  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST))
    {
      g_clear_error (&error);
      path = keyfob_ctl_find_host (self, host, code);
      return NULL;
    }

  *code = keyfob_ctl_fail (error);
  if (*code != KEYFOB_EXIT_SIGN_IN)
    return NULL;

  if (!keyfob_ctl_can_ask (self))
    {
      keyfob_ctl_say_ways_out (host);
      return NULL;
    }

  path = keyfob_ctl_find_host (self, host, code);

  return path != NULL ? keyfob_ctl_sign_in (self, path, &(KeyfobCtlSignIn){ 0 }, code) : NULL;
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
