/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-json-writer.h"
#include "keyfob-host-state.h"
#include "keyfob-status-text.h"
#include "keyfob-terminal.h"

#define COLUMNS 5
#define GAP 2 /* blanks between columns */

/* One line of the list. */
typedef struct
{
  char *cells[COLUMNS]; /* the last ones may be empty */
} Line;

static void
line_free (Line *line)
{
  for (guint i = 0; i < COLUMNS; i++)
    g_free (line->cells[i]);
  g_free (line);
}

static gboolean
is_last (Line *line, guint column)
{
  return column == COLUMNS - 1 || (column == COLUMNS - 2 && *line->cells[column + 1] == '\0');
}

static void
print_table (GPtrArray *lines)
{
  int widths[COLUMNS] = { 0 };
  gboolean aligned = isatty (STDOUT_FILENO);

  for (guint i = 0; i < lines->len; i++)
    {
      for (guint j = 0; j < COLUMNS; j++)
        widths[j] = MAX (
            widths[j], keyfob_terminal_measure (((Line *) g_ptr_array_index (lines, i))->cells[j]));
    }

  for (guint i = 0; i < lines->len; i++)
    {
      Line *line = g_ptr_array_index (lines, i);

      for (guint j = 0; j < COLUMNS; j++)
        {
          gboolean last = is_last (line, j);

          fputs (line->cells[j], stdout);
          if (!last && aligned)
            printf ("%*s", widths[j] - keyfob_terminal_measure (line->cells[j]) + GAP, "");
          else
            putchar (last ? '\n' : '\t');
          if (last)
            break;
        }
    }
}

static char *
dup_token_files (GVariant *host)
{
  g_autofree const char **files = NULL;

  if (!g_variant_lookup (host, "TokenFiles", "^a&s", &files))
    return g_strdup ("");

  return g_strjoinv (" ", (char **) files);
}

/* Words of the interface, which JSON has as they are. */
static const char *
translate_store (const char *word)
{
  if (g_str_equal (word, "keyring"))
    return C_ ("token store", "keyring");
  if (g_str_equal (word, "ready"))
    return C_ ("token store", "ready");
  if (g_str_equal (word, "opening"))
    return C_ ("token store", "opening");
  if (g_str_equal (word, "locked"))
    return C_ ("token store", "locked");

  return word;
}

static Line *
line_new (GVariant *host)
{
  Line *line = g_new0 (Line, 1);
  const char *text = "";

  g_variant_lookup (host, "Name", "&s", &text);
  line->cells[0] = g_strdup (text);
  g_variant_lookup (host, "Url", "&s", &text);
  line->cells[1] = g_strdup (text);
  line->cells[2] = keyfob_ctl_dup_status (host);
  text = "";
  g_variant_lookup (host, "Store", "&s", &text);
  line->cells[3] = g_strdup (translate_store (text));
  line->cells[4] = dup_token_files (host);

  return line;
}

/* Returns: (transfer full) (nullable): name of the host and what its user should read and do, of
 * one whose token cannot be read or saved; how others stand says all */
static char *
dup_trouble (GVariant *host)
{
  const char *state = "";
  const char *name = "";
  const char *trouble = "";
  gboolean saved = TRUE;
  KeyfobHostState parsed;

  g_variant_lookup (host, "State", "&s", &state);
  g_variant_lookup (host, "Name", "&s", &name);
  g_variant_lookup (host, "Error", "&s", &trouble);
  g_variant_lookup (host, "Saved", "b", &saved);
  parsed = keyfob_host_state_parse (state);
  if (*trouble == '\0'
      || (parsed != KEYFOB_HOST_LOCKED && (saved || !keyfob_host_state_has_token (parsed))))
    return NULL;

  return g_strdup_printf ("%s: %s", name, trouble);
}

static void
print_hosts (GPtrArray *hosts)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);

  for (guint i = 0; i < hosts->len; i++)
    g_ptr_array_add (lines, line_new (g_ptr_array_index (hosts, i)));

  print_table (lines);
  for (guint i = 0; i < hosts->len; i++)
    {
      g_autofree char *trouble = dup_trouble (g_ptr_array_index (hosts, i));

      if (trouble != NULL)
        keyfob_ctl_say ("%s", trouble);
    }
  if (hosts->len == 0)
    keyfob_ctl_say (_ ("There is no host yet. Add one with “keyfobctl add ADDRESS”."));
}

/* Names in JSON, and the properties of Host1 that they have. */
static const struct
{
  const char *name;
  const char *property;
} members[] = {
  { "url", "Url" },
  { "name", "Name" },
  { "state", "State" },
  { "account", "Account" },
  { "expires", "Expires" },
  { "refresh_expires", "RefreshExpires" },
  { "renews", "Renews" },
  { "store", "Store" },
  { "saved", "Saved" },
  { "error", "Error" },
  { "token_files", "TokenFiles" },
  { "provided", "Provided" },
};

static GVariant *
to_json_host (GVariant *host)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (host, members[i].property, NULL);

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", members[i].name, value);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
to_json_hosts (GPtrArray *hosts)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < hosts->len; i++)
    g_variant_builder_add_value (&builder, to_json_host (g_ptr_array_index (hosts, i)));

  return g_variant_builder_end (&builder);
}

/* Returns: (nullable): `a{oa{sa{sv}}}`; where it is %NULL, @code is the exit code */
static GVariant *
parse_and_get_objects (KeyfobCtl *ctl,
                       int argc,
                       char **argv,
                       const char *summary,
                       gboolean *json,
                       KeyfobExit *code)
{
  GError *error = NULL;
  GVariant *objects = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, NULL, summary, entries, 0, 0, code))
    return NULL;

  objects = keyfob_ctl_get_objects (ctl, &error);
  if (objects == NULL)
    *code = keyfob_ctl_fail (error);

  return objects;
}

KeyfobExit
keyfob_command_list (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean json = FALSE;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) objects = parse_and_get_objects (
      ctl, argc, argv,
      _ ("Lists the hosts: name, address, how each stands, where its token is, its bearer token "
         "file."),
      &json, &code);
  g_autoptr (GPtrArray) hosts = objects != NULL ? keyfob_ctl_sort_hosts (objects) : NULL;
  GVariantBuilder builder;

  if (hosts == NULL)
    return code;

  ctl->shows_hosts = TRUE;
  if (!json)
    {
      print_hosts (hosts);
      return KEYFOB_EXIT_DONE;
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "version", g_variant_new_uint32 (KEYFOB_JSON_VERSION));
  g_variant_builder_add (&builder, "{sv}", "hosts", to_json_hosts (hosts));
  keyfob_json_print (g_variant_builder_end (&builder));

  return KEYFOB_EXIT_DONE;
}

/* Returns: (transfer floating): `as`, a sentence for each thing that a person should do or know */
static GVariant *
list_needs (GVariant *agent, GPtrArray *hosts)
{
  GVariantBuilder needs;
  g_autoptr (GVariant) notices = g_variant_lookup_value (agent, "Notices", NULL);
  g_autofree const char **problems = NULL;
  GVariantIter iter;
  const char *sentence;
  const char *store_state = "";

  g_variant_builder_init (&needs, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_lookup (agent, "StoreState", "&s", &store_state);
  if (g_str_equal (store_state, "locked"))
    g_variant_builder_add (&needs, "s", _ ("The keyring is locked. Unlock it to go on."));
  for (guint i = 0; i < hosts->len; i++)
    {
      GVariant *host = g_ptr_array_index (hosts, i);
      const char *state = "";
      const char *name = "";
      g_autofree char *line = dup_trouble (host);

      g_variant_lookup (host, "State", "&s", &state);
      g_variant_lookup (host, "Name", "&s", &name);
      if (line == NULL && keyfob_host_state_needs_user (keyfob_host_state_parse (state)))
        line = g_strdup_printf ("%s: %s", name,
                                keyfob_status_text_state (keyfob_host_state_parse (state), NULL));
      if (line != NULL)
        g_variant_builder_add (&needs, "s", line);
    }

  if (notices != NULL)
    {
      g_variant_iter_init (&iter, notices);
      while (g_variant_iter_next (&iter, "(&s&s)", NULL, &sentence))
        g_variant_builder_add (&needs, "s", sentence);
    }

  g_variant_lookup (agent, "ProvidedProblems", "^a&s", &problems);
  for (gsize i = 0; problems != NULL && problems[i] != NULL; i++)
    g_variant_builder_add (&needs, "s", problems[i]);

  return g_variant_builder_end (&needs);
}

static void
print_token_files (GPtrArray *hosts)
{
  for (guint i = 0; i < hosts->len; i++)
    {
      GVariant *host = g_ptr_array_index (hosts, i);
      g_autofree const char **files = NULL;
      const char *name = "";

      g_variant_lookup (host, "Name", "&s", &name);
      g_variant_lookup (host, "TokenFiles", "^a&s", &files);
      for (gsize j = 0; files != NULL && files[j] != NULL; j++)
        /* Translators: name of a host, and the file in which its token can be read */
        printf (_ ("Bearer token file of %s: %s\n"), name, files[j]);
    }
}

static guint
count_provided (GPtrArray *hosts)
{
  guint n_provided = 0;

  for (guint i = 0; i < hosts->len; i++)
    {
      gboolean provided = FALSE;

      g_variant_lookup (g_ptr_array_index (hosts, i), "Provided", "b", &provided);
      n_provided += provided;
    }

  return n_provided;
}

static void
print_status (GVariant *agent, GPtrArray *hosts, GVariant *needs)
{
  const char *version = "";
  const char *store = "";
  const char *store_state = "";

  g_variant_lookup (agent, "Version", "&s", &version);
  g_variant_lookup (agent, "Store", "&s", &store);
  g_variant_lookup (agent, "StoreState", "&s", &store_state);
  printf (_ ("keyfobctl %s, agent %s\n"), KEYFOB_VERSION, version);
  /* Translators: where new tokens go, and whether that is ready, opening or locked */
  printf (_ ("Tokens are kept in: %s (%s)\n"), translate_store (store),
          translate_store (store_state));
  printf (_ ("Hosts: %u\n"), hosts->len);
  if (count_provided (hosts) > 0)
    printf (_ ("Provided by your institution: %u\n"), count_provided (hosts));
  print_token_files (hosts);
  for (gsize i = 0; i < g_variant_n_children (needs); i++)
    {
      const char *line;

      g_variant_get_child (needs, i, "&s", &line);
      printf ("%s\n", line);
    }
}

/* Returns: (transfer floating): `as`, of all hosts */
static GVariant *
list_token_files (GPtrArray *hosts)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < hosts->len; i++)
    {
      g_autofree const char **files = NULL;

      g_variant_lookup (g_ptr_array_index (hosts, i), "TokenFiles", "^a&s", &files);
      for (gsize j = 0; files != NULL && files[j] != NULL; j++)
        g_variant_builder_add (&builder, "s", files[j]);
    }

  return g_variant_builder_end (&builder);
}

static void
print_json_status (GVariant *agent, GPtrArray *hosts, GVariant *needs)
{
  const struct
  {
    const char *name;
    const char *property;
  } names[] = {
    { "agent", "Version" },
    { "store", "Store" },
    { "store_state", "StoreState" },
    { "store_file", "StoreFile" },
  };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "version", g_variant_new_uint32 (KEYFOB_JSON_VERSION));
  g_variant_builder_add (&builder, "{sv}", "keyfobctl", g_variant_new_string (KEYFOB_VERSION));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (agent, names[i].property, NULL);

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", names[i].name, value);
    }
  g_variant_builder_add (&builder, "{sv}", "hosts", g_variant_new_uint32 (hosts->len));
  g_variant_builder_add (&builder, "{sv}", "provided",
                         g_variant_new_uint32 (count_provided (hosts)));
  g_variant_builder_add (&builder, "{sv}", "token_files", list_token_files (hosts));
  g_variant_builder_add (&builder, "{sv}", "needs", needs);
  keyfob_json_print (g_variant_builder_end (&builder));
}

KeyfobExit
keyfob_command_status (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean json = FALSE;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) objects = parse_and_get_objects (
      ctl, argc, argv, _ ("Shows agent and store, and what needs you."), &json, &code);
  g_autoptr (GPtrArray) hosts = objects != NULL ? keyfob_ctl_sort_hosts (objects) : NULL;
  g_autoptr (GVariant) agent = NULL;
  g_autoptr (GVariant) needs = NULL;
  GError *error = NULL;

  if (hosts == NULL)
    return code;

  agent = keyfob_ctl_get_agent (ctl, &error);
  if (agent == NULL)
    return keyfob_ctl_fail (error);

  needs = g_variant_ref_sink (list_needs (agent, hosts));
  if (json)
    print_json_status (agent, hosts, needs);
  else
    print_status (agent, hosts, needs);

  return KEYFOB_EXIT_DONE;
}
