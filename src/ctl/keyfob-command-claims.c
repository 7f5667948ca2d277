/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "keyfob-json-writer.h"
#include "keyfob-terminal.h"

/* Returns: (transfer full): the value of a claim as a person reads it */
static char *
dup_value (GVariant *value)
{
  g_autofree const char **list = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    {
      time = g_date_time_new_from_unix_local (g_variant_get_int64 (value));
      return time != NULL ? g_date_time_format_iso8601 (time) : g_variant_print (value, FALSE);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      list = g_variant_get_strv (value, NULL);
      return g_strjoinv (", ", (char **) list);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);

  return g_variant_print (value, FALSE);
}

static void
print_claims (GVariant *claims)
{
  gboolean aligned = isatty (STDOUT_FILENO);
  int width = 0;
  GVariantIter iter;
  const char *name, *kind;
  GVariant *value;

  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_next (&iter, "(&s&sv)", &name, &kind, NULL))
    width = MAX (width, keyfob_terminal_measure (name));

  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_loop (&iter, "(&s&sv)", &name, &kind, &value))
    {
      g_autofree char *text = dup_value (value);
      int blanks = width - keyfob_terminal_measure (name) + 2;

      if (aligned)
        printf ("%s%*s%s\n", name, blanks, "", text);
      else
        printf ("%s\t%s\n", name, text);
    }
}

KeyfobExit
keyfob_command_claims (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean as_json = FALSE;
  g_autofree char *host = NULL;
  g_autofree char *host_name = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) members = NULL;
  g_autoptr (GVariant) claims = NULL;
  const char *json = "";
  gboolean opaque = FALSE;
  GError *error = NULL;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("[HOST]"),
                         _ ("Shows what can be read of the access token. Nothing of it is "
                            "verified."),
                         entries, 1, 0, &code))
    return code;

  host = keyfob_ctl_find_host (ctl, argv[1], &code);
  if (host == NULL)
    return code;
  answer = keyfob_ctl_call_host (ctl, host, "GetClaims", g_variant_new ("(a{sv})", NULL), "(a{sv})",
                                 &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  members = g_variant_get_child_value (answer, 0);
  g_variant_lookup (members, "opaque", "b", &opaque);
  if (opaque)
    {
      host_name = keyfob_ctl_dup_name (ctl, host);
      keyfob_ctl_say (_ ("The token of %s is none that can be read."), host_name);
      return KEYFOB_EXIT_FAILED;
    }

  g_variant_lookup (members, "json", "&s", &json);
  claims = g_variant_lookup_value (members, "claims", G_VARIANT_TYPE ("a(ssv)"));
  if (as_json)
    puts (json);
  else if (claims != NULL)
    print_claims (claims);

  return KEYFOB_EXIT_DONE;
}

/* What the words of `Host1.TestAccess` mean. */
static const struct
{
  const char *result;
  const char *sentence;
  KeyfobExit code;
} results[] = {
  { "accepted", N_ ("The token is accepted."), KEYFOB_EXIT_DONE },
  { "lacks-scope", N_ ("The token lacks a scope."), KEYFOB_EXIT_FAILED },
  { "lacks-right", N_ ("The token is known, and may not do this."), KEYFOB_EXIT_FAILED },
  { "refused", N_ ("The token is refused."), KEYFOB_EXIT_SIGN_IN },
  { "not-found", N_ ("There is nothing at this address."), KEYFOB_EXIT_FAILED },
};

static GVariant *
to_json (GVariant *members)
{
  GVariantBuilder json;
  GVariantIter iter;
  GVariant *member;

  g_variant_builder_init (&json, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&json, "{sv}", "version", g_variant_new_uint32 (KEYFOB_JSON_VERSION));
  g_variant_iter_init (&iter, members);
  while (g_variant_iter_loop (&iter, "@{sv}", &member))
    g_variant_builder_add_value (&json, member);

  return g_variant_builder_end (&json);
}

static void
print_result (GVariant *members, const char *sentence)
{
  const char *account = "";
  const char *scope = "";
  const char *detail = "";
  guint status = 0;

  g_variant_lookup (members, "account", "&s", &account);
  g_variant_lookup (members, "scope", "&s", &scope);
  g_variant_lookup (members, "detail", "&s", &detail);
  g_variant_lookup (members, "status", "u", &status);

  g_print ("%s\n", sentence);
  if (*account != '\0')
    /* Translators: who is signed in */
    g_print (_ ("Account: %s\n"), account);
  if (*scope != '\0')
    /* Translators: what a token is good for, as the server calls it */
    g_print (_ ("Needed scope: %s\n"), scope);
  if (*detail != '\0')
    /* Translators: number of an HTTP status, and what the server says */
    g_print (_ ("Answer: %u, “%s”\n"), status, detail);
  else
    g_print (_ ("Answer: %u\n"), status);
}

KeyfobExit
keyfob_command_test (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean as_json = FALSE;
  g_autofree char *url = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) members = NULL;
  GVariantBuilder options;
  const char *result = "";
  const char *sentence = _ ("The server answers something else.");
  GError *error = NULL;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &url, N_ ("Ask for this address of the same server"),
      N_ ("URL") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("[HOST]"),
                         _ ("Asks the server whether it accepts the token."), entries, 1, 0, &code))
    return code;

  host = keyfob_ctl_find_host (ctl, argv[1], &code);
  if (host == NULL)
    return code;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (url != NULL)
    g_variant_builder_add (&options, "{sv}", "url", g_variant_new_string (url));
  answer = keyfob_ctl_call_host (ctl, host, "TestAccess", g_variant_new ("(a{sv})", &options),
                                 "(a{sv})", &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  members = g_variant_get_child_value (answer, 0);
  g_variant_lookup (members, "result", "&s", &result);
  code = KEYFOB_EXIT_FAILED;
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    if (g_str_equal (result, results[i].result))
      {
        code = results[i].code;
        sentence = _ (results[i].sentence);
      }

  if (as_json)
    keyfob_json_print (to_json (members));
  else
    print_result (members, sentence);

  return code;
}
