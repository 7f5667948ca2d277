/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-in-series.h"

#include <glib/gi18n-lib.h>

#include "keyfob-status-text.h"
#include "keyfob-ui.h"

struct _KeyfobSignInSeries
{
  AdwBin parent_instance;

  GtkLabel *title;
  GtkScrolledWindow *scroller;
  GtkLabel *outcomes;
  GtkButton *button;
  GtkLabel *button_label;

  const KeyfobHostContext *context;
  KeyfobAgentClient *client; /* of the context */
  GPtrArray *items;          /* KeyfobHostItem: those to sign in to */
  guint position; /* of the one whose turn it is; the number of items after the last one */
  guint n_done;   /* of those before it that are signed in */
  guint next_id;  /* of the source that begins it */

  /* of that one */
  KeyfobHostActions *actions;
  gboolean answered; /* the agent has begun its sign-in, or said why it does not */
};

G_DEFINE_FINAL_TYPE (KeyfobSignInSeries, keyfob_sign_in_series, ADW_TYPE_BIN)

enum
{
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_running (KeyfobSignInSeries *self)
{
  return self->position < self->items->len;
}

static KeyfobHostItem *
get_item (KeyfobSignInSeries *self)
{
  return g_ptr_array_index (self->items, self->position);
}

static const char *
get_name (KeyfobHostItem *item)
{
  return keyfob_bus_host1_get_name (keyfob_host_item_get_host (item));
}

/* Returns: (transfer full): the name of @item, with its address where another one has that name,
 * too */
static char *
dup_title (KeyfobSignInSeries *self, KeyfobHostItem *item)
{
  GListModel *hosts = G_LIST_MODEL (keyfob_agent_client_get_hosts (self->client));
  guint n_hosts = g_list_model_get_n_items (hosts);
  const char *name = get_name (item);

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobHostItem) other = g_list_model_get_item (hosts, i);

      if (other != item && g_strcmp0 (get_name (other), name) == 0)
        {
          g_autofree char *address = keyfob_host_item_dup_address (item);

          return g_strdup_printf ("%s (%s)", name, address);
        }
    }

  return g_strdup (name);
}

/* Whether the agent that has the items is there; the next one has other items. */
static gboolean
is_agent_there (KeyfobSignInSeries *self)
{
  return keyfob_agent_client_get_state (self->client) == KEYFOB_AGENT_CLIENT_READY;
}

static gboolean
is_listed (KeyfobSignInSeries *self, KeyfobHostItem *item)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);

  return keyfob_host_list_find (hosts, keyfob_host_item_get_path (item)) == item
         && keyfob_host_item_get_pending (item) != KEYFOB_HOST_PENDING_REMOVAL;
}

static void
add_line (KeyfobSignInSeries *self, const char *line)
{
  const char *before = gtk_label_get_label (self->outcomes);
  g_autofree char *text = g_strconcat (before, *before != '\0' ? "\n" : "", line, NULL);

  gtk_label_set_label (self->outcomes, text);
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), TRUE);
}

static void
add_outcome (KeyfobSignInSeries *self, KeyfobHostItem *item, const char *outcome)
{
  g_autofree char *title = dup_title (self, item);
  /* Translators: name of a server, and what came of the sign-in there */
  g_autofree char *line = g_strdup_printf (_ ("%s: %s"), title, outcome);

  add_line (self, line);
}

static void
add_loss (KeyfobSignInSeries *self, KeyfobHostItem *item)
{
  g_autofree char *title = dup_title (self, item);
  g_autofree char *line = g_strdup_printf (_ ("%s is no longer in the list."), title);

  add_line (self, line);
}

static void
set_button_label (KeyfobSignInSeries *self, const char *label)
{
  gtk_label_set_label (self->button_label, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

static void
show_title (KeyfobSignInSeries *self)
{
  g_autofree char *server = is_running (self) ? dup_title (self, get_item (self)) : NULL;
  g_autofree char *text = NULL;

  if (server != NULL)
    /* Translators: name of a server; the numbers are as in "2 of 3" */
    text = g_strdup_printf (_ ("Signing in to %s (%u of %u)"), server, self->position + 1,
                            self->items->len);
  else
    /* Translators: as in "Signed in to 2 of 3 servers" */
    text = g_strdup_printf (ngettext ("Signed in to %u of %u server",
                                      "Signed in to %u of %u servers", self->items->len),
                            self->n_done, self->items->len);
  gtk_label_set_label (self->title, text);
  keyfob_ui_announce (GTK_WIDGET (self), text);
}

/* Hears no more of the item whose turn it is. */
static void
leave_item (KeyfobSignInSeries *self)
{
  if (self->actions == NULL)
    return;

  g_signal_handlers_disconnect_by_data (get_item (self), self);
  g_signal_handlers_disconnect_by_data (keyfob_agent_client_get_hosts (self->client), self);
  g_clear_object (&self->actions);
}

static void
finish (KeyfobSignInSeries *self)
{
  for (; is_running (self); self->position++)
    add_outcome (self, get_item (self), _ ("not begun"));
  set_button_label (self, _ ("Close"));
  show_title (self);
}

/* Returns: (transfer none) (nullable): what came of the one whose turn it is; %NULL while that is
 * not known */
static const char *
find_outcome (KeyfobSignInSeries *self)
{
  KeyfobHostItem *item = get_item (self);
  KeyfobHostState state = keyfob_host_item_get_state (item);
  const char *failure = keyfob_host_item_get_failure (item);
  const char *error = keyfob_bus_host1_get_error (keyfob_host_item_get_host (item));

  if (keyfob_host_state_has_token (state))
    return keyfob_status_text_state (state, NULL);
  if (state == KEYFOB_HOST_SIGNING_IN || !self->answered)
    return NULL;
  if (failure != NULL)
    return failure;

  return error != NULL && *error != '\0' ? error : _ ("cancelled");
}

static gboolean go_on (gpointer user_data);

static void
check_item (KeyfobSignInSeries *self)
{
  KeyfobHostItem *item = get_item (self);

  if (!is_agent_there (self))
    add_outcome (self, item, _ ("Keyfob's background service did not answer. Try again."));
  else if (!is_listed (self, item))
    add_loss (self, item);
  else
    {
      const char *outcome = find_outcome (self);

      if (outcome == NULL)
        return;

      self->n_done += keyfob_host_state_has_token (keyfob_host_item_get_state (item));
      add_outcome (self, item, outcome);
    }

  leave_item (self);
  self->position++;
  /* several that are removed at once are told of one by one */
  self->next_id = g_idle_add (go_on, self);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobSignInSeries) self = user_data;
  KeyfobHostActions *actions = KEYFOB_HOST_ACTIONS (source);

  /* the item has the failure */
  keyfob_host_actions_sign_in_finish (actions, result);
  /* of a series that was ended */
  if (actions != self->actions)
    return;

  self->answered = TRUE;
  check_item (self);
}

static void
begin_item (KeyfobSignInSeries *self)
{
  KeyfobHostItem *item = get_item (self);

  self->answered = FALSE;
  self->actions = keyfob_host_actions_new (item, self->context);
  g_signal_connect_object (item, "changed", G_CALLBACK (check_item), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keyfob_agent_client_get_hosts (self->client), "items-changed",
                           G_CALLBACK (check_item), self, G_CONNECT_SWAPPED);
  show_title (self);
  keyfob_host_actions_sign_in_async (self->actions, on_answered, g_object_ref (self));
}

/* Begins the next one that is still in the list. */
static gboolean
go_on (gpointer user_data)
{
  KeyfobSignInSeries *self = KEYFOB_SIGN_IN_SERIES (user_data);
  gboolean is_there = is_agent_there (self);

  self->next_id = 0;

  for (; is_there && is_running (self) && !is_listed (self, get_item (self)); self->position++)
    add_loss (self, get_item (self));

  if (is_there && is_running (self))
    begin_item (self);
  else
    finish (self);

  return G_SOURCE_REMOVE;
}

/* Ends a series that runs, without waiting for the agent, and closes one that is over. */
static void
on_end (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobSignInSeries *self = KEYFOB_SIGN_IN_SERIES (widget);

  if (!is_running (self))
    {
      gtk_widget_set_visible (widget, FALSE);
      g_signal_emit (self, signals[CLOSED], 0);
      return;
    }

  g_clear_handle_id (&self->next_id, g_source_remove);
  if (self->actions != NULL)
    {
      keyfob_host_actions_cancel_sign_in (self->actions);
      add_outcome (self, get_item (self), _ ("cancelled"));
      leave_item (self);
      self->position++;
    }
  finish (self);
}

static void
keyfob_sign_in_series_dispose (GObject *object)
{
  KeyfobSignInSeries *self = KEYFOB_SIGN_IN_SERIES (object);

  leave_item (self);
  g_clear_handle_id (&self->next_id, g_source_remove);
  g_clear_object (&self->client);
  gtk_widget_dispose_template (GTK_WIDGET (self), KEYFOB_TYPE_SIGN_IN_SERIES);

  G_OBJECT_CLASS (keyfob_sign_in_series_parent_class)->dispose (object);
}

static void
keyfob_sign_in_series_finalize (GObject *object)
{
  g_ptr_array_unref (KEYFOB_SIGN_IN_SERIES (object)->items);

  G_OBJECT_CLASS (keyfob_sign_in_series_parent_class)->finalize (object);
}

static void
keyfob_sign_in_series_class_init (KeyfobSignInSeriesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_sign_in_series_dispose;
  object_class->finalize = keyfob_sign_in_series_finalize;

  signals[CLOSED] = g_signal_new ("closed", KEYFOB_TYPE_SIGN_IN_SERIES, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-sign-in-series.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignInSeries, title);
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignInSeries, scroller);
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignInSeries, outcomes);
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignInSeries, button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignInSeries, button_label);
  gtk_widget_class_install_action (widget_class, "series.end", NULL, on_end);
}

static gboolean
scroll_to_end (GtkWidget *scroller, GdkFrameClock *clock, gpointer user_data)
{
  GtkAdjustment *position = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_adjustment_set_value (position, gtk_adjustment_get_upper (position));

  return G_SOURCE_REMOVE;
}

/* The newest line is what somebody who looks on waits for. It cannot be scrolled to while the lines
 * are laid out. */
static void
on_size_changed (KeyfobSignInSeries *self)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self->scroller), scroll_to_end, NULL, NULL);
}

static void
keyfob_sign_in_series_init (KeyfobSignInSeries *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "changed",
                           G_CALLBACK (on_size_changed), self, G_CONNECT_SWAPPED);
}

void
keyfob_sign_in_series_start (KeyfobSignInSeries *self,
                             GPtrArray *items,
                             const KeyfobHostContext *context)
{
  g_return_if_fail (KEYFOB_IS_SIGN_IN_SERIES (self));
  g_return_if_fail (items != NULL);
  g_return_if_fail (context != NULL);

  leave_item (self);
  g_clear_handle_id (&self->next_id, g_source_remove);
  g_ptr_array_set_size (self->items, 0);
  self->context = context;
  g_set_object (&self->client, context->client);
  self->position = self->n_done = 0;
  gtk_label_set_label (self->outcomes, "");
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), FALSE);
  set_button_label (self, _ ("Cancel"));
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->button));

  for (guint i = 0; i < items->len; i++)
    {
      KeyfobHostItem *item = g_ptr_array_index (items, i);
      KeyfobHostState state = keyfob_host_item_get_state (item);

      if (keyfob_host_state_needs_user (state))
        g_ptr_array_add (self->items, g_object_ref (item));
      else
        add_outcome (self, item, keyfob_status_text_state (state, NULL));
    }
  go_on (self);
}
