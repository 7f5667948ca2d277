/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-window.h"

#include <glib/gi18n-lib.h>

#include "keyfob-add-host-form.h"
#include "keyfob-add-page.h"
#include "keyfob-add-link.h"
#include "keyfob-device-page.h"
#include "keyfob-found-hosts.h"
#include "keyfob-host-list-view.h"
#include "keyfob-host-page.h"
#include "keyfob-host-settings.h"
#include "keyfob-notice-bar.h"
#include "keyfob-question-bar.h"
#include "keyfob-ticker.h"
#include "keyfob-token-import.h"
#include "keyfob-ui.h"
#include "keyfob-undo.h"

/* Of the list beside a page, in pixels. */
#define LIST_WIDTH 350

/* How long a start may take before something tells that it goes on, in milliseconds. */
#define QUIET_START 500

#define MOUSE_BACK 8 /* as X11 and GDK number the buttons */

struct _KeyfobWindow
{
  AdwApplicationWindow parent_instance;

  KeyfobAgentClient *client;
  KeyfobClock *clock;
  KeyfobClipboard *clipboard;
  KeyfobTicker *ticker;
  KeyfobHostContext context; /* of these, for the rows and pages */
  KeyfobAutostart *autostart;
  GSettings *settings;
  KeyfobUndo *undo;

  AdwToastOverlay *toasts;
  KeyfobQuestionBar *question_bar;
  AdwLeaflet *leaflet; /* list and content, beside each other or one over the other */
  GtkWidget *list_page;
  AdwLeaflet *content; /* pages, one at a time */
  GtkStack *stack;
  GtkSpinner *start_spinner;
  guint start_id; /* of the source that has it spin */
  KeyfobHostListView *list;
  GtkToggleButton *search_button;
  KeyfobNoticeBar *notice_bar;
  KeyfobAddHostForm *first_form;
  KeyfobFoundHosts *first_found;

  char *requested;               /* (nullable): see keyfob_window_request() */
  GVariant *requested_parameter; /* (nullable) */

  /* of the content; each is NULL until it is needed, which makes for a quick start */
  GPtrArray *pages; /* GtkWidget: those that are there */
  KeyfobHostPage *host_page;
  KeyfobAddPage *add_page;
  KeyfobDevicePage *device_page;
  KeyfobHostSettings *settings_page;
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

static gboolean
is_folded (KeyfobWindow *self)
{
  return adw_leaflet_get_folded (self->leaflet);
}

/* Whether the user sees the content. */
static gboolean
is_content_shown (KeyfobWindow *self)
{
  return !is_folded (self)
         || adw_leaflet_get_visible_child (self->leaflet) == GTK_WIDGET (self->content);
}

/* Whether the user sees that page of the content, which may be one that is not there yet. */
static gboolean
is_shown (KeyfobWindow *self, gpointer page)
{
  return page != NULL && is_content_shown (self)
         && adw_leaflet_get_visible_child (self->content) == page;
}

/* Returns: (transfer none) (nullable): the host whose page is there, to be seen or below others */
static KeyfobHostItem *
get_item (KeyfobWindow *self)
{
  return self->host_page != NULL ? keyfob_host_page_get_item (self->host_page) : NULL;
}

/* Returns: (transfer none) (nullable): the host whose settings are there */
static KeyfobBusHost1 *
get_settings_host (KeyfobWindow *self)
{
  return self->settings_page != NULL ? keyfob_host_settings_get_host (self->settings_page) : NULL;
}

static void
update_ticker (KeyfobWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  gboolean visible =
      gtk_widget_get_mapped (GTK_WIDGET (self))
      && !(gdk_toplevel_get_state (GDK_TOPLEVEL (surface)) & GDK_TOPLEVEL_STATE_MINIMIZED);
  gint64 last = keyfob_host_list_get_last_expires (keyfob_agent_client_get_hosts (self->client));
  /* the page tells how long ago something was */
  gboolean wanted = last > keyfob_ticker_get_now (self->ticker) || is_shown (self, self->host_page);

  keyfob_ticker_set_running (self->ticker, visible && wanted);
}

/* GTK may leave the focus on the page that is covered now, and libadwaita may give it back to the
 * item of a menu that is closed by now. */
static void
focus_page (KeyfobWindow *self, GtkWidget *page)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));

  if (!gtk_widget_get_mapped (GTK_WIDGET (self))
      || (focus != NULL && gtk_widget_get_mapped (focus) && gtk_widget_is_ancestor (focus, page)))
    return;
  /* beside each other, the focus in the list is none on a covered page */
  if (!is_folded (self) && focus != NULL && gtk_widget_is_ancestor (focus, self->list_page))
    return;

  if (KEYFOB_IS_HOST_PAGE (page))
    keyfob_host_page_focus (self->host_page);
  else
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

/* Over the list, only the page of a host has something below it. */
static gboolean
can_uncover (KeyfobWindow *self)
{
  return !is_folded (self) || get_item (self) != NULL;
}

static AdwHeaderBar *
find_header_bar (GtkWidget *widget)
{
  AdwHeaderBar *found = NULL;

  if (ADW_IS_HEADER_BAR (widget))
    return ADW_HEADER_BAR (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_header_bar (child);

  return found;
}

/* Returns: (transfer none): what is written on top of a page of the content */
static AdwWindowTitle *
get_page_title (GtkWidget *page)
{
  return ADW_WINDOW_TITLE (adw_header_bar_get_title_widget (find_header_bar (page)));
}

/* A page that fills the window gives it its title. */
static void
update_title (KeyfobWindow *self)
{
  GtkWidget *page = adw_leaflet_get_visible_child (self->content);
  const char *title = page != NULL ? adw_window_title_get_title (get_page_title (page)) : "";
  g_autofree char *text = NULL;

  if (is_folded (self) && is_content_shown (self) && *title != '\0')
    /* Translators: title of the window; name of a server, or "Add a server" */
    text = g_strdup_printf (_ ("%s – Keyfob"), title);
  gtk_window_set_title (GTK_WINDOW (self), text != NULL ? text : "Keyfob");
}

/* Which server the page beside the list is about. */
static void
update_shown (KeyfobWindow *self)
{
  gboolean is_beside = !is_folded (self) && !is_shown (self, self->add_page);

  keyfob_host_list_view_set_shown (self->list, is_beside ? get_item (self) : NULL);
}

static void
show_host_page (KeyfobWindow *self, KeyfobHostItem *item)
{
  keyfob_host_page_show (self->host_page, item);
  update_shown (self);
}

static void
on_page_changed (KeyfobWindow *self)
{
  GtkWidget *page = adw_leaflet_get_visible_child (self->content);
  gboolean covers = is_content_shown (self);

  keyfob_ui_set_covered (self->list_page, is_folded (self) && covers);
  keyfob_ui_set_covered (GTK_WIDGET (self->content), !covers);
  for (guint i = 0; i < self->pages->len; i++)
    keyfob_ui_set_covered (self->pages->pdata[i], self->pages->pdata[i] != page);
  adw_leaflet_set_can_navigate_back (self->content, can_uncover (self));
  focus_page (self, covers && page != NULL ? page : self->list_page);
  update_ticker (self);
  update_title (self);
  update_shown (self);

  /* leaving the page ends the sign-in, also by a swipe or a mouse button */
  if (self->device_page != NULL && !is_shown (self, self->device_page))
    keyfob_device_page_cancel (self->device_page);
}

/* Once it is out of sight, what lay over the page of the host is done with. */
static void
on_side_changed (KeyfobWindow *self)
{
  on_page_changed (self);
  if (self->host_page != NULL && !is_content_shown (self)
      && !adw_leaflet_get_child_transition_running (self->leaflet))
    adw_leaflet_set_visible_child (self->content, GTK_WIDGET (self->host_page));
}

/* Of the buttons of the window, the first stand over the list and the last over the content. The
 * page for adding has Cancel instead, and in large text no room for both beside each other; the
 * window is as wide as this page needs it to be even while another one is shown. */
static void
update_header_bars (KeyfobWindow *self)
{
  gboolean folded = is_folded (self);

  for (guint i = 0; i < self->pages->len; i++)
    {
      GtkWidget *page = self->pages->pdata[i];
      gboolean adds = KEYFOB_IS_ADD_PAGE (page);
      AdwHeaderBar *header_bar = find_header_bar (page);

      adw_header_bar_set_show_start_title_buttons (header_bar, folded && !adds);
      if (adds)
        adw_header_bar_set_show_end_title_buttons (header_bar, !folded && is_shown (self, page));
    }
}

static void
append_page (KeyfobWindow *self, gpointer page)
{
  keyfob_ui_complete_accessibility (page);
  g_ptr_array_add (self->pages, page);
  g_signal_connect_object (get_page_title (page), "notify::title", G_CALLBACK (update_title), self,
                           G_CONNECT_SWAPPED);
  adw_leaflet_append (self->content, page);
  update_header_bars (self);
}

/* Below all other pages, so it is made first. */
static KeyfobHostPage *
ensure_host_page (KeyfobWindow *self)
{
  if (self->host_page != NULL)
    return self->host_page;

  self->host_page = g_object_new (KEYFOB_TYPE_HOST_PAGE, NULL);
  keyfob_host_page_set_context (self->host_page, &self->context);
  g_object_bind_property (self->leaflet, "folded", self->host_page, "narrow",
                          G_BINDING_SYNC_CREATE);
  append_page (self, self->host_page);

  return self->host_page;
}

/* A swipe leads back to the page of the host, over the pages that stand between. */
static void
append_covering_page (KeyfobWindow *self, gpointer page)
{
  ensure_host_page (self);
  append_page (self, page);
  adw_leaflet_page_set_navigatable (adw_leaflet_get_page (self->content, page), FALSE);
}

static gboolean
lay_out_again (GtkWidget *leaflet, GdkFrameClock *clock, gpointer user_data)
{
  gtk_widget_queue_resize (leaflet);

  return G_SOURCE_REMOVE;
}

static void
on_folded (KeyfobWindow *self)
{
  gboolean folded = is_folded (self);

  adw_clamp_set_maximum_size (ADW_CLAMP (self->list_page), folded ? G_MAXINT16 : LIST_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (self->list_page),
                                      folded ? G_MAXINT16 : LIST_WIDTH);
  /* a leaflet that has not been laid out yet is not folded */
  if (!folded && adw_leaflet_get_can_unfold (self->leaflet))
    ensure_host_page (self);
  update_header_bars (self);
  if (folded && is_shown (self, self->host_page) && get_item (self) == NULL)
    adw_leaflet_set_visible_child (self->leaflet, self->list_page);
  on_page_changed (self);
  /* where nothing is animated, it unfolds while it is laid out, and would stay as it was before */
  gtk_widget_add_tick_callback (GTK_WIDGET (self->leaflet), lay_out_again, NULL, NULL);
}

/* Shows @page over what the user looks at: the page of a host, or the list. */
static void
show_content (KeyfobWindow *self, GtkWidget *page)
{
  if (!KEYFOB_IS_HOST_PAGE (page) && !is_content_shown (self))
    show_host_page (self, NULL);

  adw_leaflet_set_visible_child (self->content, page);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->content));
  update_header_bars (self);
}

static void
go_back (KeyfobWindow *self)
{
  if (can_uncover (self) && !is_shown (self, self->host_page))
    adw_leaflet_set_visible_child (self->content, GTK_WIDGET (self->host_page));
  else if (is_folded (self))
    adw_leaflet_set_visible_child (self->leaflet, self->list_page);
  else
    keyfob_host_list_view_focus (self->list);
}

static void
on_leave (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  if (is_folded (self) && is_content_shown (self))
    go_back (self);
  else
    keyfob_host_list_view_leave (self->list);
}

static void
on_select (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_host_list_view_select (KEYFOB_WINDOW (widget)->list);
}

static void
close_page (KeyfobWindow *self, gpointer page)
{
  if (is_shown (self, page))
    go_back (self);
}

static gboolean
is_removed (KeyfobWindow *self, KeyfobBusHost1 *host)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);

  return host != NULL && !keyfob_host_list_has_url (hosts, keyfob_bus_host1_get_url (host));
}

/* An agent that is started again has the same hosts as other objects. */
static void
show_hosts_again (KeyfobWindow *self)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);
  KeyfobHostItem *item = get_item (self);
  KeyfobBusHost1 *host = get_settings_host (self);
  KeyfobHostItem *item_now = item != NULL ? keyfob_host_list_find_url (
                                 hosts, keyfob_bus_host1_get_url (keyfob_host_item_get_host (item)))
                                          : NULL;
  KeyfobHostItem *host_now =
      host != NULL ? keyfob_host_list_find_url (hosts, keyfob_bus_host1_get_url (host)) : NULL;

  if (item_now != NULL)
    keyfob_host_page_show (self->host_page, item_now);
  if (host_now != NULL && keyfob_host_item_get_host (host_now) != host)
    keyfob_host_settings_show (self->settings_page, keyfob_host_item_get_host (host_now),
                               keyfob_agent_client_get_agent (self->client));
}

/* The host of a page may be removed while the page is shown, for example by another program on the
 * bus. A sign-in ends with the agent; other pages wait for the next one. */
static void
close_pages_of_removed_host (KeyfobWindow *self)
{
  KeyfobHostItem *item;

  if (self->device_page != NULL
      && is_removed (self, keyfob_device_page_get_host (self->device_page)))
    keyfob_device_page_cancel (self->device_page);
  if (keyfob_agent_client_get_state (self->client) == KEYFOB_AGENT_CLIENT_RECONNECTING)
    return;

  show_hosts_again (self);
  item = get_item (self);
  if (is_removed (self, get_settings_host (self)))
    {
      keyfob_host_settings_show (self->settings_page, NULL, NULL);
      close_page (self, self->settings_page);
    }
  if (item != NULL && is_removed (self, keyfob_host_item_get_host (item))
      && !keyfob_host_page_is_moving (self->host_page))
    {
      gboolean was_shown = is_shown (self, self->host_page);

      show_host_page (self, NULL);
      if (was_shown)
        go_back (self);
    }
}

/* Where somebody who opens the window goes on, instead of on the first button of the header. */
static void
focus_list_page (KeyfobWindow *self)
{
  const char *name = gtk_stack_get_visible_child_name (self->stack);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));

  if (g_str_equal (name, "empty"))
    keyfob_add_host_form_focus (self->first_form, FALSE);
  else if (g_str_equal (name, "hosts")
           && (focus == NULL || gtk_widget_is_ancestor (focus, self->list_page)))
    keyfob_host_list_view_focus (self->list);
}

/* What is typed anywhere on the page without hosts goes into its form, on the list it searches. */
static void
show_page (KeyfobWindow *self, const char *name)
{
  gboolean has_list = g_str_equal (name, "hosts");

  keyfob_ui_show_page (self->stack, name);
  keyfob_host_list_view_set_key_capture_widget (self->list, has_list ? self->list_page : NULL);
  focus_list_page (self);
}

static gboolean
on_key (KeyfobWindow *self,
        guint keyval,
        guint keycode,
        GdkModifierType modifiers,
        GtkEventController *controller)
{
  gunichar typed = gdk_keyval_to_unicode (keyval);

  if (!g_str_equal (gtk_stack_get_visible_child_name (self->stack), "empty")
      || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0
      || !g_unichar_isgraph (typed))
    return GDK_EVENT_PROPAGATE;

  return keyfob_add_host_form_take_key (self->first_form, GTK_EVENT_CONTROLLER_KEY (controller));
}

static void
fulfil_request (KeyfobWindow *self)
{
  g_autofree char *action = g_steal_pointer (&self->requested);
  g_autoptr (GVariant) parameter = g_steal_pointer (&self->requested_parameter);

  if (action != NULL)
    gtk_widget_activate_action_variant (GTK_WIDGET (self), action, parameter);
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
  if (!g_str_equal (page, gtk_stack_get_visible_child_name (self->stack)))
    show_page (self, page);
  close_pages_of_removed_host (self);
  /* without hosts there is nothing to show beside */
  adw_leaflet_set_can_unfold (self->leaflet,
                              g_str_equal (page, "hosts") || get_item (self) != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button), g_str_equal (page, "hosts"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.select", g_str_equal (page, "hosts"));
  if (keyfob_agent_client_get_state (self->client) == KEYFOB_AGENT_CLIENT_READY)
    fulfil_request (self);
}

/* Returns: (transfer none) (nullable): the host that an action is about; it may be gone by now */
static KeyfobHostItem *
find_item (KeyfobWindow *self, GVariant *path)
{
  return keyfob_host_list_find (keyfob_agent_client_get_hosts (self->client),
                                g_variant_get_string (path, NULL));
}

static KeyfobBusHost1 *
find_host (KeyfobWindow *self, GVariant *path)
{
  KeyfobHostItem *item = find_item (self, path);

  return item != NULL ? keyfob_host_item_get_host (item) : NULL;
}

static void
on_remove_hosts (GtkWidget *widget, const char *action, GVariant *paths)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  for (gsize i = 0; i < g_variant_n_children (paths); i++)
    {
      g_autoptr (GVariant) path = g_variant_get_child_value (paths, i);
      KeyfobHostItem *item = find_item (self, path);

      if (item != NULL)
        g_ptr_array_add (items, item);
    }

  if (items->len > 0)
    keyfob_undo_remove (self->undo, items);
}

static void
on_remove_host (GtkWidget *widget, const char *action, GVariant *path)
{
  g_autoptr (GVariant) paths = g_variant_ref_sink (g_variant_new_array (NULL, &path, 1));

  on_remove_hosts (widget, action, paths);
}

static void
on_sign_out (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  KeyfobHostItem *item = find_item (self, path);

  if (item != NULL)
    keyfob_undo_sign_out (self->undo, item);
}

static void
on_undo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  g_autoptr (KeyfobHostItem) item = keyfob_undo_undo (self->undo);

  if (item != NULL && adw_leaflet_get_visible_child (self->leaflet) == self->list_page)
    keyfob_host_list_view_focus_item (self->list, item);
}

static void
on_finish (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_undo_finish (KEYFOB_WINDOW (widget)->undo);
}

static void
update_undo (KeyfobWindow *self)
{
  gboolean can_undo;

  g_object_get (self->undo, "can-undo", &can_undo, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", can_undo);
}

static void
on_device_closed (KeyfobWindow *self)
{
  close_page (self, self->device_page);
}

static KeyfobDevicePage *
ensure_device_page (KeyfobWindow *self)
{
  if (self->device_page != NULL)
    return self->device_page;

  self->device_page = g_object_new (KEYFOB_TYPE_DEVICE_PAGE, NULL);
  keyfob_device_page_set_clock (self->device_page, self->clock);
  g_signal_connect_object (self->device_page, "done", G_CALLBACK (show_toast), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->device_page, "closed", G_CALLBACK (on_device_closed), self,
                           G_CONNECT_SWAPPED);
  append_covering_page (self, self->device_page);

  return self->device_page;
}

static void
on_use_device (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  KeyfobBusHost1 *host = find_host (self, path);

  if (host == NULL)
    return;

  /* a sign-out that is pending would end the sign-in */
  keyfob_undo_finish (self->undo);
  show_content (self, GTK_WIDGET (ensure_device_page (self)));
  keyfob_device_page_start (self->device_page, host);
}

static KeyfobHostSettings *
ensure_settings_page (KeyfobWindow *self)
{
  if (self->settings_page != NULL)
    return self->settings_page;

  self->settings_page = g_object_new (KEYFOB_TYPE_HOST_SETTINGS, NULL);
  append_covering_page (self, self->settings_page);

  return self->settings_page;
}

static void
on_host_settings (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  KeyfobBusHost1 *host = find_host (self, path);

  if (host == NULL)
    return;

  keyfob_host_settings_show (ensure_settings_page (self), host,
                             keyfob_agent_client_get_agent (self->client));
  show_content (self, GTK_WIDGET (self->settings_page));
}

static void
open_host (KeyfobWindow *self, KeyfobHostItem *item)
{
  ensure_host_page (self);
  show_host_page (self, item);
  show_content (self, GTK_WIDGET (self->host_page));
  keyfob_host_page_focus (self->host_page);
}

static void
on_show_host (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  KeyfobHostItem *item = keyfob_host_list_find (keyfob_agent_client_get_hosts (self->client),
                                                g_variant_get_string (path, NULL));

  if (item != NULL)
    open_host (self, item);
}

static void
on_rename_host (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  on_show_host (widget, action, path);
  if (self->host_page != NULL)
    keyfob_host_page_rename (self->host_page);
}

/* Gives the focus to the row of the host. */
static void
show_host (KeyfobWindow *self, const char *url)
{
  KeyfobHostItem *item =
      keyfob_host_list_find_url (keyfob_agent_client_get_hosts (self->client), url);

  close_page (self, self->add_page);
  if (item != NULL)
    keyfob_host_list_view_focus_item (self->list, item);
}

static void
on_host_added (KeyfobWindow *self, const char *url, gboolean sign_in)
{
  KeyfobHostItem *item =
      keyfob_host_list_find_url (keyfob_agent_client_get_hosts (self->client), url);
  g_autoptr (KeyfobHostActions) actions = NULL;

  show_host (self, url);
  if (item == NULL || !sign_in)
    return;

  actions = keyfob_host_actions_new (item, &self->context);
  g_action_group_activate_action (G_ACTION_GROUP (actions), "sign-in", NULL);
}

static void
on_host_listed (KeyfobWindow *self, const char *url)
{
  KeyfobHostItem *item =
      keyfob_host_list_find_url (keyfob_agent_client_get_hosts (self->client), url);
  g_autofree char *text = NULL;

  show_host (self, url);
  if (item == NULL)
    return;

  /* Translators: name of the host */
  text = g_strdup_printf (_ ("%s is in the list already"),
                          keyfob_bus_host1_get_name (keyfob_host_item_get_host (item)));
  show_toast (self, text);
}

/* It has a token already. */
static void
on_found_added (KeyfobWindow *self, const char *url)
{
  show_host (self, url);
}

static void
on_imported (KeyfobWindow *self, GFile *file, const char *etag)
{
  close_page (self, self->add_page);
  keyfob_token_import_offer_deletion (self->toasts, file, etag);
}

static KeyfobAddPage *
ensure_add_page (KeyfobWindow *self)
{
  KeyfobAddHostForm *form;
  KeyfobFoundHosts *found;

  if (self->add_page != NULL)
    return self->add_page;

  self->add_page = KEYFOB_ADD_PAGE (keyfob_add_page_new (self->client));
  form = keyfob_add_page_get_form (self->add_page);
  found = keyfob_add_page_get_found (self->add_page);
  g_signal_connect_object (form, "added", G_CALLBACK (on_host_added), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (form, "listed", G_CALLBACK (on_host_listed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (form, "imported", G_CALLBACK (on_imported), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (found, "added", G_CALLBACK (on_found_added), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (found, "failed", G_CALLBACK (show_toast), self, G_CONNECT_SWAPPED);
  append_covering_page (self, self->add_page);

  return self->add_page;
}

/* @file: (nullable): a file with a token to import */
static void
show_add_page (KeyfobWindow *self, GFile *file)
{
  KeyfobAddPage *page = ensure_add_page (self);

  keyfob_add_page_set_file (page, file);
  show_content (self, GTK_WIDGET (page));
  keyfob_add_host_form_focus (keyfob_add_page_get_form (page), TRUE);
}

static void
on_add_host (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  /* the page without hosts contains the form */
  if (g_str_equal (gtk_stack_get_visible_child_name (self->stack), "empty"))
    {
      keyfob_add_host_form_focus (self->first_form, TRUE);
      return;
    }

  show_add_page (self, NULL);
}

/* What was searched in vain, or the address of a link. */
static void
on_add_host_address (GtkWidget *widget, const char *action, GVariant *text)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);
  gboolean is_empty = g_str_equal (gtk_stack_get_visible_child_name (self->stack), "empty");

  on_add_host (widget, action, NULL);
  keyfob_add_host_form_set_text (is_empty ? self->first_form
                                          : keyfob_add_page_get_form (self->add_page),
                                 g_variant_get_string (text, NULL));
}

static void
on_sort_by_changed (KeyfobWindow *self)
{
  g_autofree char *sort_by = g_settings_get_string (self->settings, "sort-by");

  keyfob_host_list_view_set_by_use (self->list, g_str_equal (sort_by, "last-used"));
}

static void
import_file (KeyfobWindow *self, GFile *file)
{
  if (g_file_peek_path (file) == NULL)
    {
      show_toast (self, _ ("The file is not on this computer. Copy it here first."));
      return;
    }

  show_add_page (self, file);
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
on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  go_back (KEYFOB_WINDOW (widget));
}

static void
on_locked_or_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);
  g_autofree char *text = NULL;

  if (answer != NULL)
    return;

  text = keyfob_agent_client_explain (error);
  show_toast (self, text);
}

static void
on_lock_tokens (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_bus_agent1_call_lock_tokens (
      keyfob_agent_client_get_agent (KEYFOB_WINDOW (widget)->client), NULL, on_locked_or_unlocked,
      g_object_ref (widget));
}

/* The keyring. */
static void
on_unlock (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (KEYFOB_WINDOW (widget)->client);

  if (agent != NULL)
    keyfob_bus_agent1_call_unlock (agent, NULL, on_locked_or_unlocked, g_object_ref (widget));
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

  gboolean is_covered = is_folded (self) && is_content_shown (self);

  if (!g_str_equal (gtk_stack_get_visible_child_name (self->stack), "hosts")
      || (is_covered && !is_shown (self, self->host_page)))
    return;

  if (is_covered)
    go_back (self);
  keyfob_host_list_view_search (self->list);
}

/* From outside the window, whatever is shown in it. */
static void
on_search (GtkWidget *widget, const char *action, GVariant *text)
{
  KeyfobWindow *self = KEYFOB_WINDOW (widget);

  if (!g_str_equal (gtk_stack_get_visible_child_name (self->stack), "hosts"))
    return;

  adw_leaflet_set_visible_child (self->leaflet, self->list_page);
  keyfob_host_list_view_search_for (self->list, g_variant_get_string (text, NULL));
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

  focus_list_page (KEYFOB_WINDOW (widget));
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
  keyfob_found_hosts_set_client (self->first_found, self->client);
  keyfob_host_list_view_set_context (self->list, &self->context);
  on_sort_by_changed (self);
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
  on_folded (self);
  on_agent_changed (self);
}

static gboolean
start_spinning (gpointer user_data)
{
  KeyfobWindow *self = KEYFOB_WINDOW (user_data);

  self->start_id = 0;
  gtk_spinner_start (self->start_spinner);

  return G_SOURCE_REMOVE;
}

static void
keyfob_window_constructed (GObject *object)
{
  KeyfobWindow *self = KEYFOB_WINDOW (object);
  g_autoptr (GAction) sort_by = NULL;

  G_OBJECT_CLASS (keyfob_window_parent_class)->constructed (object);
  keyfob_ui_complete_accessibility (GTK_WIDGET (object));

  self->ticker = keyfob_ticker_new (self->clock);
  self->context = (KeyfobHostContext){ self->client, self->ticker, self->clipboard, self->toasts };
  self->undo = keyfob_undo_new (self->client, self->toasts, self->settings);
  g_signal_connect_object (self->undo, "notify::can-undo", G_CALLBACK (update_undo), self,
                           G_CONNECT_SWAPPED);
  update_undo (self);
  sort_by = g_settings_create_action (self->settings, "sort-by");
  g_action_map_add_action (G_ACTION_MAP (self), sort_by);
  g_signal_connect_object (self->settings, "changed::sort-by", G_CALLBACK (on_sort_by_changed),
                           self, G_CONNECT_SWAPPED);
  /* a size that is locked must not make the window insensitive */
  g_settings_bind (self->settings, "window-width", self, "default-width",
                   G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY);
  g_settings_bind (self->settings, "window-maximized", self, "maximized",
                   G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY);
  connect_client (self);
  self->start_id = g_timeout_add (QUIET_START, start_spinning, self);
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
    {
      keyfob_undo_finish (self->undo);
      disconnect_client (self);
    }
  g_clear_handle_id (&self->start_id, g_source_remove);
  g_clear_pointer (&self->requested, g_free);
  g_clear_pointer (&self->requested_parameter, g_variant_unref);
  g_clear_object (&self->undo);
  g_clear_object (&self->ticker);
  g_clear_object (&self->clock);
  g_clear_object (&self->clipboard);
  g_clear_object (&self->autostart);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (keyfob_window_parent_class)->dispose (object);
}

static void
keyfob_window_finalize (GObject *object)
{
  g_ptr_array_unref (KEYFOB_WINDOW (object)->pages);

  G_OBJECT_CLASS (keyfob_window_parent_class)->finalize (object);
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
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, list_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, content);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, start_spinner);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, list);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, notice_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, first_form);
  gtk_widget_class_bind_template_child (widget_class, KeyfobWindow, first_found);
  gtk_widget_class_bind_template_callback (widget_class, on_host_added);
  gtk_widget_class_bind_template_callback (widget_class, on_host_listed);
  gtk_widget_class_bind_template_callback (widget_class, on_found_added);
  gtk_widget_class_bind_template_callback (widget_class, on_key);
  gtk_widget_class_bind_template_callback (widget_class, on_page_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_side_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_folded);
  gtk_widget_class_bind_template_callback (widget_class, show_toast);
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
  object_class->finalize = keyfob_window_finalize;
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
  g_type_ensure (KEYFOB_TYPE_FOUND_HOSTS);
  g_type_ensure (KEYFOB_TYPE_HOST_LIST_VIEW);
  g_type_ensure (KEYFOB_TYPE_NOTICE_BAR);
  g_type_ensure (KEYFOB_TYPE_QUESTION_BAR);
  bind_template (widget_class);

  /* wherever the focus is, unless what has it makes something of the key itself */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.leave", NULL);
  gtk_widget_class_install_action (widget_class, "win.add-host", NULL, on_add_host);
  gtk_widget_class_install_action (widget_class, "win.add-host-address", "s", on_add_host_address);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "win.leave", NULL, on_leave);
  gtk_widget_class_install_action (widget_class, "win.import-token", NULL, on_import_token);
  gtk_widget_class_install_action (widget_class, "win.import-token-file", "s",
                                   on_import_token_file);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, on_find);
  gtk_widget_class_install_action (widget_class, "win.search", "s", on_search);
  gtk_widget_class_install_action (widget_class, "win.select", NULL, on_select);
  gtk_widget_class_install_action (widget_class, "win.lock-tokens", NULL, on_lock_tokens);
  gtk_widget_class_install_action (widget_class, "win.unlock", NULL, on_unlock);
  gtk_widget_class_install_action (widget_class, "win.unlock-tokens", NULL, on_unlock_tokens);
  gtk_widget_class_install_action (widget_class, "win.use-device", "o", on_use_device);
  gtk_widget_class_install_action (widget_class, "win.show-host", "o", on_show_host);
  gtk_widget_class_install_action (widget_class, "win.rename-host", "o", on_rename_host);
  gtk_widget_class_install_action (widget_class, "win.host-settings", "o", on_host_settings);
  gtk_widget_class_install_action (widget_class, "win.remove-host", "o", on_remove_host);
  gtk_widget_class_install_action (widget_class, "win.remove-hosts", "ao", on_remove_hosts);
  gtk_widget_class_install_action (widget_class, "win.sign-out", "o", on_sign_out);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, on_undo);
  gtk_widget_class_install_action (widget_class, "win.finish", NULL, on_finish);
}

/* The back button of a mouse, wherever the pointer is: below the leaflets, text that can be
 * selected takes every button for itself. */
static void
on_mouse_back (KeyfobWindow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  go_back (self);
}

static void
keyfob_window_init (KeyfobWindow *self)
{
  GtkDropTarget *drop_target;
  GtkGesture *mouse_back;

  self->pages = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  drop_target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_swapped (drop_target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop_target));

  mouse_back = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (mouse_back), MOUSE_BACK);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (mouse_back), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (mouse_back, "pressed", G_CALLBACK (on_mouse_back), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (mouse_back));
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

void
keyfob_window_request (KeyfobWindow *self, const char *action, GVariant *parameter)
{
  g_return_if_fail (KEYFOB_IS_WINDOW (self));
  g_return_if_fail (action != NULL);

  g_free (self->requested);
  self->requested = g_strdup (action);
  g_clear_pointer (&self->requested_parameter, g_variant_unref);
  self->requested_parameter = parameter != NULL ? g_variant_ref_sink (parameter) : NULL;
  if (keyfob_agent_client_get_state (self->client) == KEYFOB_AGENT_CLIENT_READY)
    fulfil_request (self);
}

void
keyfob_window_offer_link (KeyfobWindow *self, const char *link)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = keyfob_add_link_dup_address (link, &error);

  if (address != NULL)
    keyfob_window_request (self, "win.add-host-address", g_variant_new_string (address));
  else
    show_toast (self, error->message);
}
