/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-actions.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-copy.h"
#include "keyfob-error-details.h"
#include "keyfob-host-option.h"
#include "keyfob-open-page.h"
#include "keyfob-ui.h"

struct _KeyfobHostActions
{
  GSimpleActionGroup parent_instance;

  KeyfobHostItem *item;
  KeyfobBusHost1 *host; /* of the item */
  KeyfobAgentClient *client;
  KeyfobTicker *ticker;
  KeyfobClipboard *clipboard;
  AdwToastOverlay *toasts; /* weak */
  KeyfobHostState state;   /* as it was told last */
  gboolean cancelled;      /* the sign-in that the agent is asked for, before it has begun */
  gboolean copying;
  gboolean pins;       /* what was asked for last */
  KeyfobCopyForm form; /* of the last copy */
};

G_DEFINE_FINAL_TYPE (KeyfobHostActions, keyfob_host_actions, G_TYPE_SIMPLE_ACTION_GROUP)

static void
announce (KeyfobHostActions *self, const char *text)
{
  if (self->toasts != NULL)
    keyfob_ui_announce (GTK_WIDGET (self->toasts), text);
}

/* A sign-in that the user cancelled is no failure. */
static void
show_failure (KeyfobHostActions *self, const GError *error)
{
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED))
    return;

  sentence = keyfob_agent_client_explain (error);
  keyfob_host_item_take_failure (self->item, sentence, error);
}

static void
show_done (KeyfobHostActions *self, const char *text)
{
  if (self->toasts != NULL)
    keyfob_ui_show_toast (self->toasts, text);
}

/* Returns: (transfer none) (nullable): the window, while there is one */
static GtkWidget *
get_window (KeyfobHostActions *self)
{
  return self->toasts != NULL ? GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self->toasts))) : NULL;
}

static void
activate_in_window (KeyfobHostActions *self, const char *action)
{
  GtkWidget *window = get_window (self);

  keyfob_host_item_set_failure (self->item, NULL);
  if (window != NULL)
    gtk_widget_activate_action (window, action, "o", keyfob_host_item_get_path (self->item));
}

/* There is a code where there is no browser, or none that could come back. */
static void
show_code (KeyfobHostActions *self)
{
  const char *code = keyfob_bus_host1_get_user_code (self->host);

  if (code != NULL && *code != '\0')
    activate_in_window (self, "win.use-device");
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobHostActions *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_host1_call_sign_in_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_code (self);
  else
    show_failure (self, error);
  g_task_return_boolean (task, error == NULL);
}

/* Returns: (transfer floating): options of a call that opens the browser, which may then come to
 * the front */
static GVariant *
make_options (KeyfobHostActions *self, gboolean force)
{
  g_autofree char *token =
      self->toasts != NULL ? keyfob_open_page_dup_token (GTK_WIDGET (self->toasts)) : NULL;
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (token != NULL)
    g_variant_dict_insert (&options, "activation-token", "s", token);
  if (force)
    g_variant_dict_insert (&options, "force", "b", TRUE);

  return g_variant_dict_end (&options);
}

static void
sign_in (KeyfobHostActions *self, gboolean force, GAsyncReadyCallback callback, gpointer user_data)
{
  GtkWidget *window = get_window (self);
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sign_in);

  /* whoever signs in again does not want the session before it back */
  if (window != NULL && keyfob_host_item_get_pending (self->item) != KEYFOB_HOST_PENDING_NOTHING)
    gtk_widget_activate_action (window, "win.finish", NULL);

  self->cancelled = FALSE;
  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_bus_host1_call_sign_in (self->host, make_options (self, force), NULL, on_signed_in, task);
}

static void
on_sign_in (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sign_in (KEYFOB_HOST_ACTIONS (user_data), FALSE, NULL, NULL);
}

static void
on_sign_in_again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sign_in (KEYFOB_HOST_ACTIONS (user_data), TRUE, NULL, NULL);
}

/* The button that copied shows it, where there is one: what holds no token can be had before a
 * sign-in, too. */
static void
tell_of_copy (KeyfobHostActions *self)
{
  const char *done = keyfob_copy_form_done (self->form);
  guint seconds = keyfob_clipboard_get_seconds_left (self->clipboard);
  g_autofree char *text = NULL;

  if (!keyfob_host_state_has_token (keyfob_host_item_get_state (self->item)))
    show_done (self, done);
  else if (keyfob_copy_form_holds_token (self->form) && keyfob_bus_host1_get_broker (self->host))
    show_done (self,
               _ ("Keep what you copied to yourself.")); /* the tooltip of the button says why */

  if (keyfob_copy_form_holds_token (self->form) && seconds > 0)
    /* Translators: the first %s is "Header copied" */
    text = g_strdup_printf (
        ngettext ("%s. Cleared in %u second.", "%s. Cleared in %u seconds.", seconds), done,
        seconds);
  announce (self, text != NULL ? text : done);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;

  self->copying = FALSE;
  if (keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    tell_of_copy (self);
  else
    show_failure (self, error);
}

/* The agent would wait for the sign-in, and the header come when nobody expects it any more. Of
 * others without a token it says itself what is missing. */
static gboolean
tell_unfinished (KeyfobHostActions *self)
{
  g_autofree char *text = NULL;

  if (!keyfob_copy_form_holds_token (self->form)
      || keyfob_host_item_get_state (self->item) != KEYFOB_HOST_SIGNING_IN)
    return FALSE;

  /* Translators: name of the server */
  text = g_strdup_printf (_ ("Nothing was copied: the sign-in to %s is not finished."),
                          keyfob_bus_host1_get_name (self->host));
  show_done (self, text);

  return TRUE;
}

/* Further clicks during a copy are ignored instead of making the button insensitive, which would
 * take the focus from it. */
static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  if (self->copying)
    return;

  self->form = parameter != NULL ? keyfob_copy_form_parse (g_variant_get_string (parameter, NULL))
                                 : keyfob_clipboard_get_preferred_form (self->clipboard);
  if (tell_unfinished (self))
    return;

  self->copying = TRUE;
  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_copy_async (self->clipboard, self->host, self->form, NULL, on_copied, g_object_ref (self));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;

  g_autofree char *text = NULL;

  if (!keyfob_bus_host1_call_refresh_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    {
      show_failure (self, error);
      return;
    }

  /* Translators: name of the server */
  text =
      g_strdup_printf (_ ("The sign-in to %s is renewed."), keyfob_bus_host1_get_name (self->host));
  announce (self, text);
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_bus_host1_call_refresh (self->host, NULL, on_refreshed, g_object_ref (self));
}

/* What a key asks for is told where it cannot be, too. */
static void
on_renew (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);
  gboolean has_token = keyfob_host_state_has_token (keyfob_host_item_get_state (self->item));
  const char *name = keyfob_bus_host1_get_name (self->host);
  g_autofree char *text = NULL;

  if (g_action_get_enabled (g_action_map_lookup_action (G_ACTION_MAP (self), "refresh")))
    {
      on_refresh (action, parameter, user_data);
      return;
    }

  /* what is being renewed says so itself */
  if (keyfob_host_item_get_state (self->item) == KEYFOB_HOST_REFRESHING)
    return;

  if (has_token)
    /* Translators: name of the server, whose token in broker mode lasts an hour after a renewal */
    text = g_strdup_printf (_ ("Nothing was renewed: a new token of %s would end sooner."), name);
  else
    /* Translators: name of the server */
    text = g_strdup_printf (_ ("Nothing was renewed: you are not signed in to %s."), name);
  show_done (self, text);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!keyfob_bus_host1_call_sign_out_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    {
      show_failure (self, error);
      return;
    }

  text = g_strdup_printf (_ ("Signed out of %s"), keyfob_bus_host1_get_name (self->host));
  show_done (self, text);
}

/* The session in the browser is ended at once, which cannot be undone. */
static void
on_sign_out_chosen (KeyfobHostActions *self, const char *response, AdwMessageDialog *dialog)
{
  GtkWidget *end_session = adw_message_dialog_get_extra_child (dialog);
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (!gtk_check_button_get_active (GTK_CHECK_BUTTON (end_session)))
    {
      activate_in_window (self, "win.sign-out");
      return;
    }

  g_variant_dict_insert (&options, "end-session", "b", TRUE);
  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_bus_host1_call_sign_out (self->host, g_variant_dict_end (&options), NULL, on_signed_out,
                                  g_object_ref (self));
}

static void
on_sign_out (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);
  GtkWidget *window = get_window (self);
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-sign-out-dialog.ui");
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (gtk_builder_get_object (builder, "dialog"));

  if (window == NULL)
    return;

  /* Translators: name of the host */
  adw_message_dialog_format_heading (dialog, _ ("Sign out of %s?"),
                                     keyfob_bus_host1_get_name (self->host));
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  g_signal_connect_object (dialog, "response::sign-out", G_CALLBACK (on_sign_out_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_use_device (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_in_window (KEYFOB_HOST_ACTIONS (user_data), "win.use-device");
}

static void
on_settings (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_in_window (KEYFOB_HOST_ACTIONS (user_data), "win.host-settings");
}

static void
on_remove (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  activate_in_window (KEYFOB_HOST_ACTIONS (user_data), "win.remove-host");
}

static void
on_pinned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autofree char *trouble = keyfob_host_option_set_finish (KEYFOB_BUS_HOST1 (source), result);
  const char *name = keyfob_bus_host1_get_name (self->host);
  g_autofree char *text = NULL;

  if (trouble != NULL)
    {
      keyfob_host_item_set_failure (self->item, trouble);
      return;
    }

  if (self->pins)
    /* Translators: name of the server; it stands above all others in the list */
    text = g_strdup_printf (_ ("%s is pinned to the top."), name);
  else
    /* Translators: name of the server */
    text = g_strdup_printf (_ ("%s is no longer pinned."), name);
  show_done (self, text);
}

static void
on_toggle_pin (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  self->pins = !keyfob_host_item_is_pinned (self->item);
  keyfob_host_option_set (self->host, keyfob_option_get_info (KEYFOB_OPTION_PINNED),
                          g_variant_new_boolean (self->pins), on_pinned, g_object_ref (self));
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_cancel_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_failure (self, error);
}

static void
cancel (KeyfobHostActions *self)
{
  keyfob_bus_host1_call_cancel (self->host, NULL, on_cancelled, g_object_ref (self));
}

static void
on_cancel (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  cancel (KEYFOB_HOST_ACTIONS (user_data));
}

static void
on_continued (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_continue_finish (host, result, &error))
    show_failure (self, error);
  else
    show_code (self);
}

static void
on_continue (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_bus_host1_call_continue (self->host, keyfob_bus_host1_get_question (self->host),
                                  make_options (self, FALSE), NULL, on_continued,
                                  g_object_ref (self));
}

static void
on_page_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_open_page_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_failure (self, error);
}

static void
on_open_page (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_host_item_page_opened (self->item);
  keyfob_bus_host1_call_open_page (self->host, make_options (self, FALSE), NULL, on_page_opened,
                                   g_object_ref (self));
}

static void
on_copy_link (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  if (self->toasts == NULL)
    return;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self->toasts)),
                          keyfob_bus_host1_get_login_uri (self->host));
  show_done (self, _ ("Link copied"));
}

static void
on_address_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostActions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!keyfob_bus_agent1_call_change_address_finish (KEYFOB_BUS_AGENT1 (source), NULL, result,
                                                     &error))
    {
      show_failure (self, error);
      return;
    }

  /* Translators: name of the server */
  text = g_strdup_printf (_ ("Found the sign-in of %s"), keyfob_bus_host1_get_name (self->host));
  show_done (self, text);
}

/* @link: any link of the server */
static void
change_address (KeyfobHostActions *self, const char *link)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent == NULL)
    return;

  keyfob_host_item_set_failure (self->item, NULL);
  keyfob_bus_agent1_call_change_address (agent, keyfob_host_item_get_path (self->item), link,
                                         g_variant_new ("a{sv}", NULL), NULL, on_address_changed,
                                         g_object_ref (self));
}

static void
on_find_address (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);

  change_address (self, keyfob_bus_host1_get_url (self->host));
}

static void
on_address_chosen (KeyfobHostActions *self, const char *response, AdwMessageDialog *dialog)
{
  change_address (
      self, gtk_editable_get_text (GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog))));
}

static void
on_change_address (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);
  GtkWidget *window = get_window (self);
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-address-dialog.ui");
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (gtk_builder_get_object (builder, "dialog"));

  if (window == NULL)
    return;

  /* Translators: name of the server */
  adw_message_dialog_format_heading (dialog, _ ("Where is %s?"),
                                     keyfob_bus_host1_get_name (self->host));
  gtk_editable_set_text (GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog)),
                         keyfob_bus_host1_get_url (self->host));
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  g_signal_connect_object (dialog, "response::change", G_CALLBACK (on_address_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_details_copied (KeyfobHostActions *self)
{
  show_done (self, _ ("Details copied"));
}

static void
on_details (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (user_data);
  GtkWidget *window = get_window (self);

  if (window != NULL)
    keyfob_error_details_present (GTK_WINDOW (window), self->host, G_CALLBACK (on_details_copied),
                                  self);
}

static const GActionEntry entries[] = {
  { .name = "sign-in", .activate = on_sign_in },
  { .name = "sign-in-again", .activate = on_sign_in_again },
  /* the first of a kind is only there where it can do something; what keys ask for says why not */
  { .name = "copy", .activate = on_copy, .parameter_type = "s" },
  { .name = "copy-command", .activate = on_copy, .parameter_type = "s" },
  { .name = "copy-preferred", .activate = on_copy },
  { .name = "refresh", .activate = on_refresh },
  { .name = "renew", .activate = on_renew },
  { .name = "sign-out", .activate = on_sign_out },
  { .name = "use-device", .activate = on_use_device },
  { .name = "settings", .activate = on_settings },
  { .name = "remove", .activate = on_remove },
  { .name = "toggle-pin", .activate = on_toggle_pin },
  { .name = "find-address", .activate = on_find_address },
  { .name = "change-address", .activate = on_change_address },
  { .name = "details", .activate = on_details },
  { .name = "cancel", .activate = on_cancel },
  { .name = "continue", .activate = on_continue },
  { .name = "open-page", .activate = on_open_page },
  { .name = "copy-link", .activate = on_copy_link },
};

static void
set_enabled (KeyfobHostActions *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update (KeyfobHostActions *self)
{
  KeyfobHostState state = keyfob_host_item_get_state (self->item);
  const char *uri = keyfob_bus_host1_get_login_uri (self->host);
  gboolean has_page = uri != NULL && *uri != '\0';
  gboolean can_sign_out = keyfob_host_state_can_sign_out (state);
  gint64 left = keyfob_bus_host1_get_expires (self->host) - keyfob_ticker_get_now (self->ticker);

  set_enabled (self, "sign-in", keyfob_host_state_needs_user (state));
  set_enabled (self, "sign-in-again", can_sign_out);
  set_enabled (self, "copy", keyfob_host_state_has_token (state));
  set_enabled (self, "refresh",
               keyfob_host_state_can_renew (state, keyfob_bus_host1_get_broker (self->host), left));
  set_enabled (self, "sign-out", can_sign_out);
  set_enabled (self, "cancel", state == KEYFOB_HOST_SIGNING_IN);
  set_enabled (self, "open-page", has_page);
  set_enabled (self, "copy-link", has_page);
}

/* How a sign-in went, which ends in the browser. */
static void
on_state_changed (KeyfobHostActions *self)
{
  KeyfobHostState before = self->state;
  const char *error = keyfob_bus_host1_get_error (self->host);
  g_autofree char *text = NULL;

  self->state = keyfob_host_item_get_state (self->item);
  if (self->state == KEYFOB_HOST_SIGNING_IN && self->cancelled)
    {
      self->cancelled = FALSE;
      cancel (self);
    }
  if (before != KEYFOB_HOST_SIGNING_IN)
    return;

  if (self->state == KEYFOB_HOST_SIGNED_IN)
    {
      /* Translators: name of the server */
      text = g_strdup_printf (_ ("Signed in to %s"), keyfob_bus_host1_get_name (self->host));
      announce (self, text);
    }
  else if (error != NULL && *error != '\0')
    announce (self, error);
}

static void
on_failure_changed (KeyfobHostActions *self)
{
  const char *failure = keyfob_host_item_get_failure (self->item);

  if (failure != NULL)
    announce (self, failure);
}

static void
keyfob_host_actions_dispose (GObject *object)
{
  KeyfobHostActions *self = KEYFOB_HOST_ACTIONS (object);

  g_clear_object (&self->item);
  g_clear_object (&self->host);
  g_clear_object (&self->client);
  g_clear_object (&self->ticker);
  g_clear_object (&self->clipboard);
  g_clear_weak_pointer (&self->toasts);

  G_OBJECT_CLASS (keyfob_host_actions_parent_class)->dispose (object);
}

static void
keyfob_host_actions_class_init (KeyfobHostActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_actions_dispose;
}

static void
keyfob_host_actions_init (KeyfobHostActions *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

KeyfobHostActions *
keyfob_host_actions_new (KeyfobHostItem *item, const KeyfobHostContext *context)
{
  const char *const shown[] = { "notify::login-uri", "notify::broker", "notify::expires" };
  KeyfobHostActions *self;

  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (item), NULL);
  g_return_val_if_fail (context != NULL, NULL);

  self = g_object_new (KEYFOB_TYPE_HOST_ACTIONS, NULL);
  self->item = g_object_ref (item);
  self->host = g_object_ref (keyfob_host_item_get_host (item));
  self->client = g_object_ref (context->client);
  self->ticker = g_object_ref (context->ticker);
  self->clipboard = g_object_ref (context->clipboard);
  g_set_weak_pointer (&self->toasts, context->toasts);

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_signal_connect_object (self->host, shown[i], G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  self->state = keyfob_host_item_get_state (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::state", G_CALLBACK (on_state_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::failure", G_CALLBACK (on_failure_changed), self,
                           G_CONNECT_SWAPPED);
  /* the ticker tells when the token lasts no longer than a new one would */
  g_signal_connect_object (self->ticker, "notify::now", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return self;
}

void
keyfob_host_actions_sign_in_async (KeyfobHostActions *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_HOST_ACTIONS (self));

  sign_in (self, FALSE, callback, user_data);
}

gboolean
keyfob_host_actions_sign_in_finish (KeyfobHostActions *self, GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

void
keyfob_host_actions_cancel_sign_in (KeyfobHostActions *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_ACTIONS (self));

  if (keyfob_host_item_get_state (self->item) == KEYFOB_HOST_SIGNING_IN)
    cancel (self);
  else
    self->cancelled = TRUE;
}
