/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-search-provider.h"

#include "keyfob-desktop-actions.h"
#include "keyfob-host-search.h"
#include "keyfob-krunner.h"
#include "keyfob-shell-search.h"

/* As in the files that tell the desktops of it, see data/meson.build. */
#define PATH "/org/keyfob/Keyfob/Search"

/* Of a match of KRunner: what fits, but need not be all that was meant. */
#define POSSIBLE_MATCH 30

struct _KeyfobSearchProvider
{
  GObject parent_instance;

  GDBusConnection *connection;
  GListModel *hosts;
  KeyfobShellSearchProvider2 *shell;
  KeyfobShellKrunner1 *krunner;
  char *activation_token; /* (nullable): for the next Run of KRunner */
};

G_DEFINE_FINAL_TYPE (KeyfobSearchProvider, keyfob_search_provider, G_TYPE_OBJECT)

typedef void (*Answer) (GDBusMethodInvocation *invocation, GPtrArray *results);

/* A search that waits until it is known how the hosts stand. */
typedef struct
{
  KeyfobSearchProvider *provider;
  GDBusMethodInvocation *invocation; /* owned by its answer */
  Answer answer;
  char *text;
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->provider);
  g_free (search->text);
  g_free (search);
}

static void proceed (Search *search);

static void
on_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  proceed (user_data);
}

/* @search: (transfer full) */
static void
proceed (Search *search)
{
  GListModel *hosts = search->provider->hosts;
  g_autoptr (GPtrArray) results = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (hosts, i);

      if (!keyfob_host_is_looking_up (host))
        continue;

      keyfob_host_join_async (host, on_known, search);
      return;
    }

  results = keyfob_host_search (hosts, search->text);
  search->answer (search->invocation, results);
  search_free (search);
}

/* @text: (transfer full) */
static void
begin (KeyfobSearchProvider *self, GDBusMethodInvocation *invocation, char *text, Answer answer)
{
  Search *search = g_new0 (Search, 1);

  search->provider = g_object_ref (self);
  search->invocation = invocation;
  search->answer = answer;
  search->text = text;
  proceed (search);
}

/* Does what @id says; where that cannot be done any more, the window tells how things stand. */
static void
activate (KeyfobSearchProvider *self, const char *id, const char *activation_token)
{
  const char *const ids[] = { id, NULL };
  g_autoptr (GPtrArray) results = keyfob_host_search_find (self->hosts, ids);

  if (results->len > 0)
    keyfob_search_result_activate (g_ptr_array_index (results, 0), activation_token);
  else
    keyfob_desktop_open_window (self->connection, activation_token);
}

/* GNOME Shell */

static void
answer_shell (GDBusMethodInvocation *invocation, GPtrArray *results)
{
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("(as)"));
  g_variant_builder_open (&ids, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < results->len; i++)
    g_variant_builder_add (&ids, "s",
                           ((const KeyfobSearchResult *) g_ptr_array_index (results, i))->id);
  g_variant_builder_close (&ids);
  g_dbus_method_invocation_return_value (invocation, g_variant_builder_end (&ids));
}

static gboolean
on_get_initial_result_set (KeyfobSearchProvider *self,
                           GDBusMethodInvocation *invocation,
                           char **terms)
{
  begin (self, invocation, g_strjoinv (" ", terms), answer_shell);

  return TRUE;
}

static gboolean
on_get_subsearch_result_set (KeyfobSearchProvider *self,
                             GDBusMethodInvocation *invocation,
                             const char *const *previous_results,
                             char **terms)
{
  return on_get_initial_result_set (self, invocation, terms);
}

static gboolean
on_get_result_metas (KeyfobSearchProvider *self,
                     GDBusMethodInvocation *invocation,
                     const char *const *ids)
{
  g_autoptr (GPtrArray) results = keyfob_host_search_find (self->hosts, ids);
  GVariantBuilder metas;

  g_variant_builder_init (&metas, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < results->len; i++)
    {
      const KeyfobSearchResult *result = g_ptr_array_index (results, i);

      g_variant_builder_open (&metas, G_VARIANT_TYPE ("a{sv}"));
      g_variant_builder_add (&metas, "{sv}", "id", g_variant_new_string (result->id));
      g_variant_builder_add (&metas, "{sv}", "name", g_variant_new_string (result->title));
      g_variant_builder_add (&metas, "{sv}", "description", g_variant_new_string (result->details));
      g_variant_builder_close (&metas);
    }
  keyfob_shell_search_provider2_complete_get_result_metas (self->shell, invocation,
                                                           g_variant_builder_end (&metas));

  return TRUE;
}

/* Returns: (transfer full) (nullable): the time of an event of the user, as GTK takes it on X11 */
static char *
dup_startup_id (guint timestamp)
{
  return timestamp != 0 ? g_strdup_printf ("keyfob_TIME%u", timestamp) : NULL;
}

static gboolean
on_activate_result (KeyfobSearchProvider *self,
                    GDBusMethodInvocation *invocation,
                    const char *id,
                    const char *const *terms,
                    guint timestamp)
{
  g_autofree char *startup_id = dup_startup_id (timestamp);

  activate (self, id, startup_id);
  keyfob_shell_search_provider2_complete_activate_result (self->shell, invocation);

  return TRUE;
}

static gboolean
on_launch_search (KeyfobSearchProvider *self,
                  GDBusMethodInvocation *invocation,
                  char **terms,
                  guint timestamp)
{
  g_autofree char *startup_id = dup_startup_id (timestamp);
  g_autofree char *text = g_strjoinv (" ", terms);

  keyfob_desktop_activate_action (self->connection, "search", g_variant_new_string (text),
                                  startup_id);
  keyfob_shell_search_provider2_complete_launch_search (self->shell, invocation);

  return TRUE;
}

/* KRunner */

static void
answer_krunner (GDBusMethodInvocation *invocation, GPtrArray *results)
{
  GVariantBuilder matches;

  g_variant_builder_init (&matches, G_VARIANT_TYPE ("(a(sssida{sv}))"));
  g_variant_builder_open (&matches, G_VARIANT_TYPE ("a(sssida{sv})"));
  for (guint i = 0; i < results->len; i++)
    {
      const KeyfobSearchResult *result = g_ptr_array_index (results, i);
      /* only by that KRunner keeps their order */
      double relevance = 1.0 - (double) i / (results->len + 1);
      GVariantDict details;

      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "subtext", "s", result->details);
      g_variant_builder_add (&matches, "(sssid@a{sv})", result->id, result->title,
                             KEYFOB_APPLICATION_ID, POSSIBLE_MATCH, relevance,
                             g_variant_dict_end (&details));
    }
  g_variant_builder_close (&matches);
  g_dbus_method_invocation_return_value (invocation, g_variant_builder_end (&matches));
}

static gboolean
on_match (KeyfobSearchProvider *self, GDBusMethodInvocation *invocation, const char *query)
{
  begin (self, invocation, g_strdup (query), answer_krunner);

  return TRUE;
}

static gboolean
on_actions (KeyfobSearchProvider *self, GDBusMethodInvocation *invocation)
{
  keyfob_shell_krunner1_complete_actions (self->krunner, invocation,
                                          g_variant_new ("a(sss)", NULL));

  return TRUE;
}

static gboolean
on_set_activation_token (KeyfobSearchProvider *self,
                         GDBusMethodInvocation *invocation,
                         const char *token)
{
  g_free (self->activation_token);
  self->activation_token = g_strdup (token);
  keyfob_shell_krunner1_complete_set_activation_token (self->krunner, invocation);

  return TRUE;
}

static gboolean
on_run (KeyfobSearchProvider *self,
        GDBusMethodInvocation *invocation,
        const char *id,
        const char *action)
{
  g_autofree char *token = g_steal_pointer (&self->activation_token);

  activate (self, id, token);
  keyfob_shell_krunner1_complete_run (self->krunner, invocation);

  return TRUE;
}

static gboolean
on_teardown (KeyfobSearchProvider *self, GDBusMethodInvocation *invocation)
{
  keyfob_shell_krunner1_complete_teardown (self->krunner, invocation);

  return TRUE;
}

static void
keyfob_search_provider_dispose (GObject *object)
{
  KeyfobSearchProvider *self = KEYFOB_SEARCH_PROVIDER (object);

  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->shell));
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->krunner));
  g_clear_object (&self->hosts);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (keyfob_search_provider_parent_class)->dispose (object);
}

static void
keyfob_search_provider_finalize (GObject *object)
{
  KeyfobSearchProvider *self = KEYFOB_SEARCH_PROVIDER (object);

  g_object_unref (self->shell);
  g_object_unref (self->krunner);
  g_free (self->activation_token);

  G_OBJECT_CLASS (keyfob_search_provider_parent_class)->finalize (object);
}

static void
keyfob_search_provider_class_init (KeyfobSearchProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_search_provider_dispose;
  object_class->finalize = keyfob_search_provider_finalize;
}

/* Calls @callback for a method of @skeleton. */
static void
answer (KeyfobSearchProvider *self, gpointer skeleton, const char *method, gpointer callback)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (skeleton, signal, G_CALLBACK (callback), self, G_CONNECT_SWAPPED);
}

static void
keyfob_search_provider_init (KeyfobSearchProvider *self)
{
  self->shell = keyfob_shell_search_provider2_skeleton_new ();
  answer (self, self->shell, "get-initial-result-set", on_get_initial_result_set);
  answer (self, self->shell, "get-subsearch-result-set", on_get_subsearch_result_set);
  answer (self, self->shell, "get-result-metas", on_get_result_metas);
  answer (self, self->shell, "activate-result", on_activate_result);
  answer (self, self->shell, "launch-search", on_launch_search);

  self->krunner = keyfob_shell_krunner1_skeleton_new ();
  answer (self, self->krunner, "actions", on_actions);
  answer (self, self->krunner, "match", on_match);
  answer (self, self->krunner, "set-activation-token", on_set_activation_token);
  answer (self, self->krunner, "run", on_run);
  answer (self, self->krunner, "teardown", on_teardown);
}

/* Where the bus refuses that, nothing is found. */
static void export(KeyfobSearchProvider *self, gpointer skeleton)
{
  g_autoptr (GError) error = NULL;

  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (skeleton), self->connection,
                                         PATH, &error))
    g_message ("Hosts cannot be searched for: %s", error->message);
}

KeyfobSearchProvider *
keyfob_search_provider_new (GDBusConnection *connection, GListModel *hosts)
{
  KeyfobSearchProvider *self = g_object_new (KEYFOB_TYPE_SEARCH_PROVIDER, NULL);

  self->connection = g_object_ref (connection);
  self->hosts = g_object_ref (hosts);
  export(self, self->shell);
  export(self, self->krunner);

  return self;
}
