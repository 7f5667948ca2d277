/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-device-page.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
#include "keyfob-open-page.h"
#include "keyfob-ui.h"
#include "keyfob-user-code-pane.h"
#include "keyfob-status-text.h"

/* Seconds to wait for the name of the account after the token has come. */
#define ACCOUNT_WAIT 2

typedef enum
{
  STAGE_ASKING,
  STAGE_QUESTION,
  STAGE_CODE,
  STAGE_EXPIRED,
  STAGE_UNSUPPORTED,
  STAGE_FAILED,
} Stage;

struct _KeyfobDevicePage
{
  AdwBin parent_instance;

  AdwWindowTitle *title;
  GtkWidget *cancel_button;
  GtkStack *stack;
  KeyfobUserCodePane *pane;
  AdwStatusPage *end_page;
  GtkWidget *renew_button;
  GtkWidget *continue_button;
  GtkWidget *browser_button;

  KeyfobBusHost1 *host;
  GSignalGroup *host_signals;
  GCancellable *cancellable; /* of the calls that lead to the code */
  guint account_timer;       /* runs while the name of the account is not known */
  Stage stage;
};

G_DEFINE_FINAL_TYPE (KeyfobDevicePage, keyfob_device_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_DONE,
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const struct
{
  const char *page;
  const char *icon;
  const char *title;
} stages[] = {
  [STAGE_ASKING] = { "asking", NULL, "" },
  [STAGE_QUESTION] = { "end", "dialog-question-symbolic", N_ ("Another address than before") },
  [STAGE_CODE] = { "code", NULL, "" },
  [STAGE_EXPIRED] = { "end", "alarm-symbolic", N_ ("The code ran out") },
  [STAGE_UNSUPPORTED] = { "end", "dialog-information-symbolic", N_ ("No sign-in by code") },
  [STAGE_FAILED] = { "end", "dialog-warning-symbolic", N_ ("Not signed in") },
};

/* The widget that the user needs next. It gets the focus, so that a screen reader reads it. */
static GtkWidget *
next_widget (KeyfobDevicePage *self)
{
  switch (self->stage)
    {
    case STAGE_CODE:
      return keyfob_user_code_pane_get_copy_button (self->pane);
    case STAGE_EXPIRED:
    case STAGE_FAILED:
      return self->renew_button;
    case STAGE_UNSUPPORTED:
      return self->browser_button;
    /* neither answer is the usual one, and no is the safe one */
    case STAGE_QUESTION:
    case STAGE_ASKING:
    default:
      return self->cancel_button;
    }
}

/* @description: (nullable): Pango markup */
static void
set_stage (KeyfobDevicePage *self, Stage stage, const char *description)
{
  self->stage = stage;
  adw_status_page_set_icon_name (self->end_page, stages[stage].icon);
  adw_status_page_set_title (self->end_page, _ (stages[stage].title));
  adw_status_page_set_description (self->end_page, description);
  gtk_widget_set_visible (self->renew_button, stage == STAGE_EXPIRED || stage == STAGE_FAILED);
  gtk_widget_set_visible (self->continue_button, stage == STAGE_QUESTION);
  gtk_widget_set_visible (self->browser_button, stage == STAGE_UNSUPPORTED);
  keyfob_ui_show_page (self->stack, stages[stage].page);
  gtk_widget_grab_focus (next_widget (self));
}

static void
show_failure (KeyfobDevicePage *self, const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  set_stage (self, STAGE_FAILED, escaped);
}

static void
close_page (KeyfobDevicePage *self)
{
  g_clear_handle_id (&self->account_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_signal_group_set_target (self->host_signals, NULL);
  g_clear_object (&self->host);
  keyfob_user_code_pane_clear (self->pane);

  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

static void
emit_done (KeyfobDevicePage *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_DONE], 0, text);
}

static void
show_code (KeyfobDevicePage *self)
{
  keyfob_user_code_pane_show (self->pane, keyfob_bus_host1_get_user_code (self->host),
                              keyfob_bus_host1_get_verification_uri (self->host),
                              keyfob_bus_host1_get_verification_uri_complete (self->host),
                              keyfob_bus_host1_get_sign_in_expires (self->host));
  keyfob_user_code_pane_set_hint (self->pane, keyfob_bus_host1_get_error (self->host));

  if (self->stage != STAGE_CODE && !keyfob_user_code_pane_is_expired (self->pane))
    set_stage (self, STAGE_CODE, NULL);
}

static void
show_question (KeyfobDevicePage *self, const char *question)
{
  g_autofree char *escaped = g_markup_escape_text (question, -1);

  if (self->stage == STAGE_QUESTION)
    adw_status_page_set_description (self->end_page, escaped);
  else
    set_stage (self, STAGE_QUESTION, escaped);
}

static void
show_expired (KeyfobDevicePage *self)
{
  set_stage (self, STAGE_EXPIRED, _ ("Nobody entered it in time."));
}

static void
finish_signed_in (KeyfobDevicePage *self)
{
  const char *account = keyfob_bus_host1_get_account (self->host);
  g_autofree char *text = NULL;

  if (account != NULL && *account != '\0')
    /* Translators: name of the person */
    text = g_strdup_printf (_ ("Signed in as %s"), account);
  else
    /* Translators: name of the host */
    text = g_strdup_printf (_ ("Signed in to %s"), keyfob_bus_host1_get_name (self->host));

  emit_done (self, text);
  close_page (self);
}

static gboolean
on_account_timer (gpointer user_data)
{
  KeyfobDevicePage *self = user_data;

  self->account_timer = 0;
  finish_signed_in (self);

  return G_SOURCE_REMOVE;
}

/* The name of the account comes a moment after the token, from servers that tell it at all. */
static void
show_signed_in (KeyfobDevicePage *self)
{
  const char *account = keyfob_bus_host1_get_account (self->host);

  if (account != NULL && *account != '\0')
    finish_signed_in (self);
  else if (self->account_timer == 0)
    self->account_timer = g_timeout_add_seconds (ACCOUNT_WAIT, on_account_timer, self);
}

/* The agent has no code any more: shows how the sign-in ended. */
static void
show_end (KeyfobDevicePage *self)
{
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));
  const char *error = keyfob_bus_host1_get_error (self->host);

  /* the agent is still storing the token */
  if (state == KEYFOB_HOST_SIGNING_IN)
    return;

  if (error == NULL || *error == '\0')
    {
      if (state == KEYFOB_HOST_SIGNED_IN)
        show_signed_in (self);
      else
        close_page (self);
    }
  else if (self->stage == STAGE_CODE && keyfob_user_code_pane_is_expired (self->pane))
    show_expired (self);
  else if (self->stage == STAGE_CODE || self->stage == STAGE_QUESTION)
    show_failure (self, error);
}

static void
on_host_changed (KeyfobDevicePage *self)
{
  const char *code = keyfob_bus_host1_get_user_code (self->host);
  const char *question = keyfob_bus_host1_get_question (self->host);
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->host));

  if (owner == NULL)
    close_page (self);
  else if (code != NULL && *code != '\0')
    show_code (self);
  else if (question != NULL && *question != '\0')
    show_question (self, question);
  else if (self->stage == STAGE_CODE || self->stage == STAGE_EXPIRED
           || self->stage == STAGE_QUESTION)
    show_end (self);
}

static void
on_expired (KeyfobDevicePage *self)
{
  if (self->stage == STAGE_CODE && keyfob_user_code_pane_is_expired (self->pane))
    show_expired (self);
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobDevicePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (keyfob_bus_host1_call_sign_in_finish (KEYFOB_BUS_HOST1 (source), result, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->host == NULL)
    return;

  sentence = keyfob_agent_client_explain (error);
  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    set_stage (self, STAGE_UNSUPPORTED,
               _ ("This server does not offer sign-in by code. Sign in with the browser instead. "
                  "Should it offer it by now, switch it on in the settings of the host."));
  else
    show_failure (self, sentence);
}

static void
ask (KeyfobDevicePage *self)
{
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "flow", "s", "device");
  g_variant_dict_insert (&options, "force", "b", TRUE);

  keyfob_bus_host1_call_sign_in (self->host, g_variant_dict_end (&options), self->cancellable,
                                 on_asked, g_object_ref (self));
}

static void
on_previous_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobDevicePage) self = user_data;
  g_autoptr (GError) error = NULL;

  keyfob_bus_host1_call_cancel_finish (KEYFOB_BUS_HOST1 (source), result, &error);
  /* another error means that the previous sign-in had ended by itself */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ask (self);
}

static void
start (KeyfobDevicePage *self)
{
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));
  gboolean expired = keyfob_user_code_pane_is_expired (self->pane);
  const char *code = keyfob_bus_host1_get_user_code (self->host);

  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  set_stage (self, STAGE_ASKING, NULL);

  if (state == KEYFOB_HOST_SIGNING_IN && (expired || code == NULL || *code == '\0'))
    keyfob_bus_host1_call_cancel (self->host, self->cancellable, on_previous_cancelled,
                                  g_object_ref (self));
  else
    {
      ask (self);
      on_host_changed (self);
    }
}

static void
on_renew (GtkWidget *widget, const char *action, GVariant *parameter)
{
  start (KEYFOB_DEVICE_PAGE (widget));
}

static void
on_continued (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobDevicePage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_continue_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    {
      g_autofree char *sentence = keyfob_agent_client_explain (error);

      emit_done (self, sentence);
    }
}

static void
on_continue (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobDevicePage *self = KEYFOB_DEVICE_PAGE (widget);

  keyfob_bus_host1_call_continue (self->host, keyfob_bus_host1_get_question (self->host),
                                  g_variant_new ("a{sv}", NULL), NULL, on_continued,
                                  g_object_ref (self));
}

static void
on_browser_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobDevicePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (keyfob_bus_host1_call_sign_in_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    return;

  sentence = keyfob_agent_client_explain (error);
  emit_done (self, sentence);
}

static void
on_use_browser (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobDevicePage *self = KEYFOB_DEVICE_PAGE (widget);
  g_autofree char *token = keyfob_open_page_dup_token (widget);
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "force", "b", TRUE);
  if (token != NULL)
    g_variant_dict_insert (&options, "activation-token", "s", token);

  keyfob_bus_host1_call_sign_in (self->host, g_variant_dict_end (&options), NULL, on_browser_asked,
                                 g_object_ref (self));
  close_page (self);
}

static void
on_cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_device_page_cancel (KEYFOB_DEVICE_PAGE (widget));
}

static void
keyfob_device_page_dispose (GObject *object)
{
  KeyfobDevicePage *self = KEYFOB_DEVICE_PAGE (object);

  g_clear_handle_id (&self->account_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_device_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (KEYFOB_TYPE_USER_CODE_PANE);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-device-page.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, title);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, stack);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, pane);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, end_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, renew_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, continue_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobDevicePage, browser_button);
  gtk_widget_class_bind_template_callback (widget_class, on_expired);
  gtk_widget_class_bind_template_callback (widget_class, emit_done);
}

static void
keyfob_device_page_class_init (KeyfobDevicePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_device_page_dispose;

  signals[SIGNAL_DONE] = g_signal_new ("done", KEYFOB_TYPE_DEVICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", KEYFOB_TYPE_DEVICE_PAGE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);

  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "device.cancel", NULL, on_cancel);
  gtk_widget_class_install_action (widget_class, "device.renew", NULL, on_renew);
  gtk_widget_class_install_action (widget_class, "device.continue", NULL, on_continue);
  gtk_widget_class_install_action (widget_class, "device.use-browser", NULL, on_use_browser);
}

static void
keyfob_device_page_init (KeyfobDevicePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "g-properties-changed",
                                  G_CALLBACK (on_host_changed), self);
  g_signal_group_connect_swapped (self->host_signals, "notify::g-name-owner",
                                  G_CALLBACK (on_host_changed), self);
}

void
keyfob_device_page_set_clock (KeyfobDevicePage *self, KeyfobClock *clock)
{
  g_return_if_fail (KEYFOB_IS_DEVICE_PAGE (self));

  keyfob_user_code_pane_set_clock (self->pane, clock);
}

void
keyfob_device_page_start (KeyfobDevicePage *self, KeyfobBusHost1 *host)
{
  g_return_if_fail (KEYFOB_IS_DEVICE_PAGE (self));
  g_return_if_fail (KEYFOB_BUS_IS_HOST1 (host));

  g_set_object (&self->host, host);
  g_signal_group_set_target (self->host_signals, host);
  adw_window_title_set_subtitle (self->title, keyfob_bus_host1_get_name (host));
  start (self);
}

KeyfobBusHost1 *
keyfob_device_page_get_host (KeyfobDevicePage *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_PAGE (self), NULL);

  return self->host;
}

void
keyfob_device_page_cancel (KeyfobDevicePage *self)
{
  g_return_if_fail (KEYFOB_IS_DEVICE_PAGE (self));

  if (self->host == NULL)
    return;

  /* also while no code has come: the agent gets SignIn first and Cancel second */
  if (self->stage == STAGE_ASKING || self->stage == STAGE_QUESTION || self->stage == STAGE_CODE)
    keyfob_bus_host1_call_cancel (self->host, NULL, NULL, NULL);
  close_page (self);
}
