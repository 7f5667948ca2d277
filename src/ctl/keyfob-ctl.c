/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl.h"

#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

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

/* Any of these is set where a batch system or a notebook server runs the program. */
static const char *const batch_variables[] = {
  "SLURM_JOB_ID",
  "SLURM_NODELIST",
  "PBS_JOBID",
  "PBS_ENVIRONMENT",
  "PBS_NODEFILE",
  "JOB_ID",
  "SGE_TASK_ID",
  "PE_HOSTFILE",
  "LSB_JOBID",
  "LSB_HOSTS",
  "OAR_JOB_ID",
  "OAR_NODEFILE",
  "OMPI_COMM_WORLD_SIZE",
  "PMI_RANK",
  "MPI_LOCALRANKID",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_PORT",
  "FREVA_BATCH_JOB",
  "JUPYTERHUB_USER",
};

gboolean
keyfob_ctl_connect (KeyfobCtl *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (self->connection != NULL)
    return TRUE;

  /* names of errors on the bus become codes of the domain */
  keyfob_auth_error_quark ();
  self->connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &failure);
  if (self->connection == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                   _ ("The message bus of the session cannot be reached: %s"), failure->message);
      return FALSE;
    }

  return TRUE;
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

  answer = g_dbus_connection_call_sync (self->connection, KEYFOB_AGENT_NAME, object, interface,
                                        method, sunk, type != NULL ? G_VARIANT_TYPE (type) : NULL,
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

GVariant *
keyfob_ctl_get_objects (KeyfobCtl *self, GError **error)
{
  g_autoptr (GVariant) answer = call (self, PATH, "org.freedesktop.DBus.ObjectManager",
                                      "GetManagedObjects", NULL, "(a{oa{sa{sv}}})", error);

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

char *
keyfob_ctl_find_host (KeyfobCtl *self, const char *text, KeyfobExit *code)
{
  GError *error = NULL;
  g_autoptr (GVariant) answer = keyfob_ctl_call_agent (
      self, "FindHosts", g_variant_new ("(s)", text != NULL ? text : ""), "(ao)", &error);
  g_autoptr (GVariant) hosts = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  char *path = NULL;

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
        keyfob_ctl_say (_ ("There is no host “%s”. “keyfobctl list” shows which there are."), text);
      else
        keyfob_ctl_say (_ ("There is no host yet. Add one with “keyfobctl add ADDRESS”."));
      *code = KEYFOB_EXIT_NO_HOST;
    }

  return path;
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

  if (error->domain == KEYFOB_AUTH_ERROR || code == KEYFOB_EXIT_USAGE)
    keyfob_ctl_say ("%s", error->message);
  else
    keyfob_ctl_say (_ ("Keyfob’s agent does not answer: %s"), error->message);
  g_error_free (error);

  return code;
}

/* What is said quotes arguments and answers, which are not to command the terminal. */
static char *
dup_without_controls (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *harmless = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (harmless, g_unichar_iscntrl (c) && c != '\n' ? 0xfffd : c);
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

  harmless = dup_without_controls (line);
  g_printerr ("%s\n", harmless);
}

const char *
keyfob_ctl_get_batch_variable (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (batch_variables); i++)
    {
      if (g_getenv (batch_variables[i]) != NULL)
        return batch_variables[i];
    }

  return NULL;
}

gboolean
keyfob_ctl_can_ask (KeyfobCtl *self)
{
  return !self->no_interaction && isatty (STDIN_FILENO) && isatty (STDERR_FILENO)
         && keyfob_ctl_get_batch_variable () == NULL;
}

gboolean
keyfob_ctl_parse (int *argc,
                  char ***argv,
                  const char *usage,
                  const char *summary,
                  const GOptionEntry *entries,
                  int most,
                  KeyfobExit *code)
{
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, argc, argv, &error) && *argc - 1 <= most)
    return TRUE;

  if (error != NULL)
    keyfob_ctl_say ("%s", error->message);
  else
    keyfob_ctl_say (_ ("“%s” is one argument too many."), (*argv)[most + 1]);
  /* Translators: %s is the name of the program with that of the command */
  keyfob_ctl_say (_ ("“%s --help” shows how it is used."), g_get_prgname ());
  *code = KEYFOB_EXIT_USAGE;

  return FALSE;
}
