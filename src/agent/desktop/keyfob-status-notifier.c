/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-status-notifier.h"

#include <unistd.h>

#include "keyfob-sni.h"

#define PATH "/StatusNotifierItem" /* the only path that all trays look at */
#define WATCHER "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"

struct _KeyfobStatusNotifier
{
  GObject parent_instance;

  GDBusConnection *connection;
  KeyfobSniStatusNotifierItem *item;
  guint watch;               /* of WATCHER */
  char *watcher;             /* (nullable): unique bus name of the StatusNotifierWatcher */
  guint subscriptions[2];    /* to signals of the watcher */
  GCancellable *cancellable; /* of calls to the watcher */
  gboolean wanted;
  gboolean present; /* there is a tray */
  gboolean attention;
  guint name; /* of the item, while it is wanted and there is a tray */
  gboolean shown;
  char *activation_token; /* (nullable): of the click that follows */
};

G_DEFINE_FINAL_TYPE (KeyfobStatusNotifier, keyfob_status_notifier, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_WANTED,
  PROP_PRESENT,
  PROP_SHOWN,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

enum
{
  ACTIVATE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
set_shown (KeyfobStatusNotifier *self, gboolean shown)
{
  if (self->shown == shown)
    return;

  g_debug ("The icon is %s", shown ? "in the tray" : "in no tray");
  self->shown = shown;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
}

static void
set_present (KeyfobStatusNotifier *self, gboolean present)
{
  if (self->present == present)
    return;

  g_debug ("There is %s tray", present ? "a" : "no");
  self->present = present;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRESENT]);
}

static void
update_status (KeyfobStatusNotifier *self)
{
  const char *status = self->attention ? "NeedsAttention" : "Active";

  if (!self->wanted)
    status = "Passive";
  if (g_str_equal (keyfob_sni_status_notifier_item_get_status (self->item), status))
    return;

  keyfob_sni_status_notifier_item_set_status (self->item, status);
  keyfob_sni_status_notifier_item_emit_new_status (self->item, status);
}

static void
unexport (KeyfobStatusNotifier *self)
{
  GDBusInterfaceSkeleton *item = G_DBUS_INTERFACE_SKELETON (self->item);

  g_clear_handle_id (&self->name, g_bus_unown_name);
  if (g_dbus_interface_skeleton_get_connection (item) != NULL)
    g_dbus_interface_skeleton_unexport (item);
  set_shown (self, FALSE);
}

static void
forget_watcher (KeyfobStatusNotifier *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->subscriptions); i++)
    {
      if (self->subscriptions[i] != 0)
        g_dbus_connection_signal_unsubscribe (self->connection, self->subscriptions[i]);
      self->subscriptions[i] = 0;
    }
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->watcher, g_free);
  unexport (self);
  set_present (self, FALSE);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobStatusNotifier) self = KEYFOB_STATUS_NOTIFIER (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_message ("The tray refuses the icon: %s", error->message);
  unexport (self);
}

/* @name: bus name under which the tray finds the item */
static void
register_item (KeyfobStatusNotifier *self, const char *name)
{
  /* before the call, since the tray may read the menu before it answers */
  set_shown (self, TRUE);
  g_dbus_connection_call (self->connection, self->watcher, WATCHER_PATH, WATCHER,
                          "RegisterStatusNotifierItem", g_variant_new ("(s)", name), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, on_registered,
                          g_object_ref (self));
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  register_item (KEYFOB_STATUS_NOTIFIER (user_data), name);
}

/* A sandbox may not allow the name. The icon then goes only with the agent where the tray takes no
 * notice of its status. */
static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  if (connection != NULL && !g_dbus_connection_is_closed (connection))
    register_item (KEYFOB_STATUS_NOTIFIER (user_data),
                   g_dbus_connection_get_unique_name (connection));
}

/* A tray takes an icon away when the bus name goes that it was registered with, and has no other
 * way. So that is a name of its own, as most programs have one. */
static void
show_item (KeyfobStatusNotifier *self)
{
  GDBusInterfaceSkeleton *item = G_DBUS_INTERFACE_SKELETON (self->item);
  g_autofree char *name = g_strdup_printf ("org.kde.StatusNotifierItem-%d-1", (int) getpid ());
  g_autoptr (GError) error = NULL;

  if (g_dbus_interface_skeleton_get_connection (item) == NULL
      && !g_dbus_interface_skeleton_export (item, self->connection, PATH, &error))
    {
      g_message ("The icon for the tray cannot be exported: %s", error->message);
      return;
    }

  self->name = g_bus_own_name_on_connection (self->connection, name, G_BUS_NAME_OWNER_FLAGS_NONE,
                                             on_name_acquired, on_name_lost, self, NULL);
}

/* The item stays on the bus: a tray that does not look at the name, as that of GNOME Shell, hides
 * an item that is passive, and reads that from it. */
static void
hide_item (KeyfobStatusNotifier *self)
{
  g_clear_handle_id (&self->name, g_bus_unown_name);
  set_shown (self, FALSE);
}

static void
update_item (KeyfobStatusNotifier *self)
{
  update_status (self);
  if (!self->present)
    unexport (self);
  else if (!self->wanted)
    hide_item (self);
  else if (self->name == 0)
    show_item (self);
}

/* A watcher without the property is taken to have a host. */
static void
on_host_property (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobStatusNotifier) self = KEYFOB_STATUS_NOTIFIER (user_data);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  gboolean has_host;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (answer != NULL)
    g_variant_get (answer, "(v)", &value);
  has_host = value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)
             || g_variant_get_boolean (value);

  set_present (self, has_host);
  update_item (self);
}

/* The watcher collects the items and a host draws them, often in another program; without a host
 * there is no tray. */
static void
query_host (KeyfobStatusNotifier *self)
{
  g_dbus_connection_call (self->connection, self->watcher, WATCHER_PATH,
                          "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", WATCHER, "IsStatusNotifierHostRegistered"),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                          self->cancellable, on_host_property, g_object_ref (self));
}

static void
on_host_signal (GDBusConnection *connection,
                const char *sender,
                const char *path,
                const char *interface,
                const char *signal,
                GVariant *arguments,
                gpointer user_data)
{
  query_host (KEYFOB_STATUS_NOTIFIER (user_data));
}

static void
on_watcher_appeared (GDBusConnection *connection,
                     const char *name,
                     const char *owner,
                     gpointer user_data)
{
  KeyfobStatusNotifier *self = KEYFOB_STATUS_NOTIFIER (user_data);
  const char *const host_signals[] = { "StatusNotifierHostRegistered",
                                       "StatusNotifierHostUnregistered" };

  self->watcher = g_strdup (owner);
  self->cancellable = g_cancellable_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (host_signals); i++)
    self->subscriptions[i] = g_dbus_connection_signal_subscribe (
        connection, owner, WATCHER, host_signals[i], WATCHER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_host_signal, self, NULL);
  query_host (self);
}

static void
on_watcher_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  forget_watcher (KEYFOB_STATUS_NOTIFIER (user_data));
}

static gboolean
on_activation_token (KeyfobStatusNotifier *self,
                     GDBusMethodInvocation *invocation,
                     const char *token)
{
  g_free (self->activation_token);
  self->activation_token = *token != '\0' ? g_strdup (token) : NULL;
  keyfob_sni_status_notifier_item_complete_provide_xdg_activation_token (self->item, invocation);

  return TRUE;
}

/* Also the answer to ContextMenu, by which a tray that draws no menus wants the item to show its
 * own: all that is in the menu is in the window. */
static gboolean
on_activate (KeyfobStatusNotifier *self, GDBusMethodInvocation *invocation, int x, int y)
{
  g_dbus_method_invocation_return_value (invocation, NULL);
  g_signal_emit (self, signals[ACTIVATE], 0);

  return TRUE;
}

static gboolean
on_scroll (KeyfobStatusNotifier *self,
           GDBusMethodInvocation *invocation,
           int delta,
           const char *orientation)
{
  keyfob_sni_status_notifier_item_complete_scroll (self->item, invocation);

  return TRUE;
}

static void
keyfob_status_notifier_dispose (GObject *object)
{
  KeyfobStatusNotifier *self = KEYFOB_STATUS_NOTIFIER (object);

  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  if (self->item != NULL)
    forget_watcher (self);
  g_clear_object (&self->item);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->activation_token, g_free);

  G_OBJECT_CLASS (keyfob_status_notifier_parent_class)->dispose (object);
}

static void
keyfob_status_notifier_get_property (GObject *object,
                                     guint property_id,
                                     GValue *value,
                                     GParamSpec *pspec)
{
  KeyfobStatusNotifier *self = KEYFOB_STATUS_NOTIFIER (object);

  switch (property_id)
    {
    case PROP_WANTED:
      g_value_set_boolean (value, self->wanted);
      break;
    case PROP_PRESENT:
      g_value_set_boolean (value, self->present);
      break;
    case PROP_SHOWN:
      g_value_set_boolean (value, self->shown);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_status_notifier_set_property (GObject *object,
                                     guint property_id,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  KeyfobStatusNotifier *self = KEYFOB_STATUS_NOTIFIER (object);

  switch (property_id)
    {
    case PROP_WANTED:
      if (self->wanted == g_value_get_boolean (value))
        return;
      self->wanted = !self->wanted;
      update_item (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_status_notifier_class_init (KeyfobStatusNotifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_status_notifier_dispose;
  object_class->get_property = keyfob_status_notifier_get_property;
  object_class->set_property = keyfob_status_notifier_set_property;

  properties[PROP_WANTED] =
      g_param_spec_boolean ("wanted", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PRESENT] =
      g_param_spec_boolean ("present", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOWN] =
      g_param_spec_boolean ("shown", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVATE] = g_signal_new ("activate", KEYFOB_TYPE_STATUS_NOTIFIER, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GVariant *
no_pixmaps (void)
{
  return g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0);
}

static void
connect_method (KeyfobStatusNotifier *self, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (self->item, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

static void
keyfob_status_notifier_init (KeyfobStatusNotifier *self)
{
  self->wanted = TRUE;
  self->item = keyfob_sni_status_notifier_item_skeleton_new ();
  g_object_set (self->item, "category", "ApplicationStatus", "id", KEYFOB_APPLICATION_ID, "title",
                "", "status", "Active", "window-id", 0, "icon-theme-path", KEYFOB_ICONS,
                "icon-name", "", "icon-pixmap", no_pixmaps (), "overlay-icon-name", "",
                "overlay-icon-pixmap", no_pixmaps (), "attention-icon-name", "",
                "attention-icon-pixmap", no_pixmaps (), "attention-movie-name", "", "item-is-menu",
                FALSE, NULL);
  keyfob_sni_status_notifier_item_set_tool_tip (
      self->item, g_variant_new ("(s@a(iiay)ss)", "", no_pixmaps (), "", ""));

  connect_method (self, "provide-xdg-activation-token", on_activation_token);
  connect_method (self, "activate", on_activate);
  connect_method (self, "secondary-activate", on_activate);
  connect_method (self, "context-menu", on_activate);
  connect_method (self, "scroll", on_scroll);
}

KeyfobStatusNotifier *
keyfob_status_notifier_new (GDBusConnection *connection, const char *menu_path)
{
  KeyfobStatusNotifier *self = g_object_new (KEYFOB_TYPE_STATUS_NOTIFIER, NULL);

  self->connection = g_object_ref (connection);
  keyfob_sni_status_notifier_item_set_menu (self->item, menu_path);
  self->watch =
      g_bus_watch_name_on_connection (connection, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      on_watcher_appeared, on_watcher_vanished, self, NULL);

  return self;
}

gboolean
keyfob_status_notifier_get_present (KeyfobStatusNotifier *self)
{
  return self->present;
}

gboolean
keyfob_status_notifier_get_shown (KeyfobStatusNotifier *self)
{
  return self->shown;
}

char *
keyfob_status_notifier_steal_activation_token (KeyfobStatusNotifier *self)
{
  return g_steal_pointer (&self->activation_token);
}

void
keyfob_status_notifier_set_icon (KeyfobStatusNotifier *self,
                                 const char *name,
                                 GVariant *pixmaps,
                                 gboolean attention)
{
  KeyfobSniStatusNotifierItem *item = self->item;
  g_autoptr (GVariant) owned = g_variant_ref_sink (pixmaps);

  if (!g_str_equal (keyfob_sni_status_notifier_item_get_icon_name (item), name))
    {
      keyfob_sni_status_notifier_item_set_icon_name (item, name);
      keyfob_sni_status_notifier_item_set_icon_pixmap (item, owned);
      keyfob_sni_status_notifier_item_set_attention_icon_name (item, name);
      keyfob_sni_status_notifier_item_set_attention_icon_pixmap (item, owned);
      keyfob_sni_status_notifier_item_emit_new_icon (item);
      keyfob_sni_status_notifier_item_emit_new_attention_icon (item);
    }

  self->attention = attention;
  update_status (self);
}

void
keyfob_status_notifier_set_words (KeyfobStatusNotifier *self,
                                  const char *title,
                                  const char *tooltip,
                                  const char *details)
{
  KeyfobSniStatusNotifierItem *item = self->item;
  g_autofree char *escaped = g_markup_escape_text (details, -1);
  g_autoptr (GVariant) value =
      g_variant_ref_sink (g_variant_new ("(s@a(iiay)ss)", "", no_pixmaps (), tooltip, escaped));

  if (!g_str_equal (keyfob_sni_status_notifier_item_get_title (item), title))
    {
      keyfob_sni_status_notifier_item_set_title (item, title);
      keyfob_sni_status_notifier_item_emit_new_title (item);
    }

  if (!g_variant_equal (keyfob_sni_status_notifier_item_get_tool_tip (item), value))
    {
      keyfob_sni_status_notifier_item_set_tool_tip (item, value);
      keyfob_sni_status_notifier_item_emit_new_tool_tip (item);
    }
}
