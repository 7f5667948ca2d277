/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-found-hosts.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-config-options.h"
#include "keyfob-wrap-box.h"

/* A found host, and a button that activates `found.add` with its base URL and the store. */
G_DECLARE_FINAL_TYPE (KeyfobFoundRow, keyfob_found_row, KEYFOB, FOUND_ROW, GtkListBoxRow)

struct _KeyfobFoundRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *label;
  GtkLabel *place;
  GtkActionable *add_button;
};

G_DEFINE_FINAL_TYPE (KeyfobFoundRow, keyfob_found_row, GTK_TYPE_LIST_BOX_ROW)

static void
keyfob_found_row_class_init (KeyfobFoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-found-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, place);
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, add_button);
}

static void
keyfob_found_row_init (KeyfobFoundRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Returns: (transfer full): where the token is, for people */
static char *
describe_store (const char *store)
{
  if (g_str_has_prefix (store, KEYFOB_STORE_APP))
    /* Translators: %s is the name of a program */
    return g_strdup_printf (_ ("Token file of %s"), store + strlen (KEYFOB_STORE_APP));

  return g_strdup (_ ("Shared token file"));
}

static GtkWidget *
create_row (const char *url, const char *store)
{
  KeyfobFoundRow *row = g_object_new (keyfob_found_row_get_type (), NULL);
  g_autofree char *place = describe_store (store);

  gtk_label_set_label (row->label, url);
  gtk_label_set_label (row->place, place);
  gtk_actionable_set_action_target (row->add_button, "(ss)", url, store);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, url,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, place, -1);

  return GTK_WIDGET (row);
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
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update (KeyfobFoundHosts *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  GVariant *found = agent != NULL ? keyfob_bus_agent1_get_found_tokens (agent) : NULL;
  gsize n_found = found != NULL ? g_variant_n_children (found) : 0;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));

  for (gsize i = 0; i < n_found; i++)
    {
      const char *url, *store;

      g_variant_get_child (found, i, "(&s&s)", &url, &store);
      gtk_list_box_append (self->list, create_row (url, store));
    }

  gtk_widget_set_visible (GTK_WIDGET (self), n_found > 0);
}

static void
on_agent_changed (KeyfobFoundHosts *self)
{
  g_signal_group_set_target (self->agent_signals, keyfob_agent_client_get_agent (self->client));
  update (self);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobFoundHosts) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *sentence = NULL;

  /* after success, the agent takes the host off its list of found hosts */
  if (keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    return;

  sentence = keyfob_agent_client_explain (error);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, sentence);
}

/* Leaves the token in its file, for the program that stored it there. */
static void
on_add (GtkWidget *widget, const char *action, GVariant *target)
{
  KeyfobFoundHosts *self = KEYFOB_FOUND_HOSTS (widget);
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  const char *url, *store;
  g_auto (GVariantDict) options;

  if (agent == NULL)
    return;

  g_variant_get (target, "(&s&s)", &url, &store);
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "store", "s", store);
  keyfob_bus_agent1_call_add_host (agent, url, g_variant_dict_end (&options), NULL, on_added,
                                   g_object_ref (self));
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
