/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-found-hosts.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-config-options.h"
#include "keyfob-found-row.h"
#include "keyfob-web-address.h"

/* Returns: (transfer full): who uses the token there, for people */
static char *
describe_store (const char *store)
{
  if (g_str_has_prefix (store, KEYFOB_STORE_APP))
    /* Translators: %s is the name of a program, which has signed in to a server */
    return g_strdup_printf (_ ("The Python program %s uses it"), store + strlen (KEYFOB_STORE_APP));

  return g_strdup (_ ("A Python program uses it"));
}

static GtkWidget *
create_row (const char *url, const char *store)
{
  GtkWidget *row = keyfob_found_row_new (url);
  g_autofree char *description = describe_store (store);
  g_autofree char *shortened = keyfob_web_address_shorten (url);
  /* Translators: %s is the address of a server */
  g_autofree char *label = g_strdup_printf (_ ("Add %s"), shortened);

  keyfob_found_row_set_description (KEYFOB_FOUND_ROW (row), description);
  keyfob_found_row_offer (KEYFOB_FOUND_ROW (row), label, store);

  return row;
}

/* Of a server that is provided, and that the user has removed. */
static GtkWidget *
create_removed_row (const char *url, const char *name)
{
  GtkWidget *row = keyfob_found_row_new (url);
  /* Translators: %s is the name of a server that the user has removed */
  g_autofree char *label = g_strdup_printf (_ ("Bring %s back"), name);

  keyfob_found_row_set_description (KEYFOB_FOUND_ROW (row),
                                    _ ("Provided by your institution, and removed by you"));
  keyfob_found_row_offer (KEYFOB_FOUND_ROW (row), label, "");

  return row;
}

struct _KeyfobFoundHosts
{
  AdwPreferencesGroup parent_instance;

  KeyfobAgentClient *client;
  GSignalGroup *agent_signals;

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (KeyfobFoundHosts, keyfob_found_hosts, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  SIGNAL_ADDED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update (KeyfobFoundHosts *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  GVariant *found = agent != NULL ? keyfob_bus_agent1_get_found_tokens (agent) : NULL;
  GVariant *removed = agent != NULL ? keyfob_bus_agent1_get_removed_hosts (agent) : NULL;
  gsize n_found = found != NULL ? g_variant_n_children (found) : 0;
  gsize n_removed = removed != NULL ? g_variant_n_children (removed) : 0;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));

  for (gsize i = 0; i < n_found; i++)
    {
      const char *url, *store;

      g_variant_get_child (found, i, "(&s&s)", &url, &store);
      gtk_list_box_append (self->list, create_row (url, store));
    }

  for (gsize i = 0; i < n_removed; i++)
    {
      const char *url, *name;

      g_variant_get_child (removed, i, "(&s&s)", &url, &name);
      gtk_list_box_append (self->list, create_removed_row (url, name));
    }

  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self),
      n_found > 0
          ? _ ("Python programs are signed in to these servers. Keyfob shares their sign-in "
               "once you add one.")
          : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), n_found + n_removed > 0);
}

static void
on_agent_changed (KeyfobFoundHosts *self)
{
  g_signal_group_set_target (self->agent_signals, keyfob_agent_client_get_agent (self->client));
  update (self);
}

typedef struct
{
  KeyfobFoundHosts *found;
  char *url;
} Addition;

static void
addition_free (Addition *addition)
{
  g_object_unref (addition->found);
  g_free (addition->url);
  g_free (addition);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Addition, addition_free)

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Addition) addition = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *sentence = NULL;

  /* after success, the agent takes the host off its list of found hosts */
  if (keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    {
      g_signal_emit (addition->found, signals[SIGNAL_ADDED], 0, addition->url);
      return;
    }

  sentence = keyfob_agent_client_explain (error);
  g_signal_emit (addition->found, signals[SIGNAL_FAILED], 0, sentence);
}

/* Leaves a token in its file, for the program that stored it there. */
static void
on_add (GtkWidget *widget, const char *action, GVariant *target)
{
  KeyfobFoundHosts *self = KEYFOB_FOUND_HOSTS (widget);
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  const char *url, *store;
  g_auto (GVariantDict) options;
  Addition *addition;

  if (agent == NULL)
    return;

  g_variant_get (target, "(&s&s)", &url, &store);
  addition = g_new0 (Addition, 1);
  addition->found = g_object_ref (self);
  addition->url = g_strdup (url);
  g_variant_dict_init (&options, NULL);
  if (*store != '\0')
    g_variant_dict_insert (&options, "store", "s", store);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.finish", NULL);
  keyfob_bus_agent1_call_add_host (agent, url, g_variant_dict_end (&options), NULL, on_added,
                                   addition);
}

static void
keyfob_found_hosts_dispose (GObject *object)
{
  KeyfobFoundHosts *self = KEYFOB_FOUND_HOSTS (object);

  g_clear_object (&self->agent_signals);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (keyfob_found_hosts_parent_class)->dispose (object);
}

static void
keyfob_found_hosts_class_init (KeyfobFoundHostsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_found_hosts_dispose;

  signals[SIGNAL_ADDED] = g_signal_new ("added", KEYFOB_TYPE_FOUND_HOSTS, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", KEYFOB_TYPE_FOUND_HOSTS, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-found-hosts.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundHosts, list);
  gtk_widget_class_install_action (widget_class, "found.add", "(ss)", on_add);
}

static void
keyfob_found_hosts_init (KeyfobFoundHosts *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->agent_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->agent_signals, "notify::found-tokens", G_CALLBACK (update),
                                  self);
  g_signal_group_connect_swapped (self->agent_signals, "notify::removed-hosts", G_CALLBACK (update),
                                  self);
}

void
keyfob_found_hosts_set_client (KeyfobFoundHosts *self, KeyfobAgentClient *client)
{
  g_return_if_fail (KEYFOB_IS_FOUND_HOSTS (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (self->client == NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  on_agent_changed (self);
}
