/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-undo.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"

/* Seconds: long enough to hear the message, and to find its button by keys. */
#define UNDO_TIME 10

/* The key of the settings, and the words in it. */
#define UNFINISHED "unfinished"
#define REMOVAL "removal"
#define SIGN_OUT "sign-out"

struct _KeyfobUndo
{
  GObject parent_instance;

  KeyfobAgentClient *client;
  AdwToastOverlay *toasts; /* weak */
  GSettings *settings;
  GPtrArray *items;     /* whose removal or sign-out is pending, and not under way */
  GPtrArray *under_way; /* those that the agent has been asked for */
  AdwToast *toast;      /* of these; NULL without any */
};

G_DEFINE_FINAL_TYPE (KeyfobUndo, keyfob_undo, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CAN_UNDO,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* What the agent has been asked for. */
typedef struct
{
  KeyfobUndo *undo;
  KeyfobHostItem *item;
} Request;

static void
add_notes (GVariantBuilder *notes, GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      KeyfobHostItem *item = g_ptr_array_index (items, i);

      g_variant_builder_add (
          notes, "(ss)",
          keyfob_host_item_get_pending (item) == KEYFOB_HOST_PENDING_REMOVAL ? REMOVAL : SIGN_OUT,
          keyfob_bus_host1_get_url (keyfob_host_item_get_host (item)));
    }
}

/* Keeps what has been chosen and not been done, in case the program does not get to it. */
static void
write_notes (KeyfobUndo *self)
{
  GVariantBuilder notes;

  g_variant_builder_init (&notes, G_VARIANT_TYPE ("a(ss)"));
  add_notes (&notes, self->items);
  add_notes (&notes, self->under_way);
  g_settings_set_value (self->settings, UNFINISHED, g_variant_builder_end (&notes));
}

/* The program stays until the agent has answered. */
static Request *
request_new (KeyfobUndo *undo, KeyfobHostItem *item)
{
  Request *request = g_new (Request, 1);

  request->undo = g_object_ref (undo);
  request->item = g_object_ref (item);
  g_ptr_array_add (undo->under_way, g_object_ref (item));
  g_application_hold (g_application_get_default ());

  return request;
}

static void
request_free (Request *request)
{
  g_ptr_array_remove (request->undo->under_way, request->item);
  write_notes (request->undo);
  g_application_release (g_application_get_default ());
  g_object_unref (request->undo);
  g_object_unref (request->item);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (keyfob_bus_agent1_call_remove_host_finish (KEYFOB_BUS_AGENT1 (source), result, &error))
    return;

  keyfob_host_item_set_pending (request->item, KEYFOB_HOST_PENDING_NOTHING);
  text = keyfob_agent_client_explain (error);
  if (request->undo->toasts != NULL)
    keyfob_ui_show_toast (request->undo->toasts, text);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  keyfob_bus_host1_call_sign_out_finish (KEYFOB_BUS_HOST1 (source), result, &error);
  /* the host may have been removed meanwhile */
  if (keyfob_host_item_get_pending (request->item) == KEYFOB_HOST_PENDING_SIGN_OUT)
    keyfob_host_item_set_pending (request->item, KEYFOB_HOST_PENDING_NOTHING);
  if (error == NULL)
    return;

  sentence = keyfob_agent_client_explain (error);
  keyfob_host_item_take_failure (request->item, sentence, error);
}

static void
carry_out (KeyfobUndo *self, KeyfobHostItem *item)
{
  if (keyfob_host_item_get_pending (item) == KEYFOB_HOST_PENDING_REMOVAL)
    keyfob_bus_agent1_call_remove_host (keyfob_agent_client_get_agent (self->client),
                                        keyfob_host_item_get_path (item), NULL, on_removed,
                                        request_new (self, item));
  else
    keyfob_bus_host1_call_sign_out (keyfob_host_item_get_host (item), g_variant_new ("a{sv}", NULL),
                                    NULL, on_signed_out, request_new (self, item));
}

/* Returns: (transfer full): the pending items, whose message goes */
static GPtrArray *
take_items (KeyfobUndo *self)
{
  GPtrArray *items = g_steal_pointer (&self->items);
  g_autoptr (AdwToast) toast = g_steal_pointer (&self->toast);

  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  if (toast != NULL)
    {
      g_signal_handlers_disconnect_by_data (toast, self);
      adw_toast_dismiss (toast);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
    }

  return items;
}

/* An agent that is started again has everything that was pending; its hosts are new items. */
static void
on_agent_changed (KeyfobUndo *self)
{
  g_autoptr (GPtrArray) items = take_items (self);

  if (items->len > 0)
    write_notes (self);
}

/* Returns: (transfer none) (nullable): the host with which that has still to be done */
static KeyfobBusHost1 *
find_unfinished (KeyfobUndo *self, const char *what, const char *url)
{
  KeyfobHostItem *item =
      keyfob_host_list_find_url (keyfob_agent_client_get_hosts (self->client), url);

  if (item == NULL
      || (g_str_equal (what, SIGN_OUT)
          && !keyfob_host_state_can_sign_out (keyfob_host_item_get_state (item))))
    return NULL;

  return keyfob_host_item_get_host (item);
}

/* Returns: (transfer full) (nullable): the sentence about @notes, where something is left to do */
static char *
describe_unfinished (KeyfobUndo *self, GVariant *notes)
{
  g_autoptr (GString) names = g_string_new (NULL);
  const char *what, *url;
  gboolean removal = FALSE;
  guint n_left = 0;
  GVariantIter iter;

  g_variant_iter_init (&iter, notes);
  while (g_variant_iter_next (&iter, "(&s&s)", &what, &url))
    {
      KeyfobBusHost1 *host = find_unfinished (self, what, url);

      if (host == NULL)
        continue;
      g_string_append_printf (names, "%s%s", n_left > 0 ? ", " : "",
                              keyfob_bus_host1_get_name (host));
      removal = g_str_equal (what, REMOVAL);
      n_left++;
    }

  if (n_left == 0)
    return NULL;
  if (n_left > 1)
    /* Translators: names of servers */
    return g_strdup_printf (_ ("Keyfob was ended before these were removed or signed out of: %s"),
                            names->str);

  return g_strdup_printf (removal ? _ ("Keyfob was ended before %s was removed")
                                  : _ ("Keyfob was ended before it had signed out of %s"),
                          names->str);
}

/* What the window before this one did not get to. */
static void
tell_unfinished (KeyfobUndo *self)
{
  g_autoptr (GVariant) notes = NULL;
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (keyfob_agent_client_get_state (self->client) != KEYFOB_AGENT_CLIENT_READY
      || self->toasts == NULL)
    return;

  g_signal_handlers_disconnect_by_func (self->client, tell_unfinished, self);
  notes = g_settings_get_value (self->settings, UNFINISHED);
  text = describe_unfinished (self, notes);
  g_settings_reset (self->settings, UNFINISHED);
  if (text == NULL)
    return;

  toast = keyfob_ui_create_toast (text);
  adw_toast_set_timeout (toast, 0);
  keyfob_ui_add_toast (self->toasts, toast);
}

static void
add (KeyfobUndo *self, KeyfobHostItem *item, KeyfobHostPending pending)
{
  keyfob_host_item_set_failure (item, NULL);
  g_ptr_array_add (self->items, g_object_ref (item));
  keyfob_host_item_set_pending (item, pending);
}

static void
offer (KeyfobUndo *self, const char *text)
{
  GtkWidget *button;

  write_notes (self);
  if (self->toasts == NULL)
    return;

  self->toast = g_object_ref (keyfob_ui_create_toast (text));
  button = keyfob_ui_add_toast_button (self->toast, _ ("Undo"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.undo");
  adw_toast_set_timeout (self->toast, UNDO_TIME);
  g_signal_connect_object (self->toast, "dismissed", G_CALLBACK (keyfob_undo_finish), self,
                           G_CONNECT_SWAPPED);
  keyfob_ui_add_toast (self->toasts, self->toast);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
}

static void
keyfob_undo_dispose (GObject *object)
{
  KeyfobUndo *self = KEYFOB_UNDO (object);

  g_clear_object (&self->client);
  g_clear_weak_pointer (&self->toasts);
  g_clear_object (&self->toast);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (keyfob_undo_parent_class)->dispose (object);
}

static void
keyfob_undo_finalize (GObject *object)
{
  g_ptr_array_unref (KEYFOB_UNDO (object)->items);
  g_ptr_array_unref (KEYFOB_UNDO (object)->under_way);

  G_OBJECT_CLASS (keyfob_undo_parent_class)->finalize (object);
}

static void
keyfob_undo_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, KEYFOB_UNDO (object)->toast != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_undo_class_init (KeyfobUndoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_undo_dispose;
  object_class->finalize = keyfob_undo_finalize;
  object_class->get_property = keyfob_undo_get_property;

  props[PROP_CAN_UNDO] =
      g_param_spec_boolean ("can-undo", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_undo_init (KeyfobUndo *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->under_way = g_ptr_array_new_with_free_func (g_object_unref);
}

KeyfobUndo *
keyfob_undo_new (KeyfobAgentClient *client, AdwToastOverlay *toasts, GSettings *settings)
{
  KeyfobUndo *self;

  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (client), NULL);
  g_return_val_if_fail (ADW_IS_TOAST_OVERLAY (toasts), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (KEYFOB_TYPE_UNDO, NULL);
  self->client = g_object_ref (client);
  self->settings = g_object_ref (settings);
  g_set_weak_pointer (&self->toasts, toasts);
  g_signal_connect_object (client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (tell_unfinished), self,
                           G_CONNECT_SWAPPED);
  tell_unfinished (self);

  return self;
}

void
keyfob_undo_remove (KeyfobUndo *self, GPtrArray *items)
{
  g_autofree char *text = NULL;

  g_return_if_fail (KEYFOB_IS_UNDO (self));
  g_return_if_fail (items != NULL && items->len > 0);

  keyfob_undo_finish (self);
  for (guint i = 0; i < items->len; i++)
    add (self, g_ptr_array_index (items, i), KEYFOB_HOST_PENDING_REMOVAL);

  if (items->len == 1)
    text = g_strdup_printf (_ ("%s removed"), keyfob_bus_host1_get_name (keyfob_host_item_get_host (
                                                  g_ptr_array_index (items, 0))));
  else
    text = g_strdup_printf (ngettext ("%u server removed", "%u servers removed", items->len),
                            items->len);
  offer (self, text);
}

void
keyfob_undo_sign_out (KeyfobUndo *self, KeyfobHostItem *item)
{
  g_autofree char *text = NULL;

  g_return_if_fail (KEYFOB_IS_UNDO (self));
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (item));

  keyfob_undo_finish (self);
  add (self, item, KEYFOB_HOST_PENDING_SIGN_OUT);
  text = g_strdup_printf (_ ("Signed out of %s"),
                          keyfob_bus_host1_get_name (keyfob_host_item_get_host (item)));
  offer (self, text);
}

KeyfobHostItem *
keyfob_undo_undo (KeyfobUndo *self)
{
  g_autoptr (GPtrArray) items = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (KEYFOB_IS_UNDO (self), NULL);

  items = take_items (self);
  for (guint i = 0; i < items->len; i++)
    keyfob_host_item_set_pending (g_ptr_array_index (items, i), KEYFOB_HOST_PENDING_NOTHING);
  if (items->len == 0)
    return NULL;

  write_notes (self);
  /* the row that is back tells a person who sees it */
  if (items->len == 1)
    text = g_strdup_printf (/* Translators: name of a server whose removal or sign-out was undone */
                            _ ("%s is back"), keyfob_bus_host1_get_name (keyfob_host_item_get_host (
                                                  g_ptr_array_index (items, 0))));
  else
    text = g_strdup_printf (ngettext ("%u server is back", "%u servers are back", items->len),
                            items->len);
  if (self->toasts != NULL && items->len == 1)
    keyfob_ui_announce (GTK_WIDGET (self->toasts), text);
  else if (self->toasts != NULL)
    keyfob_ui_show_toast (self->toasts, text);

  return g_object_ref (g_ptr_array_index (items, 0));
}

void
keyfob_undo_finish (KeyfobUndo *self)
{
  KeyfobHostList *hosts;
  g_autoptr (GPtrArray) items = NULL;

  g_return_if_fail (KEYFOB_IS_UNDO (self));

  hosts = keyfob_agent_client_get_hosts (self->client);
  items = take_items (self);
  for (guint i = 0; i < items->len; i++)
    {
      KeyfobHostItem *item = g_ptr_array_index (items, i);

      /* another program may have removed it */
      if (keyfob_host_list_find (hosts, keyfob_host_item_get_path (item)) == item)
        carry_out (self, item);
    }
}
