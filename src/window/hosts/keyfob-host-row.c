/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-row.h"

#include <string.h>

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
#include "keyfob-copy-button.h"
#include "keyfob-copy.h"
#include "keyfob-error-details.h"
#include "keyfob-open-page.h"
#include "keyfob-status-text.h"
#include "keyfob-wrap-box.h"

#define AGENT_PATH "/org/keyfob/Keyfob/Agent"

struct _KeyfobHostRow
{
  GtkListBoxRow parent_instance;

  KeyfobBusHost1 *host;
  KeyfobTicker *ticker;
  KeyfobClipboard *clipboard;
  char *failure; /* of the last call, until the next one; NULL without one */
  gboolean copying;

  GtkWidget *icon;
};

G_DEFINE_FINAL_TYPE (KeyfobHostRow, keyfob_host_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  PROP_0,
  PROP_HOST,
  PROP_TICKER,
  PROP_CLIPBOARD,
  PROP_FAILURE,
  N_PROPS
};

enum
{
  SIGNAL_DONE,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_failure (KeyfobHostRow *self, const char *failure)
{
  if (g_strcmp0 (failure, self->failure) == 0)
    return;

  g_free (self->failure);
  self->failure = g_strdup (failure);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAILURE]);
}

/* A sign-in that the user cancelled is no failure. */
static void
show_failure (KeyfobHostRow *self, const GError *error)
{
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED))
    return;

  sentence = keyfob_agent_client_explain (error);
  set_failure (self, sentence);
}

static void
emit_done (KeyfobHostRow *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_DONE], 0, text);
}

static void
update_actions (KeyfobHostRow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));
  const char *uri = keyfob_bus_host1_get_login_uri (self->host);
  gboolean has_token = keyfob_host_state_has_token (state);
  gboolean has_page = uri != NULL && *uri != '\0';

  gtk_widget_action_set_enabled (widget, "row.sign-in", keyfob_host_state_needs_user (state));
  gtk_widget_action_set_enabled (widget, "row.sign-in-again",
                                 keyfob_host_state_can_sign_out (state));
  gtk_widget_action_set_enabled (widget, "row.unlock", state == KEYFOB_HOST_LOCKED);
  gtk_widget_action_set_enabled (widget, "row.copy", has_token);
  gtk_widget_action_set_enabled (
      widget, "row.refresh",
      keyfob_host_state_can_renew (state, keyfob_bus_host1_get_broker (self->host),
                                   keyfob_bus_host1_get_expires (self->host)
                                       - keyfob_ticker_get_now (self->ticker)));
  gtk_widget_action_set_enabled (widget, "row.sign-out", keyfob_host_state_can_sign_out (state));
  gtk_widget_action_set_enabled (widget, "row.cancel", state == KEYFOB_HOST_SIGNING_IN);
  gtk_widget_action_set_enabled (widget, "row.open-page", has_page);
  gtk_widget_action_set_enabled (widget, "row.copy-link", has_page);
}

static void
update_accessible (KeyfobHostRow *self)
{
  const char *name = keyfob_bus_host1_get_name (self->host);
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name != NULL ? name : "", -1);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
      keyfob_status_text_state (state, keyfob_bus_host1_get_store (self->host)), -1);
}

static void
update_icon_style (KeyfobHostRow *self)
{
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));
  const char *classes[] = { keyfob_status_text_state_style (state), NULL };

  gtk_widget_set_css_classes (self->icon, classes);
}

static void
on_host_changed (KeyfobHostRow *self)
{
  if (keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host)) == KEYFOB_HOST_SIGNED_IN)
    set_failure (self, NULL);

  update_actions (self);
  update_accessible (self);
  update_icon_style (self);
}

/* There is a code where there is no browser, or none that could come back. */
static void
show_code (KeyfobHostRow *self)
{
  const char *code = keyfob_bus_host1_get_user_code (self->host);

  if (code != NULL && *code != '\0')
    g_signal_emit_by_name (self, "use-device");
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_host1_call_sign_in_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_code (self);
  else
    show_failure (self, error);
}

/* Returns: (transfer floating): options of a call that opens the browser, which may then come to
 * the front */
static GVariant *
make_options (KeyfobHostRow *self, gboolean force)
{
  g_autofree char *token = keyfob_open_page_dup_token (GTK_WIDGET (self));
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (token != NULL)
    g_variant_dict_insert (&options, "activation-token", "s", token);
  if (force)
    g_variant_dict_insert (&options, "force", "b", TRUE);

  return g_variant_dict_end (&options);
}

static void
sign_in (KeyfobHostRow *self, gboolean force)
{
  set_failure (self, NULL);
  keyfob_bus_host1_call_sign_in (self->host, make_options (self, force), NULL, on_signed_in,
                                 g_object_ref (self));
}

static void
on_sign_in (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sign_in (KEYFOB_HOST_ROW (widget), FALSE);
}

static void
on_sign_in_again (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sign_in (KEYFOB_HOST_ROW (widget), TRUE);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    show_failure (self, error);
}

/* The user may take any time to answer. */
static void
on_unlock (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);
  GDBusProxy *host = G_DBUS_PROXY (self->host);

  set_failure (self, NULL);
  g_dbus_connection_call (g_dbus_proxy_get_connection (host), g_dbus_proxy_get_name (host),
                          AGENT_PATH, "org.keyfob.Keyfob.Agent1", "Unlock", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, on_unlocked,
                          g_object_ref (self));
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;

  self->copying = FALSE;
  if (!keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    show_failure (self, error);
}

/* The button copies in the chosen form from now on. Further clicks during a copy are ignored
 * instead of making the button insensitive, which would take the focus from it. */
static void
on_copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);
  const char *form = g_variant_get_string (parameter, NULL);

  if (self->copying)
    return;

  self->copying = TRUE;
  set_failure (self, NULL);
  g_object_set (self->clipboard, "form", form, NULL);
  keyfob_copy_async (self->clipboard, self->host, keyfob_copy_form_parse (form), NULL, on_copied,
                     g_object_ref (self));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_refresh_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_failure (self, error);
}

static void
on_refresh (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  set_failure (self, NULL);
  keyfob_bus_host1_call_refresh (self->host, NULL, on_refreshed, g_object_ref (self));
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!keyfob_bus_host1_call_sign_out_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    {
      show_failure (self, error);
      return;
    }

  text = g_strdup_printf (_ ("Signed out of %s"), keyfob_bus_host1_get_name (self->host));
  emit_done (self, text);
}

static void
on_sign_out_chosen (KeyfobHostRow *self, const char *response, AdwMessageDialog *dialog)
{
  GtkWidget *end_session = adw_message_dialog_get_extra_child (dialog);
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  if (gtk_check_button_get_active (GTK_CHECK_BUTTON (end_session)))
    g_variant_dict_insert (&options, "end-session", "b", TRUE);

  set_failure (self, NULL);
  keyfob_bus_host1_call_sign_out (self->host, g_variant_dict_end (&options), NULL, on_signed_out,
                                  g_object_ref (self));
}

static void
on_sign_out (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (widget));
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-sign-out-dialog.ui");
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (gtk_builder_get_object (builder, "dialog"));

  /* Translators: name of the host */
  adw_message_dialog_format_heading (dialog, _ ("Sign out of %s?"),
                                     keyfob_bus_host1_get_name (self->host));
  gtk_window_set_transient_for (GTK_WINDOW (dialog), window);
  g_signal_connect_object (dialog, "response::sign-out", G_CALLBACK (on_sign_out_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Actions that the window carries out are forwarded as signals of the same name. */
static void
forward_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  set_failure (KEYFOB_HOST_ROW (widget), NULL);
  g_signal_emit_by_name (widget, action + strlen ("row."));
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_cancel_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_failure (self, error);
}

static void
on_cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  keyfob_bus_host1_call_cancel (self->host, NULL, on_cancelled, g_object_ref (self));
}

static void
on_continued (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_continue_finish (host, result, &error))
    show_failure (self, error);
  else
    show_code (self);
}

static void
on_continue (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  set_failure (self, NULL);
  keyfob_bus_host1_call_continue (self->host, keyfob_bus_host1_get_question (self->host),
                                  make_options (self, FALSE), NULL, on_continued,
                                  g_object_ref (self));
}

static void
on_page_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_bus_host1_call_open_page_finish (KEYFOB_BUS_HOST1 (source), result, &error))
    show_failure (self, error);
}

static void
on_open_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  set_failure (self, NULL);
  keyfob_bus_host1_call_open_page (self->host, make_options (self, FALSE), NULL, on_page_opened,
                                   g_object_ref (self));
}

static void
on_copy_link (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget),
                          keyfob_bus_host1_get_login_uri (self->host));
  emit_done (self, _ ("Link copied"));
}

static void
on_details_copied (KeyfobHostRow *self)
{
  emit_done (self, _ ("Details copied"));
}

static void
on_details (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_error_details_present (GTK_WINDOW (gtk_widget_get_root (widget)),
                                KEYFOB_HOST_ROW (widget)->host, G_CALLBACK (on_details_copied),
                                widget);
}

static char *
status_closure (GtkWidget *row,
                const char *state,
                const char *store,
                const char *account,
                gint64 expires,
                gboolean renews,
                const char *user_code,
                const char *provider,
                gint64 now)
{
  KeyfobHostState parsed = keyfob_host_state_parse (state);

  if (provider != NULL && *provider != '\0')
    return keyfob_status_text_waiting (user_code != NULL && *user_code != '\0', provider);
  if (parsed == KEYFOB_HOST_SIGNED_IN && !renews && expires > now)
    return keyfob_status_text_unrenewed (account, expires, now);

  return keyfob_status_text_status (parsed, store, account, expires, now);
}

/* The error that the agent shows for the host is more exact than the failure of a call. */
static char *
error_closure (GtkWidget *row,
               const char *error,
               const char *failure,
               const char *state,
               gboolean saved)
{
  if (error != NULL && *error != '\0')
    return g_strdup (error);
  if (failure == NULL && !saved && keyfob_host_state_has_token (keyfob_host_state_parse (state)))
    return g_strdup (_ ("The token is kept in memory only: it could not be stored yet. Keyfob "
                        "goes on trying."));

  return g_strdup (failure);
}

/* Where an error says why nobody is signed in, the status adds only the end of the session. */
static gboolean
status_visible_closure (GtkWidget *row,
                        const char *state,
                        gint64 expires,
                        const char *error,
                        const char *question)
{
  KeyfobHostState parsed = keyfob_host_state_parse (state);

  if (question != NULL && *question != '\0')
    return FALSE;

  return error == NULL || *error == '\0' || !keyfob_host_state_needs_user (parsed)
         || (parsed == KEYFOB_HOST_EXPIRED && expires > 0);
}

static gboolean
not_empty_closure (GtkWidget *row, const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
empty_closure (GtkWidget *row, const char *text)
{
  return !not_empty_closure (row, text);
}

static gboolean
has_details_closure (GtkWidget *row, GVariant *details)
{
  return details != NULL && g_variant_n_children (details) > 0;
}

static char *
icon_closure (GtkWidget *row, const char *state)
{
  return g_strdup (keyfob_status_text_state_icon (keyfob_host_state_parse (state)));
}

static gboolean
needs_user_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_needs_user (keyfob_host_state_parse (state));
}

static gboolean
has_token_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_has_token (keyfob_host_state_parse (state));
}

static gboolean
unlock_closure (GtkWidget *row, const char *state, const char *store)
{
  return keyfob_host_state_parse (state) == KEYFOB_HOST_LOCKED && g_strcmp0 (store, "keyring") == 0;
}

static gboolean
signing_in_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_parse (state) == KEYFOB_HOST_SIGNING_IN;
}

/* Other ways to sign in are offered during a sign-in and after one that failed. */
static gboolean
alternatives_closure (GtkWidget *row, const char *word, const char *error)
{
  KeyfobHostState state = keyfob_host_state_parse (word);

  return state == KEYFOB_HOST_SIGNING_IN
         || (keyfob_host_state_needs_user (state) && not_empty_closure (row, error));
}

static gboolean
busy_closure (GtkWidget *row, const char *word, const char *question)
{
  KeyfobHostState state = keyfob_host_state_parse (word);

  if (not_empty_closure (row, question))
    return FALSE;

  return state == KEYFOB_HOST_SIGNING_IN || state == KEYFOB_HOST_REFRESHING;
}

/* The ticker tells when the token lasts no longer than a new one would. */
static void
keyfob_host_row_constructed (GObject *object)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);
  const char *const shown[] = { "notify::state",     "notify::store",  "notify::name",
                                "notify::login-uri", "notify::broker", "notify::expires" };

  G_OBJECT_CLASS (keyfob_host_row_parent_class)->constructed (object);

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_signal_connect_object (self->host, shown[i], G_CALLBACK (on_host_changed), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->ticker, "notify::now", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  on_host_changed (self);
}

static void
keyfob_host_row_dispose (GObject *object)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);

  g_clear_object (&self->host);
  g_clear_object (&self->ticker);
  g_clear_object (&self->clipboard);

  G_OBJECT_CLASS (keyfob_host_row_parent_class)->dispose (object);
}

static void
keyfob_host_row_finalize (GObject *object)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);

  g_free (self->failure);

  G_OBJECT_CLASS (keyfob_host_row_parent_class)->finalize (object);
}

static void
keyfob_host_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);

  switch (prop_id)
    {
    case PROP_HOST:
      g_value_set_object (value, self->host);
      break;
    case PROP_TICKER:
      g_value_set_object (value, self->ticker);
      break;
    case PROP_CLIPBOARD:
      g_value_set_object (value, self->clipboard);
      break;
    case PROP_FAILURE:
      g_value_set_string (value, self->failure);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_row_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);

  switch (prop_id)
    {
    case PROP_HOST:
      g_set_object (&self->host, g_value_get_object (value));
      break;
    case PROP_TICKER:
      g_set_object (&self->ticker, g_value_get_object (value));
      break;
    case PROP_CLIPBOARD:
      g_set_object (&self->clipboard, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, icon);
  gtk_widget_class_bind_template_callback (widget_class, status_closure);
  gtk_widget_class_bind_template_callback (widget_class, status_visible_closure);
  gtk_widget_class_bind_template_callback (widget_class, error_closure);
  gtk_widget_class_bind_template_callback (widget_class, not_empty_closure);
  gtk_widget_class_bind_template_callback (widget_class, empty_closure);
  gtk_widget_class_bind_template_callback (widget_class, has_details_closure);
  gtk_widget_class_bind_template_callback (widget_class, icon_closure);
  gtk_widget_class_bind_template_callback (widget_class, needs_user_closure);
  gtk_widget_class_bind_template_callback (widget_class, has_token_closure);
  gtk_widget_class_bind_template_callback (widget_class, unlock_closure);
  gtk_widget_class_bind_template_callback (widget_class, signing_in_closure);
  gtk_widget_class_bind_template_callback (widget_class, alternatives_closure);
  gtk_widget_class_bind_template_callback (widget_class, busy_closure);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "row.sign-in", NULL, on_sign_in);
  gtk_widget_class_install_action (widget_class, "row.sign-in-again", NULL, on_sign_in_again);
  gtk_widget_class_install_action (widget_class, "row.unlock", NULL, on_unlock);
  gtk_widget_class_install_action (widget_class, "row.copy", "s", on_copy);
  gtk_widget_class_install_action (widget_class, "row.refresh", NULL, on_refresh);
  gtk_widget_class_install_action (widget_class, "row.sign-out", NULL, on_sign_out);
  gtk_widget_class_install_action (widget_class, "row.use-device", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "row.settings", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "row.remove", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "row.details", NULL, on_details);
  gtk_widget_class_install_action (widget_class, "row.cancel", NULL, on_cancel);
  gtk_widget_class_install_action (widget_class, "row.continue", NULL, on_continue);
  gtk_widget_class_install_action (widget_class, "row.open-page", NULL, on_open_page);
  gtk_widget_class_install_action (widget_class, "row.copy-link", NULL, on_copy_link);
}

static void
keyfob_host_row_class_init (KeyfobHostRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_host_row_constructed;
  object_class->dispose = keyfob_host_row_dispose;
  object_class->finalize = keyfob_host_row_finalize;
  object_class->get_property = keyfob_host_row_get_property;
  object_class->set_property = keyfob_host_row_set_property;

  props[PROP_HOST] = g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1, construct);
  props[PROP_TICKER] = g_param_spec_object ("ticker", NULL, NULL, KEYFOB_TYPE_TICKER, construct);
  props[PROP_CLIPBOARD] =
      g_param_spec_object ("clipboard", NULL, NULL, KEYFOB_TYPE_CLIPBOARD, construct);
  props[PROP_FAILURE] =
      g_param_spec_string ("failure", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_DONE] = g_signal_new ("done", KEYFOB_TYPE_HOST_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("remove", KEYFOB_TYPE_HOST_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("settings", KEYFOB_TYPE_HOST_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  g_signal_new ("use-device", KEYFOB_TYPE_HOST_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);

  g_type_ensure (KEYFOB_TYPE_COPY_BUTTON);
  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  bind_template (widget_class);
  install_actions (widget_class);
}

static void
keyfob_host_row_init (KeyfobHostRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_host_row_new (KeyfobBusHost1 *host, KeyfobTicker *ticker, KeyfobClipboard *clipboard)
{
  return g_object_new (KEYFOB_TYPE_HOST_ROW, "host", host, "ticker", ticker, "clipboard", clipboard,
                       NULL);
}

KeyfobBusHost1 *
keyfob_host_row_get_host (KeyfobHostRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), NULL);

  return self->host;
}
