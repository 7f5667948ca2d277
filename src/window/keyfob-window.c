/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-window.h"

#include <glib/gi18n-lib.h>

#include "keyfob-add-host-form.h"
#include "keyfob-copy-bar.h"
#include "keyfob-device-page.h"
#include "keyfob-found-hosts.h"
#include "keyfob-host-removal.h"
#include "keyfob-host-row.h"
#include "keyfob-host-settings.h"
#include "keyfob-notice-bar.h"
#include "keyfob-question-bar.h"
#include "keyfob-ticker.h"
#include "keyfob-token-import.h"
#include "keyfob-ui.h"

/* From this number of hosts on, the list has a filter. */
#define HOSTS_FOR_FILTER 8

struct _KeyfobWindow
{
  AdwApplicationWindow parent_instance;

  KeyfobAgentClient *client;
  KeyfobClock *clock;
  KeyfobClipboard *clipboard;
  KeyfobTicker *ticker;
  KeyfobAutostart *autostart;
  GSettings *settings;

  AdwToastOverlay *toasts;
  KeyfobQuestionBar *question_bar;
  KeyfobCopyBar *copy_bar;
  AdwLeaflet *leaflet;
  GtkWidget *list_page;
  GtkWidget *add_page;
  KeyfobDevicePage *device_page;
  KeyfobHostSettings *settings_page;
  GtkStack *stack;
  GtkListBox *list;
  GtkFilterListModel *filtered;
  GtkToggleButton *filter_button;
  GtkSearchBar *search_bar;
  GtkEditable *search_entry;
  KeyfobNoticeBar *notice_bar;
  KeyfobAddHostForm *first_form;
  KeyfobFoundHosts *first_found;
  KeyfobFoundHosts *found;
  AdwWindowTitle *add_title;
  KeyfobAddHostForm *form;
};

G_DEFINE_FINAL_TYPE (KeyfobWindow, keyfob_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_CLOCK,
  PROP_CLIPBOARD,
  PROP_AUTOSTART,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
show_toast (KeyfobWindow *self, const char *text)
{
  keyfob_ui_show_toast (self->toasts, text);
}

static void
update_ticker (KeyfobWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  gboolean visible =
      gtk_widget_get_mapped (GTK_WIDGET (self))
      && !(gdk_toplevel_get_state (GDK_TOPLEVEL (surface)) & GDK_TOPLEVEL_STATE_MINIMIZED);
  gint64 last = keyfob_host_list_get_last_expires (keyfob_agent_client_get_hosts (self->client));

  keyfob_ticker_set_running (self->ticker, visible && last > keyfob_ticker_get_now (self->ticker));
}

/* GTK may leave the focus on the page that is covered now, and libadwaita may give it back to the
 * item of a menu that is closed by now. */
static void
focus_page (KeyfobWindow *self, GtkWidget *page)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));

  if (gtk_widget_get_mapped (GTK_WIDGET (self))
      && (focus == NULL || !gtk_widget_get_mapped (focus) || !gtk_widget_is_ancestor (focus, page)))
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static void
on_page_changed (KeyfobWindow *self)
{
  GtkWidget *page = adw_leaflet_get_visible_child (self->leaflet);

  keyfob_ui_set_covered (self->list_page, page != self->list_page);
  keyfob_ui_set_covered (self->add_page, page != self->add_page);
  keyfob_ui_set_covered (GTK_WIDGET (self->device_page), page != GTK_WIDGET (self->device_page));

  keyfob_ui_set_covered (GTK_WIDGET (self->settings_page),
                         page != GTK_WIDGET (self->settings_page));
  focus_page (self, page);

  /* leaving the page ends the sign-in, also by a swipe or a mouse button */
  if (page != GTK_WIDGET (self->device_page))
    keyfob_device_page_cancel (self->device_page);
}

static gboolean
is_removed (KeyfobWindow *self, KeyfobBusHost1 *host)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);

  return host != NULL && !keyfob_host_list_has_url (hosts, keyfob_bus_host1_get_url (host));
}

/* The host of a page may be removed while the page is shown, for example by another program on the
 * bus. */
static void
close_pages_of_removed_host (KeyfobWindow *self)
{
  if (is_removed (self, keyfob_device_page_get_host (self->device_page)))
    keyfob_device_page_cancel (self->device_page);
  if (is_removed (self, keyfob_host_settings_get_host (self->settings_page)))
    {
      keyfob_host_settings_show (self->settings_page, NULL, NULL);
      if (adw_leaflet_get_visible_child (self->leaflet) == GTK_WIDGET (self->settings_page))
        adw_leaflet_set_visible_child (self->leaflet, self->list_page);
    }
}

static void
update_page (KeyfobWindow *self)
{
  GListModel *hosts = G_LIST_MODEL (keyfob_agent_client_get_hosts (self->client));
  guint n_hosts = g_list_model_get_n_items (hosts);
  const char *page;

  switch (keyfob_agent_client_get_state (self->client))
    {
    case KEYFOB_AGENT_CLIENT_READY:
      page = n_hosts > 0 ? "hosts" : "empty";
      break;
    case KEYFOB_AGENT_CLIENT_RECONNECTING:
      page = "reconnecting";
      break;
    case KEYFOB_AGENT_CLIENT_NO_BUS:
      page = "no-bus";
      break;
    case KEYFOB_AGENT_CLIENT_FAILED:
      page = "failed";
      break;
    case KEYFOB_AGENT_CLIENT_CONNECTING:
    default:
      page = "connecting";
      break;
    }
  keyfob_ui_show_page (self->stack, page);

  close_pages_of_removed_host (self);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_button), n_hosts >= HOSTS_FOR_FILTER);
  if (n_hosts < HOSTS_FOR_FILTER)
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
}

static void
on_row_remove (KeyfobWindow *self, KeyfobHostRow *row)
{
  keyfob_host_removal_start (self->client, self->toasts, keyfob_host_row_get_host (row));
}

static void
on_undo_remove (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  g_autoptr (GVariant) options = NULL;
  const char *url;

  g_variant_get (parameter, "(&s@a{sv})", &url, &options);
  keyfob_host_removal_undo (self->client, self->toasts, url, options);
}

static void
on_row_use_device (KeyfobWindow *self, KeyfobHostRow *row)
{
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->device_page));
  keyfob_device_page_start (self->device_page, keyfob_host_row_get_host (row));
}

static void
on_row_settings (KeyfobWindow *self, KeyfobHostRow *row)
{
  keyfob_host_settings_show (self->settings_page, keyfob_host_row_get_host (row),
                             keyfob_agent_client_get_agent (self->client));
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->settings_page));
}

static void
on_device_closed (KeyfobWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->list_page);
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  KeyfobWindow *self = KEYFOB_WINDOW (user_data);
  GtkWidget *row = keyfob_host_row_new (item, self->ticker, self->clipboard);

  g_signal_connect_object (row, "done", G_CALLBACK (show_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "remove", G_CALLBACK (on_row_remove), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "settings", G_CALLBACK (on_row_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "use-device", G_CALLBACK (on_row_use_device), self,
                           G_CONNECT_SWAPPED);

  return row;
}

static void
on_add_host (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  /* the page without hosts contains the form */
  if (g_str_equal (gtk_stack_get_visible_child_name (self->stack), "empty"))
    {
      keyfob_add_host_form_focus (self->first_form);
      return;
    }

  keyfob_add_host_form_set_file (self->form, NULL);
  adw_window_title_set_title (self->add_title, _ ("Add a host"));
  adw_leaflet_set_visible_child (self->leaflet, self->add_page);
  keyfob_add_host_form_focus (self->form);
}

static void
import_file (KeyfobWindow *self, GFile *file)
{
  if (g_file_peek_path (file) == NULL)
    {
      show_toast (self, _ ("The file is not on this computer. Copy it here first."));
      return;
    }

  keyfob_add_host_form_set_file (self->form, file);
  adw_window_title_set_title (self->add_title, _ ("Import a token"));
  adw_leaflet_set_visible_child (self->leaflet, self->add_page);
  keyfob_add_host_form_focus (self->form);
}

static void
on_import_token (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_token_import_choose (GTK_WINDOW (widget));
}

static void
on_import_token_file (GtkWidget *widget, const char *action, GVariant *uri)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (uri, NULL));

  import_file (KEYFOB_WINDOW (widget), file);
}

static gboolean
on_drop (KeyfobWindow *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  if (files == NULL || files->next != NULL)
    {
      show_toast (self, _ ("Drop one token file at a time."));
      return FALSE;
    }

  import_file (self, files->data);

  return TRUE;
}

static void
on_imported (KeyfobWindow *self, GFile *file, const char *etag)
{
  adw_leaflet_set_visible_child (self->leaflet, self->list_page);
  keyfob_token_import_offer_deletion (self->toasts, file, etag);
}

static void
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->list_page);
}

static void
on_host_added (KeyfobWindow *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->list_page);
}

static void
on_tokens_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (keyfob_bus_agent1_call_lock_tokens_finish (KEYFOB_BUS_AGENT1 (source), result, &error))
    return;

  text = keyfob_agent_client_explain (error);
  show_toast (self, text);
}

static void
on_lock_tokens (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_bus_agent1_call_lock_tokens (
      keyfob_agent_client_get_agent (KEYFOB_WINDOW (widget)->client), NULL, on_tokens_locked,
      g_object_ref (widget));
}

static void
on_unlock_tokens (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_bus_agent1_call_unlock_tokens (
      keyfob_agent_client_get_agent (KEYFOB_WINDOW (widget)->client), NULL, NULL, NULL);
}

/* One of the two actions is enabled, and neither without an agent. */
static void
update_lock_actions (KeyfobWindow *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  gboolean locked = agent != NULL && keyfob_bus_agent1_get_tokens_locked (agent);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.lock-tokens", agent != NULL && !locked);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.unlock-tokens", locked);
}

static void
on_agent_changed (KeyfobWindow *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent != NULL)
    g_signal_connect_object (agent, "notify::tokens-locked", G_CALLBACK (update_lock_actions), self,
                             G_CONNECT_SWAPPED);
  update_lock_actions (self);
}

static void
on_find (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  if (gtk_widget_get_visible (GTK_WIDGET (self->filter_button)))
    gtk_search_bar_set_search_mode (self->search_bar, TRUE);
}

/* A filter that is not shown would hide hosts. */
static void
on_search_mode (KeyfobWindow *self)
{
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    gtk_editable_set_text (self->search_entry, "");
}

static void
on_retry (KeyfobWindow *self)
{
  keyfob_agent_client_retry (self->client);
}

/* Called when the window is shown, too, because a window may be visible without the focus. */
static void
send_looked (KeyfobWindow *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    keyfob_agent_client_send_looked (self->client);
}

static void
on_active (KeyfobWindow *self)
{
  if (!gtk_window_is_active (GTK_WINDOW (self)))
    return;

  keyfob_ticker_update (self->ticker);
  send_looked (self);
}

static void
keyfob_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_window_parent_class)->realize (widget);

  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "notify::state",
                           G_CALLBACK (update_ticker), widget, G_CONNECT_SWAPPED);
}

static void
keyfob_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_window_parent_class)->map (widget);

  update_ticker (KEYFOB_WINDOW (widget));
  send_looked (KEYFOB_WINDOW (widget));
}

static void
keyfob_window_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_window_parent_class)->unmap (widget);

  update_ticker (KEYFOB_WINDOW (widget));
}

static void
connect_client (KeyfobWindow *self)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);

  keyfob_notice_bar_set_client (self->notice_bar, self->client, self->autostart, self->settings);
  keyfob_question_bar_set_client (self->question_bar, self->client);
  keyfob_add_host_form_set_client (self->first_form, self->client);
  keyfob_add_host_form_set_client (self->form, self->client);
  keyfob_found_hosts_set_client (self->first_found, self->client);
  keyfob_found_hosts_set_client (self->found, self->client);

  g_object_set (self->copy_bar, "clipboard", self->clipboard, NULL);
  keyfob_device_page_set_clock (self->device_page, self->clock);
  gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (hosts));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->filtered), create_row, self, NULL);
  g_signal_connect_object (hosts, "items-changed", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (hosts, "notify::last-expires", G_CALLBACK (update_ticker), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "notify::agent", G_CALLBACK (send_looked), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "notify::state", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->ticker, "notify::now", G_CALLBACK (update_ticker), self,
                           G_CONNECT_SWAPPED);
  update_page (self);
  on_page_changed (self);
  on_agent_changed (self);
}

static void
keyfob_window_constructed (GObject *object)
{
  KeyfobWindow *self = KEYFOB_WINDOW (object);

  G_OBJECT_CLASS (keyfob_window_parent_class)->constructed (object);

  self->ticker = keyfob_ticker_new (self->clock);
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  connect_client (self);
}

/* If this was the last reference, the list of hosts empties itself, which must not reach the
 * window. */
static void
disconnect_client (KeyfobWindow *self)
{
  g_signal_handlers_disconnect_by_data (keyfob_agent_client_get_hosts (self->client), self);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
}

static void
keyfob_window_dispose (GObject *object)
{
  KeyfobWindow *self = KEYFOB_WINDOW (object);

  if (self->client != NULL)
    disconnect_client (self);
  g_clear_object (&self->ticker);
  g_clear_object (&self->clock);
  g_clear_object (&self->clipboard);
  g_clear_object (&self->autostart);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (keyfob_window_parent_class)->dispose (object);
}

static void
keyfob_window_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  KeyfobWindow *self = KEYFOB_WINDOW (object);

  switch (prop_id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_CLIPBOARD:
      self->clipboard = g_value_dup_object (value);
      break;
    case PROP_AUTOSTART:
      self->autostart = g_value_dup_object (value);
      break;
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/keyfob/Keyfob/keyfob-window.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, question_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, copy_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, list_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, add_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, device_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, settings_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, list);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, filtered);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, filter_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, notice_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, first_form);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, first_found);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, add_title);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, form);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, found);
  gtk_widget_class_bind_template_callback (widget_class, on_host_added);
  gtk_widget_class_bind_template_callback (widget_class, on_imported);
  gtk_widget_class_bind_template_callback (widget_class, on_page_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_device_closed);
  gtk_widget_class_bind_template_callback (widget_class, show_toast);
  gtk_widget_class_bind_template_callback (widget_class, on_search_mode);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_active);
}

static void
keyfob_window_class_init (KeyfobWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_window_constructed;
  object_class->dispose = keyfob_window_dispose;
  object_class->set_property = keyfob_window_set_property;
  widget_class->realize = keyfob_window_realize;
  widget_class->map = keyfob_window_map;
  widget_class->unmap = keyfob_window_unmap;

  props[PROP_CLIENT] =
      g_param_spec_object ("client", NULL, NULL, KEYFOB_TYPE_AGENT_CLIENT, construct);
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, KEYFOB_TYPE_CLOCK, construct);
  props[PROP_CLIPBOARD] =
      g_param_spec_object ("clipboard", NULL, NULL, KEYFOB_TYPE_CLIPBOARD, construct);
  props[PROP_AUTOSTART] =
      g_param_spec_object ("autostart", NULL, NULL, KEYFOB_TYPE_AUTOSTART, construct);
  props[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, construct);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (KEYFOB_TYPE_ADD_HOST_FORM);
  g_type_ensure (KEYFOB_TYPE_COPY_BAR);
  g_type_ensure (KEYFOB_TYPE_DEVICE_PAGE);
  g_type_ensure (KEYFOB_TYPE_FOUND_HOSTS);
  g_type_ensure (KEYFOB_TYPE_HOST_SETTINGS);
  g_type_ensure (KEYFOB_TYPE_NOTICE_BAR);
  g_type_ensure (KEYFOB_TYPE_QUESTION_BAR);
  g_type_ensure (KEYFOB_BUS_TYPE_HOST1);
  bind_template (widget_class);

  gtk_widget_class_install_action (widget_class, "win.add-host", NULL, on_add_host);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "win.import-token", NULL, on_import_token);
  gtk_widget_class_install_action (widget_class, "win.import-token-file", "s",
                                   on_import_token_file);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, on_find);
  gtk_widget_class_install_action (widget_class, "win.lock-tokens", NULL, on_lock_tokens);
  gtk_widget_class_install_action (widget_class, "win.unlock-tokens", NULL, on_unlock_tokens);
  gtk_widget_class_install_action (widget_class, "win.undo-remove", "(sa{sv})", on_undo_remove);
}

/* A swipe and the back button of a mouse lead to the list, over the pages that stand between. */
static void
skip_on_the_way_back (KeyfobWindow *self, GtkWidget *page)
{
  adw_leaflet_page_set_navigatable (adw_leaflet_get_page (self->leaflet, page), FALSE);
}

static void
keyfob_window_init (KeyfobWindow *self)
{
  GtkDropTarget *drop_target;

  gtk_widget_init_template (GTK_WIDGET (self));
  skip_on_the_way_back (self, self->add_page);
  skip_on_the_way_back (self, GTK_WIDGET (self->device_page));
  skip_on_the_way_back (self, GTK_WIDGET (self->settings_page));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));

  drop_target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_swapped (drop_target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop_target));
}

GtkWidget *
keyfob_window_new (GtkApplication *application,
                   KeyfobAgentClient *client,
                   KeyfobClock *clock,
                   KeyfobClipboard *clipboard,
                   KeyfobAutostart *autostart,
                   GSettings *settings)
{
  return g_object_new (KEYFOB_TYPE_WINDOW, "application", application, "client", client, "clock",
                       clock, "clipboard", clipboard, "autostart", autostart, "settings", settings,
                       NULL);
}
