/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-config.h"
#include "keyfob-status-text.h"
#include "keyfob-text.h"

#define PATH "/org/keyfob/Keyfob/Agent"
#define AGENT_INTERFACE KEYFOB_APPLICATION_ID ".Agent1"
#define HOST_INTERFACE KEYFOB_APPLICATION_ID ".Host1"

static const struct
{
  KeyfobAuthError error;
  KeyfobExit code;
} exit_codes[] = {
  { KEYFOB_AUTH_ERROR_CANCELLED, KEYFOB_EXIT_USAGE },
  { KEYFOB_AUTH_ERROR_TIMED_OUT, KEYFOB_EXIT_SIGN_IN },
  { KEYFOB_AUTH_ERROR_EXPIRED, KEYFOB_EXIT_SIGN_IN },
  { KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED, KEYFOB_EXIT_SIGN_IN },
  { KEYFOB_AUTH_ERROR_LOCKED, KEYFOB_EXIT_SIGN_IN },
  { KEYFOB_AUTH_ERROR_TOKENS_LOCKED, KEYFOB_EXIT_SIGN_IN },
  { KEYFOB_AUTH_ERROR_NETWORK, KEYFOB_EXIT_OFFLINE },
  { KEYFOB_AUTH_ERROR_UNAVAILABLE, KEYFOB_EXIT_OFFLINE },
  { KEYFOB_AUTH_ERROR_INVALID_HOST, KEYFOB_EXIT_NO_HOST },
};

/* Where the bus of the session would be: GLib would start one of its own where there is none. */
static gboolean
has_bus_address (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *usual = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return (address != NULL && *address != '\0') || g_file_test (usual, G_FILE_TEST_EXISTS);
}

char *
keyfob_ctl_dup_token_file (KeyfobCtl *self)
{
  const char *named = g_getenv ("OIDC_TOKEN_FILE");

  if (self->store != NULL)
    return g_canonicalize_filename (self->store, NULL);
  if (named == NULL || *named == '\0')
    return NULL;
  if (g_str_equal (named, "~") || g_str_has_prefix (named, "~/"))
    return g_build_filename (g_get_home_dir (), named + 1, NULL);

  return g_canonicalize_filename (named, NULL);
}

void
keyfob_ctl_say_missing_file (KeyfobCtl *self)
{
  g_autofree char *path = keyfob_ctl_dup_token_file (self);
  g_autofree char *name = path != NULL ? g_filename_display_name (path) : NULL;

  if (path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    keyfob_ctl_say (_ ("The token file that is named, %s, does not exist."), name);
}

gboolean
keyfob_ctl_connect (KeyfobCtl *self, GError **error)
{
  g_autofree char *token_file = keyfob_ctl_dup_token_file (self);
  g_autoptr (GError) failure = NULL;

  if (self->connection != NULL)
    return TRUE;

  /* names of errors on the bus become codes of the domain */
  keyfob_auth_error_quark ();
  if (token_file == NULL && has_bus_address ())
    {
      self->connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &failure);
      if (self->connection != NULL)
        {
          self->agent = KEYFOB_AGENT_NAME;
          return TRUE;
        }
      g_debug ("The message bus of the session cannot be reached: %s", failure->message);
    }

  self->private_agent = keyfob_private_agent_start (self->store, self->is_bare, self->host, error);
  if (self->private_agent == NULL)
    return FALSE;

  self->connection = keyfob_private_agent_connect (self->private_agent, error);

  return self->connection != NULL;
}

/* What an agent of the session keeps for its window, a private agent has nobody else to tell. */
static void
say_notices (KeyfobCtl *self)
{
  g_autoptr (GVariant) agent = keyfob_ctl_get_agent (self, NULL);
  g_autoptr (GVariant) notices =
      agent != NULL ? g_variant_lookup_value (agent, "Notices", NULL) : NULL;

  for (gsize i = 0; notices != NULL && i < g_variant_n_children (notices); i++)
    {
      const char *id = NULL;
      const char *sentence = NULL;

      g_variant_get_child (notices, i, "(&s&s)", &id, &sentence);
      if (self->shows_hosts || !g_str_equal (id, "single-token"))
        keyfob_ctl_say ("%s", sentence);
    }
}

void
keyfob_ctl_disconnect (KeyfobCtl *self)
{
  if (self->private_agent != NULL && self->connection != NULL)
    {
      say_notices (self);
      /* which the agent ends on; GLib 2.74 may never come back where it is to wait for it */
      g_dbus_connection_close (self->connection, NULL, NULL, NULL);
    }
  g_clear_object (&self->connection);
  g_clear_pointer (&self->private_agent, keyfob_private_agent_free);
  self->agent = NULL;
}

void
keyfob_ctl_clear (KeyfobCtl *self)
{
  keyfob_ctl_disconnect (self);
  g_clear_pointer (&self->store, g_free);
  g_clear_pointer (&self->host, g_free);
}

static GVariant *
call (KeyfobCtl *self,
      const char *object,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *type,
      GError **error)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  GVariant *answer = NULL;

  if (!keyfob_ctl_connect (self, error))
    return NULL;

  answer = g_dbus_connection_call_sync (self->connection, self->agent, object, interface, method,
                                        sunk, type != NULL ? G_VARIANT_TYPE (type) : NULL,
                                        G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, error);
  if (answer == NULL && error != NULL)
    g_dbus_error_strip_remote_error (*error);

  return answer;
}

GVariant *
keyfob_ctl_call_agent (KeyfobCtl *self,
                       const char *method,
                       GVariant *arguments,
                       const char *type,
                       GError **error)
{
  return call (self, PATH, AGENT_INTERFACE, method, arguments, type, error);
}

GVariant *
keyfob_ctl_call_host (KeyfobCtl *self,
                      const char *host,
                      const char *method,
                      GVariant *arguments,
                      const char *type,
                      GError **error)
{
  return call (self, host, HOST_INTERFACE, method, arguments, type, error);
}

/* What is wrong the next call says; an agent that runs since before an update does without. */
void
keyfob_ctl_wait_for_stores (KeyfobCtl *self)
{
  GVariant *answer = call (self, PATH, AGENT_INTERFACE, "WaitForStores", NULL, NULL, NULL);

  g_clear_pointer (&answer, g_variant_unref);
}

GVariant *
keyfob_ctl_get_objects (KeyfobCtl *self, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!keyfob_ctl_connect (self, error))
    return NULL;

  keyfob_ctl_wait_for_stores (self);
  answer = call (self, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
                 "(a{oa{sa{sv}}})", error);

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}

static GVariant *
get_properties (KeyfobCtl *self, const char *object, const char *interface, GError **error)
{
  g_autoptr (GVariant) answer = call (self, object, "org.freedesktop.DBus.Properties", "GetAll",
                                      g_variant_new ("(s)", interface), "(a{sv})", error);

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}

GVariant *
keyfob_ctl_get_properties (KeyfobCtl *self, const char *host, GError **error)
{
  return get_properties (self, host, HOST_INTERFACE, error);
}

GVariant *
keyfob_ctl_get_agent (KeyfobCtl *self, GError **error)
{
  return get_properties (self, PATH, AGENT_INTERFACE, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *const *first = a;
  const char *const *second = b;

  return g_utf8_collate (*first, *second);
}

char *
keyfob_ctl_dup_status (GVariant *host)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *state = "";
  const char *store = "";
  const char *account = "";
  gint64 expires = 0;
  gboolean renews = FALSE;
  g_autofree char *status = NULL;
  g_autofree char *left = NULL;

  g_variant_lookup (host, "State", "&s", &state);
  g_variant_lookup (host, "Store", "&s", &store);
  g_variant_lookup (host, "Account", "&s", &account);
  g_variant_lookup (host, "Expires", "x", &expires);
  g_variant_lookup (host, "Renews", "b", &renews);

  /* in the word of “status” */
  if (keyfob_host_state_parse (state) == KEYFOB_HOST_SIGNED_OUT)
    return g_strdup (keyfob_status_text_state (KEYFOB_HOST_SIGNED_OUT, NULL));

  status = keyfob_status_text_status (keyfob_host_state_parse (state), store, account, expires,
                                      renews, now);
  if (keyfob_host_state_parse (state) != KEYFOB_HOST_SIGNED_IN || expires <= now)
    return g_steal_pointer (&status);

  left = keyfob_status_text_time_left (expires, now);

  /* Translators: how a host stands, and for how long its token is good */
  return g_strdup_printf (_ ("%s, %s"), status, left);
}

GPtrArray *
keyfob_ctl_sort_hosts (GVariant *objects)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  GVariantIter iter;
  GVariant *interfaces;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", NULL, &interfaces))
    {
      GVariant *properties = g_variant_lookup_value (interfaces, KEYFOB_APPLICATION_ID ".Host1",
                                                     G_VARIANT_TYPE_VARDICT);
      const char *name = "";
      const char *url = "";
      char *key = NULL;

      if (properties == NULL)
        continue;
      g_variant_lookup (properties, "Name", "&s", &name);
      g_variant_lookup (properties, "Url", "&s", &url);
      key = g_strconcat (name, " ", url, NULL);
      g_hash_table_insert (by_name, key, properties);
      g_ptr_array_add (names, key);
    }

  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (hosts, g_hash_table_lookup (by_name, g_ptr_array_index (names, i)));

  return hosts;
}

static void
list_hosts (KeyfobCtl *self, const char *text, GVariant *hosts)
{
  if (text != NULL)
    keyfob_ctl_say (_ ("“%s” is not one host but several. Give the whole address of one:"), text);
  else
    keyfob_ctl_say (_ ("There are several hosts. Name one of them:"));

  for (gsize i = 0; i < g_variant_n_children (hosts); i++)
    {
      const char *path = NULL;
      const char *url = NULL;
      g_autoptr (GVariant) properties = NULL;

      g_variant_get_child (hosts, i, "&o", &path);
      properties = keyfob_ctl_get_properties (self, path, NULL);
      if (properties != NULL && g_variant_lookup (properties, "Url", "&s", &url))
        keyfob_ctl_say ("  %s", url);
    }
}

void
keyfob_ctl_name_host (KeyfobCtl *self, const char *text)
{
  if (self->host == NULL)
    self->host = g_strdup (text);
}

void
keyfob_ctl_say_no_host (const char *text)
{
  keyfob_ctl_say (_ ("There is no host “%s”. “keyfobctl list” shows which there are, and "
                     "“keyfobctl add” adds one."),
                  text);
}

char *
keyfob_ctl_find_host (KeyfobCtl *self, const char *text, KeyfobExit *code)
{
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) hosts = NULL;
  char *path = NULL;

  keyfob_ctl_name_host (self, text);
  answer = keyfob_ctl_call_agent (self, "FindHosts",
                                  g_variant_new ("(s)", text != NULL ? text : ""), "(ao)", &error);
  if (answer != NULL)
    hosts = g_variant_get_child_value (answer, 0);

  if (hosts == NULL)
    {
      *code = keyfob_ctl_fail (error);
    }
  else if (g_variant_n_children (hosts) == 1)
    {
      g_variant_get_child (hosts, 0, "o", &path);
    }
  else if (g_variant_n_children (hosts) > 1)
    {
      list_hosts (self, text, hosts);
      *code = KEYFOB_EXIT_USAGE;
    }
  else
    {
      if (text != NULL)
        keyfob_ctl_say_no_host (text);
      else
        keyfob_ctl_say (_ ("There is no host yet. Add one with “keyfobctl add ADDRESS”."));
      keyfob_ctl_say_missing_file (self);
      *code = KEYFOB_EXIT_NO_HOST;
    }

  return path;
}

char *
keyfob_ctl_dup_name (KeyfobCtl *self, const char *host)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (self, host, NULL);
  const char *name = "";

  if (properties != NULL)
    g_variant_lookup (properties, "Name", "&s", &name);

  return g_strdup (name);
}

GVariant *
keyfob_ctl_get_named (KeyfobCtl *self, const char *text)
{
  g_autoptr (GVariant) answer = keyfob_ctl_call_agent (
      self, "FindHosts", g_variant_new ("(s)", text != NULL ? text : ""), "(ao)", NULL);
  g_autoptr (GVariant) hosts = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  const char *path = NULL;

  if (hosts == NULL || g_variant_n_children (hosts) != 1)
    return NULL;

  g_variant_get_child (hosts, 0, "&o", &path);

  return keyfob_ctl_get_properties (self, path, NULL);
}

gboolean
keyfob_ctl_is_named (KeyfobCtl *self, const char *host, const char *text)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (self, host, NULL);
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (text, g_variant_new_parsed ("{'allow-http': <true>}"), NULL);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *folded_name = NULL;
  const char *name = "";
  const char *url = "";

  if (strchr (text, '/') == NULL || properties == NULL)
    return TRUE;

  g_variant_lookup (properties, "Name", "&s", &name);
  g_variant_lookup (properties, "Url", "&s", &url);
  folded_name = g_utf8_casefold (name, -1);

  return g_str_equal (folded, folded_name)
         || (config != NULL && g_str_equal (keyfob_config_get_base_url (config), url));
}

KeyfobExit
keyfob_ctl_fail (GError *error)
{
  KeyfobExit code = KEYFOB_EXIT_FAILED;

  for (guint i = 0; i < G_N_ELEMENTS (exit_codes); i++)
    {
      if (g_error_matches (error, KEYFOB_AUTH_ERROR, exit_codes[i].error))
        code = exit_codes[i].code;
    }
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS))
    code = KEYFOB_EXIT_USAGE;

  if (error->domain == KEYFOB_AUTH_ERROR || code == KEYFOB_EXIT_USAGE
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED))
    keyfob_ctl_say ("%s", error->message);
  else
    keyfob_ctl_say (_ ("Keyfob’s agent does not answer: %s"), error->message);
  g_error_free (error);

  return code;
}

char *
keyfob_ctl_quote (const char *word)
{
  for (const char *at = word; *at != '\0'; at++)
    {
      if (g_ascii_isprint (*at) && !g_ascii_isalnum (*at) && strchr (".:/-_", *at) == NULL)
        return g_shell_quote (word);
    }

  return g_strdup (word);
}

char *
keyfob_ctl_dup_file (const char *typed)
{
  g_autofree char *path = g_canonicalize_filename (typed, NULL);
  g_autofree char *resolved = NULL;
  struct stat info;

  /* what is not there the agent tells of */
  if (stat (path, &info) != 0)
    return g_steal_pointer (&path);
  if (!g_str_has_prefix (path, "/dev/") && !g_str_has_prefix (path, "/proc/"))
    resolved = g_steal_pointer (&path);
  else
    resolved = realpath (path, NULL);

  if (S_ISREG (info.st_mode) && resolved != NULL)
    return g_steal_pointer (&resolved);

  keyfob_ctl_say (_ ("%s is not a regular file, which the agent could read. Name another file."),
                  typed);

  return NULL;
}

/* What is said quotes arguments and answers, which are not to command the terminal, nor to look
 * like something else. */
static char *
dup_harmless (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *harmless = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (harmless, keyfob_text_is_hidden (c) && c != '\n' ? 0xfffd : c);
    }

  return g_string_free (harmless, FALSE);
}

void
keyfob_ctl_say (const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autofree char *harmless = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);

  harmless = dup_harmless (line);
  g_printerr ("%s\n", harmless);
}

/* What the locale cannot show gets a question mark, but for punctuation of which ASCII has a form.
 */
static char *
to_locale (const char *text)
{
  static const struct
  {
    const char *typographic;
    const char *plain;
  } forms[] = {
    { "“", "\"" }, { "”", "\"" },  { "„", "\"" }, { "’", "'" }, { "‘", "'" },
    { "‚", "'" },  { "…", "..." }, { "–", "-" },  { "·", "-" },
  };
  g_autoptr (GString) plain = g_string_new (text);
  const char *charset = NULL;
  char *converted = NULL;

  if (g_get_charset (&charset))
    return g_strdup (text);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    g_string_replace (plain, forms[i].typographic, forms[i].plain, 0);
  converted = g_convert_with_fallback (plain->str, -1, charset, "UTF-8", "?", NULL, NULL, NULL);

  return converted != NULL ? converted : g_strdup (plain->str);
}

static void
print_out (const char *text)
{
  g_autofree char *printed = to_locale (text);

  fputs (printed, stdout);
}

static void
print_error (const char *text)
{
  g_autofree char *printed = to_locale (text);

  fputs (printed, stderr);
  fflush (stderr);
}

void
keyfob_ctl_print_for_locale (void)
{
  g_set_print_handler (print_out);
  g_set_printerr_handler (print_error);
}

static gboolean
has_option (const GOptionEntry *entries, const char *name)
{
  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
    if (g_str_equal (entry->long_name, name))
      return TRUE;

  return FALSE;
}

/* GLib would convert the texts from the encoding of the locale, which is ASCII in many scripts.
 *
 * Returns: (transfer full): @entries, whose texts stay as they are given */
static GOptionEntry *
dup_unconverted (const GOptionEntry *entries)
{
  GArray *copies = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
    {
      GOptionEntry copy = *entry;

      if (copy.arg == G_OPTION_ARG_STRING)
        copy.arg = G_OPTION_ARG_FILENAME;
      else if (copy.arg == G_OPTION_ARG_STRING_ARRAY)
        copy.arg = G_OPTION_ARG_FILENAME_ARRAY;
      g_array_append_val (copies, copy);
    }

  return (gpointer) g_array_free (copies, FALSE);
}

/* Returns: (nullable): the text that no message can carry */
static const char *
find_no_text_in (const char *const *texts)
{
  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    if (!g_utf8_validate (texts[i], -1, NULL))
      return texts[i];

  return NULL;
}

/* @file: the argument that is the name of a file, which need not be text; 0 is none
 *
 * Returns: (nullable): the argument, or the value of an option, that no message can carry */
static const char *
find_no_text (int argc, char **argv, int file, const GOptionEntry *entries)
{
  const char *no_text = NULL;

  for (int i = 1; i < argc && no_text == NULL; i++)
    if (i != file && !g_utf8_validate (argv[i], -1, NULL))
      no_text = argv[i];

  for (const GOptionEntry *entry = entries; entry->long_name != NULL && no_text == NULL; entry++)
    {
      if (entry->arg == G_OPTION_ARG_STRING)
        no_text = find_no_text_in ((const char *const[]){ *(char **) entry->arg_data, NULL });
      else if (entry->arg == G_OPTION_ARG_STRING_ARRAY)
        no_text = find_no_text_in (*(const char *const **) entry->arg_data);
    }

  return no_text;
}

/* As of a variable that is not set, which would be taken for the only host there is. */
static gboolean
has_empty (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (*argv[i] == '\0')
      return TRUE;

  return FALSE;
}

gboolean
keyfob_ctl_parse (KeyfobCtl *self,
                  int *argc,
                  char ***argv,
                  const char *usage,
                  const char *summary,
                  const GOptionEntry *entries,
                  int most,
                  int file,
                  KeyfobExit *code)
{
  const char *no_text = NULL;
  g_autofree GOptionEntry *unconverted = dup_unconverted (entries);
  g_auto (GStrv) stores = NULL;
  guint n_stores = self->store != NULL ? 1 : 0;
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;
  gboolean is_parsed;
  const GOptionEntry store[] = {
    { "store", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &stores,
      N_ ("Use the tokens in this file, and no other"), N_ ("FILE") },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, unconverted, GETTEXT_PACKAGE);
  if (!has_option (entries, "store"))
    g_option_context_add_main_entries (context, store, GETTEXT_PACKAGE);
  is_parsed = g_option_context_parse (context, argc, argv, &error);
  if (stores != NULL)
    n_stores += g_strv_length (stores);
  if (n_stores == 1 && self->store == NULL)
    self->store = g_strdup (stores[0]);
  if (is_parsed && n_stores <= 1 && *argc - 1 <= most && !has_empty (*argc, *argv)
      && !(self->store != NULL && *self->store == '\0'))
    {
      no_text = find_no_text (*argc, *argv, file, entries);
      if (no_text == NULL)
        return TRUE;
    }

  if (error != NULL)
    keyfob_ctl_say ("%s", error->message);
  else if (no_text != NULL)
    keyfob_ctl_say (_ ("“%s” is not text in UTF-8."), no_text);
  else if (n_stores > 1)
    keyfob_ctl_say (_ ("Name only one token file with --store."));
  else if (self->store != NULL && *self->store == '\0')
    keyfob_ctl_say (_ ("Name the token file after --store."));
  else if (has_empty (*argc, *argv))
    keyfob_ctl_say (
        _ ("An argument is empty. Leave it out, or set the variable that it comes from."));
  else
    keyfob_ctl_say (_ ("“%s” is one argument too many."), (*argv)[most + 1]);
  /* Translators: %s is the name of the program with that of the command */
  keyfob_ctl_say (_ ("“%s --help” shows how it is used."), g_get_prgname ());
  *code = KEYFOB_EXIT_USAGE;

  return FALSE;
}
