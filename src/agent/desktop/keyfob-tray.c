/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray.h"

#include "keyfob-bus-menu.h"
#include "keyfob-desktop-actions.h"
#include "keyfob-status-notifier.h"
#include "keyfob-tray-pixmaps.h"
#include "keyfob-tray-plan.h"
#include "keyfob-tray-text.h"

#define MENU_PATH "/org/keyfob/Keyfob/Agent/Menu"

struct _KeyfobTray
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobAttentionModel *model;
  KeyfobStatusNotifier *notifier;
  KeyfobBusMenu *menu; /* while there is a tray */
};

G_DEFINE_FINAL_TYPE (KeyfobTray, keyfob_tray, G_TYPE_OBJECT)

enum
{
  QUIT,
  SHOWN,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
update_menu (KeyfobTray *self)
{
  if (self->menu != NULL)
    keyfob_bus_menu_set_root (
        self->menu, keyfob_tray_plan (self->model, keyfob_clock_now (self->context->clock)));
}

static void
update (KeyfobTray *self)
{
  KeyfobAttention worst = keyfob_attention_model_get_worst (self->model);
  g_autofree char *title = keyfob_tray_text_title (self->model);
  g_autofree char *count = keyfob_tray_text_count (self->model);
  g_autofree char *details = keyfob_tray_text_details (self->model);

  keyfob_status_notifier_set_icon (self->notifier, keyfob_attention_get_icon (worst),
                                   keyfob_tray_pixmaps (worst),
                                   worst == KEYFOB_ATTENTION_NEEDS_USER);
  keyfob_status_notifier_set_words (self->notifier, title, count, details);
  update_menu (self);
}

static void
on_window_quit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobTray) self = KEYFOB_TRAY (user_data);

  g_signal_emit (self, signals[QUIT], 0);
}

static void
on_chosen (KeyfobTray *self, int choice, GObject *target)
{
  g_autofree char *token = keyfob_status_notifier_steal_activation_token (self->notifier);
  GDBusConnection *connection = self->context->connection;
  KeyfobHost *host = (KeyfobHost *) target;
  guint position;

  /* a panel may show a host for a moment after its removal */
  if (host != NULL
      && !keyfob_attention_model_find_host (self->model, keyfob_host_get_path (host), &position))
    return;

  switch ((KeyfobTrayChoice) choice)
    {
    case KEYFOB_TRAY_COPY_HEADER:
      keyfob_desktop_activate_action (connection, "copy-header",
                                      g_variant_new_string (keyfob_host_get_path (host)), token);
      break;
    case KEYFOB_TRAY_SIGN_IN:
      keyfob_desktop_sign_in (host, token);
      break;
    case KEYFOB_TRAY_CANCEL:
      keyfob_host_cancel (host);
      break;
    case KEYFOB_TRAY_OPEN:
      keyfob_desktop_open_window (connection, token);
      break;
    case KEYFOB_TRAY_PREFERENCES:
      keyfob_desktop_activate_action (connection, "preferences", NULL, token);
      break;
    case KEYFOB_TRAY_QUIT:
      /* the window first: one that runs calls an agent that has left, and so starts another */
      keyfob_desktop_quit_window (connection, on_window_quit, g_object_ref (self));
      break;
    case KEYFOB_TRAY_NOTHING:
    default:
      break;
    }
}

static void
on_activate (KeyfobTray *self)
{
  g_autofree char *token = keyfob_status_notifier_steal_activation_token (self->notifier);

  keyfob_desktop_open_window (self->context->connection, token);
}

static void
on_shown (KeyfobTray *self, GParamSpec *pspec, KeyfobStatusNotifier *notifier)
{
  gboolean shown = keyfob_status_notifier_get_shown (notifier);
  g_autoptr (GError) error = NULL;

  g_signal_emit (self, signals[SHOWN], 0, shown);
  g_clear_object (&self->menu);
  if (!shown)
    return;

  self->menu = keyfob_bus_menu_new ();
  g_signal_connect_object (self->menu, "about-to-show", G_CALLBACK (update_menu), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  update_menu (self);
  if (!keyfob_bus_menu_export (self->menu, self->context->connection, MENU_PATH, &error))
    g_message ("The menu for the tray cannot be exported: %s", error->message);
}

static void
keyfob_tray_dispose (GObject *object)
{
  KeyfobTray *self = KEYFOB_TRAY (object);

  g_clear_object (&self->menu);
  g_clear_object (&self->notifier);
  g_clear_object (&self->model);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_tray_parent_class)->dispose (object);
}

static void
keyfob_tray_class_init (KeyfobTrayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_tray_dispose;

  signals[QUIT] = g_signal_new ("quit", KEYFOB_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[SHOWN] = g_signal_new ("shown", KEYFOB_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
keyfob_tray_init (KeyfobTray *self)
{
}

KeyfobTray *
keyfob_tray_new (KeyfobContext *context, KeyfobAttentionModel *model)
{
  KeyfobTray *self = g_object_new (KEYFOB_TYPE_TRAY, NULL);

  self->context = keyfob_context_ref (context);
  self->model = g_object_ref (model);
  self->notifier = keyfob_status_notifier_new (context->connection, MENU_PATH);
  g_signal_connect_object (self->notifier, "activate", G_CALLBACK (on_activate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->notifier, "notify::shown", G_CALLBACK (on_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return self;
}
