/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-add-host-form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-config.h"
#include "keyfob-found-row.h"
#include "keyfob-ui.h"

/* Milliseconds without a key, after which all of the address has perhaps been typed. */
#define PAUSE 700

/* Pixels that remain below the buttons, where it is scrolled to them. */
#define MARGIN_BELOW 24

/* Password managers set it on what they copy. */
#define SECRET_HINT "x-kde-passwordManagerHint"

typedef enum
{
  FORM_TYPING,      /* nothing is known yet of what is in the entry */
  FORM_LOOKING,     /* for the sign-in */
  FORM_FOUND,       /* there is something to choose from */
  FORM_INVALID,     /* what is in the entry is no address */
  FORM_UNENCRYPTED, /* there is no sign-in but perhaps by http, which has to be allowed */
  FORM_NOTHING,     /* no sign-in was found */
  FORM_ADDING,      /* or importing */
} FormState;

struct _KeyfobAddHostForm
{
  GtkBox parent_instance;

  KeyfobAgentClient *client;
  GCancellable *cancellable;
  GFile *file; /* (nullable): the token file to import */

  FormState state;
  guint pause;          /* id of the timeout that begins to look; 0 without one */
  GCancellable *search; /* (nullable): of the call of Discover */
  gboolean asked;       /* whether what is found is to be added at once */
  GVariant *servers;    /* (nullable): as Discover answers */
  char *suggested_name; /* (nullable): as the form has put it into the entry */
  char *link;           /* (nullable): an address on the clipboard */

  GtkLabel *purpose;
  GtkEditable *address;
  GtkEventController *address_focus;
  GtkWidget *paste_button;
  GtkLabel *paste_label;
  GtkWidget *status;
  GtkSpinner *spinner;
  GtkLabel *hint;
  GtkCheckButton *allow_http;
  GtkListBox *results;
  GtkWidget *name_box;
  GtkEditable *name;
  GtkWidget *add_button;
  GtkLabel *add_label;
  GtkWidget *anyway;
  GtkLabel *anyway_label;
};

G_DEFINE_FINAL_TYPE (KeyfobAddHostForm, keyfob_add_host_form, GTK_TYPE_BOX)

enum
{
  SIGNAL_ADDED,
  SIGNAL_LISTED,
  SIGNAL_IMPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GVariant *
create_options (gboolean allow_http)
{
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  if (allow_http)
    g_variant_dict_insert (&options, "allow-http", "b", TRUE);

  return g_variant_dict_end (&options);
}

/* The address in what was typed or pasted, which may be any link to the server. What follows a “?”
 * or a “#” there may be a secret, and is left out. */
static char *
dup_address (KeyfobAddHostForm *self)
{
  return keyfob_base_url_from_link (gtk_editable_get_text (self->address));
}

/* Returns: (transfer full) (nullable): the base URL that @address stands for */
static char *
dup_base_url (const char *address, gboolean allow_http, GError **error)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_new (address, create_options (allow_http), error);

  return config != NULL ? g_strdup (keyfob_config_get_base_url (config)) : NULL;
}

/* Returns: what stands behind the scheme of the base URL @url */
static const char *
skip_scheme (const char *url)
{
  return strstr (url, "://") + strlen ("://");
}

/* Returns: (transfer full): host and port of the base URL @url */
static char *
dup_authority (const char *url)
{
  const char *start = skip_scheme (url);

  return g_strndup (start, strcspn (start, "/"));
}

/* Returns: whether @url is to be shown in the list instead of being added; a token can be imported
 * for a host that is in the list, too */
static gboolean
leads_to_list (KeyfobAddHostForm *self, const char *url)
{
  return self->file == NULL
         && keyfob_host_list_has_url (keyfob_agent_client_get_hosts (self->client), url);
}

/* Returns: (transfer none) (nullable): the base URL that is chosen */
static const char *
get_chosen (KeyfobAddHostForm *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->results);

  return row != NULL ? keyfob_found_row_get_url (KEYFOB_FOUND_ROW (row)) : NULL;
}

static void
set_button (GtkWidget *button, GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* Shows what follows from the state. While something is added, all stays as it is. */
static void
update (KeyfobAddHostForm *self)
{
  const char *chosen = get_chosen (self);
  gboolean leads = chosen != NULL && leads_to_list (self, chosen);
  const char *verb = leads ? _ ("Show it in the list") : _ ("Add and sign in");

  gtk_editable_set_editable (self->address, self->state != FORM_ADDING);
  gtk_editable_set_editable (self->name, self->state != FORM_ADDING);
  if (self->state == FORM_ADDING)
    return;

  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->state == FORM_LOOKING);
  gtk_widget_set_visible (self->paste_button, self->link != NULL);
  gtk_widget_set_visible (self->status, self->link == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->allow_http),
                          self->state == FORM_UNENCRYPTED
                              || gtk_check_button_get_active (self->allow_http));
  gtk_widget_set_visible (GTK_WIDGET (self->results), self->state == FORM_FOUND);
  gtk_widget_set_visible (self->name_box,
                          self->file == NULL && !leads
                              && (self->state == FORM_FOUND || self->state == FORM_NOTHING));
  gtk_widget_set_visible (self->anyway, self->state == FORM_NOTHING);
  set_button (self->add_button, self->add_label, self->file != NULL ? _ ("Import") : verb);
  set_button (self->anyway, self->anyway_label,
              self->file != NULL ? _ ("Import anyway") : _ ("Add anyway"));
  gtk_widget_set_sensitive (self->add_button, *gtk_editable_get_text (self->address) != '\0');
}

/* Says @text under the address. @description is that of the entry, which has the focus while
 * somebody types: a screen reader reads it. */
static void
say (KeyfobAddHostForm *self, const char *text, const char *description, gboolean is_error)
{
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->hint), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "error");

  gtk_label_set_label (self->hint, text);
  keyfob_ui_describe (GTK_WIDGET (self->address), description);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->address), GTK_ACCESSIBLE_STATE_INVALID,
      is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/* It is an error only for a person who asked: an address may be half-typed. */
static void
fail (KeyfobAddHostForm *self, FormState state, const char *sentence)
{
  gboolean asked = self->asked;

  self->state = state;
  self->asked = FALSE;
  say (self, sentence, asked ? sentence : "", asked);
  update (self);
  if (asked)
    keyfob_add_host_form_focus (self, FALSE);
}

static gboolean
is_name_taken (KeyfobAddHostForm *self, const char *name)
{
  GListModel *hosts = G_LIST_MODEL (keyfob_agent_client_get_hosts (self->client));
  guint n_hosts = g_list_model_get_n_items (hosts);

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobHostItem) item = g_list_model_get_item (hosts, i);

      if (g_strcmp0 (keyfob_bus_host1_get_name (keyfob_host_item_get_host (item)), name) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Puts the name of the server in, unless somebody has typed another one; with the path where
 * another host is called like that. */
static void
suggest_name (KeyfobAddHostForm *self, const char *url)
{
  const char *name = gtk_editable_get_text (self->name);
  g_autofree char *server = dup_authority (url);
  g_autofree char *suggested = g_strdup (is_name_taken (self, server) ? skip_scheme (url) : server);

  if (*name == '\0' || g_strcmp0 (name, self->suggested_name) == 0)
    gtk_editable_set_text (self->name, suggested);
  g_free (self->suggested_name);
  self->suggested_name = g_steal_pointer (&suggested);
}

static void
on_chosen (KeyfobAddHostForm *self)
{
  GtkListBoxRow *chosen = gtk_list_box_get_selected_row (self->results);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->results, i)) != NULL; i++)
    keyfob_found_row_set_chosen (KEYFOB_FOUND_ROW (row), row == chosen);

  if (chosen != NULL)
    suggest_name (self, get_chosen (self));
  update (self);
}

/* Says of each server that was found what it offers. The rows are in the order of the servers. */
static void
describe_results (KeyfobAddHostForm *self)
{
  gsize n_servers = g_variant_n_children (self->servers);

  for (gsize i = 0; i < n_servers; i++)
    {
      g_autoptr (GVariant) server = g_variant_get_child_value (self->servers, i);
      KeyfobFoundRow *row =
          KEYFOB_FOUND_ROW (gtk_list_box_get_row_at_index (self->results, (int) i));
      const char *description = _ ("Sign in with the browser");
      gboolean has_device = FALSE;

      if (leads_to_list (self, keyfob_found_row_get_url (row)))
        description = _ ("In the list already");
      else if (g_variant_lookup (server, "device", "b", &has_device) && has_device)
        description = _ ("Sign in with the browser or another device");

      keyfob_found_row_set_description (row, description);
    }
}

/* Returns: whether the base URLs @a and @b are of the same server */
static gboolean
is_same_server (const char *a, const char *b)
{
  gsize length = skip_scheme (a) - a + strcspn (skip_scheme (a), "/");

  return strncmp (a, b, length) == 0 && (b[length] == '\0' || b[length] == '/');
}

/* The address that was typed may be that of a page, with the sign-in elsewhere on the server. */
static void
add_page (KeyfobAddHostForm *self)
{
  g_autofree char *address = dup_address (self);
  g_autofree char *typed = dup_base_url (address, TRUE, NULL);
  gboolean answers = FALSE;
  GtkListBoxRow *row;
  GtkWidget *page;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->results, i)) != NULL; i++)
    {
      const char *url = keyfob_found_row_get_url (KEYFOB_FOUND_ROW (row));

      if (g_str_equal (url, typed))
        return;
      answers |= is_same_server (url, typed);
    }
  if (!answers)
    return;

  page = keyfob_found_row_new (typed);
  keyfob_found_row_set_description (KEYFOB_FOUND_ROW (page), _ ("A web page only"));
  keyfob_found_row_set_inert (KEYFOB_FOUND_ROW (page));
  gtk_list_box_append (self->results, page);
}

static void
show_results (KeyfobAddHostForm *self)
{
  GtkListBoxRow *row;
  GVariantIter iter;
  GVariant *server;

  while ((row = gtk_list_box_get_row_at_index (self->results, 0)) != NULL)
    gtk_list_box_remove (self->results, GTK_WIDGET (row));
  if (self->servers == NULL)
    return;

  g_variant_iter_init (&iter, self->servers);
  while (g_variant_iter_loop (&iter, "@a{sv}", &server))
    {
      const char *url = "";

      g_variant_lookup (server, "url", "&s", &url);
      gtk_list_box_append (self->results, keyfob_found_row_new (url));
    }
  describe_results (self);
  add_page (self);
  gtk_list_box_select_row (self->results, gtk_list_box_get_row_at_index (self->results, 0));
}

/* The list of what was found is read where it is; the entry tells that it is there. */
static void
tell_results (KeyfobAddHostForm *self)
{
  gsize n_servers = g_variant_n_children (self->servers);
  const char *chosen = get_chosen (self);
  g_autofree char *sentence = NULL;
  g_autofree char *choose = NULL;

  if (n_servers > 1)
    choose = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u sign-in was found. Choose one.",
                                           "%u sign-ins were found. Choose one.", n_servers),
                              (guint) n_servers);

  if (leads_to_list (self, chosen))
    sentence = g_strdup_printf (_ ("%s is in the list already. Enter leads there."), chosen);
  else if (self->file != NULL)
    sentence = g_strdup_printf (_ ("Found %s. Enter imports the token for it."), chosen);
  else
    sentence = g_strdup_printf (_ ("Found %s. Enter adds it and signs in."), chosen);

  say (self, choose != NULL ? choose : "", sentence, FALSE);
}

static void
on_hosts_changed (KeyfobAddHostForm *self)
{
  if (self->state != FORM_FOUND)
    return;

  describe_results (self);
  tell_results (self);
  update (self);
}

/* A call of the agent for one host. */
typedef struct
{
  KeyfobAddHostForm *form;
  char *url;
  gboolean sign_in; /* whether the user wants to sign in there */
  GFile *file;      /* (nullable): the file to import */
  char *etag;       /* (nullable): of the file before it was read */
} Addition;

static void
addition_free (Addition *addition)
{
  g_object_unref (addition->form);
  g_free (addition->url);
  g_clear_object (&addition->file);
  g_free (addition->etag);
  g_free (addition);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Addition, addition_free)

/* Returns: (transfer floating): the options of the host with the base URL @url; its name is given
 * where it is another one than it has without */
static GVariant *
create_host_options (KeyfobAddHostForm *self, const char *url)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->name)));
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  if (g_str_has_prefix (url, "http:") && gtk_check_button_get_active (self->allow_http))
    g_variant_dict_insert (&options, "allow-http", "b", TRUE);
  if (self->file == NULL && *name != '\0' && !g_str_equal (name, skip_scheme (url)))
    g_variant_dict_insert (&options, "name", "s", name);

  return g_variant_dict_end (&options);
}

/* The agent has refused; the user may correct what is in the form. */
static void
refuse (KeyfobAddHostForm *self, const GError *error)
{
  g_autofree char *sentence = keyfob_agent_client_explain (error);

  self->asked = TRUE;
  fail (self, self->servers != NULL ? FORM_FOUND : FORM_NOTHING, sentence);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Addition) addition = user_data;
  KeyfobAddHostForm *self = addition->form;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    {
      keyfob_add_host_form_clear (self);
      g_signal_emit (self, signals[SIGNAL_ADDED], 0, addition->url, addition->sign_in);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      refuse (self, error);
    }
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Addition) addition = user_data;
  KeyfobAddHostForm *self = addition->form;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_agent1_call_import_token_finish (KEYFOB_BUS_AGENT1 (source), &path, result,
                                                  &error))
    {
      keyfob_add_host_form_clear (self);
      g_signal_emit (self, signals[SIGNAL_IMPORTED], 0, addition->file, addition->etag);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      refuse (self, error);
    }
}

/* Returns: (nullable): the agent; where there is none now, that is told */
static KeyfobBusAgent1 *
find_agent (KeyfobAddHostForm *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent == NULL)
    fail (self, FORM_TYPING, _ ("Keyfob's background service is starting. Try again in a moment."));

  return agent;
}

static void
on_file_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Addition) addition = user_data;
  KeyfobAddHostForm *self = addition->form;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  KeyfobBusAgent1 *agent;
  const char *path, *url;

  /* the form may be gone */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->client == NULL)
    return;

  agent = find_agent (self);
  if (agent == NULL)
    return;

  if (info != NULL)
    addition->etag = g_strdup (g_file_info_get_etag (info));
  path = g_file_peek_path (addition->file);
  url = addition->url;
  /* perhaps one whose removal is pending */
  gtk_widget_activate_action (GTK_WIDGET (self), "win.finish", NULL);
  keyfob_bus_agent1_call_import_token (agent, path, url, create_host_options (self, url),
                                       self->cancellable, on_imported, g_steal_pointer (&addition));
}

static void
end_search (KeyfobAddHostForm *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  self->asked = FALSE;
}

static void
add (KeyfobAddHostForm *self, const char *url, gboolean sign_in)
{
  KeyfobBusAgent1 *agent;
  Addition *addition;

  /* whatever else is found comes too late */
  end_search (self);
  self->asked = TRUE;
  agent = find_agent (self);
  if (agent == NULL)
    return;

  addition = g_new0 (Addition, 1);
  addition->form = g_object_ref (self);
  addition->url = g_strdup (url);
  addition->sign_in = sign_in;
  self->state = FORM_ADDING;
  update (self);

  if (self->file == NULL)
    {
      /* perhaps one whose removal is pending */
      gtk_widget_activate_action (GTK_WIDGET (self), "win.finish", NULL);
      keyfob_bus_agent1_call_add_host (agent, url, create_host_options (self, url),
                                       self->cancellable, on_added, addition);
      return;
    }

  addition->file = g_object_ref (self->file);
  say (self, _ ("Asking the server whether it accepts the token…"), "", FALSE);
  g_file_query_info_async (self->file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, self->cancellable, on_file_info, addition);
}

/* The agent would answer as if it had added a host that is listed. */
static void
add_chosen (KeyfobAddHostForm *self)
{
  g_autofree char *url = g_strdup (get_chosen (self));

  if (!leads_to_list (self, url))
    {
      add (self, url, TRUE);
      return;
    }

  keyfob_add_host_form_clear (self);
  g_signal_emit (self, signals[SIGNAL_LISTED], 0, url);
}

/* Where there are several, the person chooses first. */
static void
take_servers (KeyfobAddHostForm *self, GVariant *servers)
{
  gboolean asked = self->asked;

  self->state = FORM_FOUND;
  self->asked = FALSE;
  self->servers = g_variant_ref_sink (servers);
  show_results (self);
  tell_results (self);
  update (self);
  if (asked && g_variant_n_children (servers) == 1)
    add_chosen (self);
}

/* Returns: (transfer full): a sentence that says why nothing was found */
static char *
explain_search (const GError *error)
{
  g_autofree char *sentence = keyfob_agent_client_explain (error);

  if (!g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK))
    return g_steal_pointer (&sentence);

  /* Translators: %s is a sentence that says why a server cannot be reached */
  return g_strdup_printf (_ ("%s Perhaps it is reached through a VPN only."), sentence);
}

/* Scrolls down until the buttons are on the screen, but no further than the address is. */
static void
scroll_to_buttons (KeyfobAddHostForm *self)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_VIEWPORT);
  GtkWidget *last = gtk_widget_get_visible (self->anyway) ? self->anyway : self->add_button;
  graphene_rect_t address, button;
  double below;

  if (viewport == NULL
      || !gtk_widget_compute_bounds (GTK_WIDGET (self->address), viewport, &address)
      || !gtk_widget_compute_bounds (last, viewport, &button))
    return;

  below = button.origin.y + button.size.height + MARGIN_BELOW - gtk_widget_get_height (viewport);
  below = MIN (below, address.origin.y);
  if (below > 0)
    {
      GtkAdjustment *position = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));

      gtk_adjustment_set_value (position, gtk_adjustment_get_value (position) + below);
    }
}

/* The frame after the one in which everything gets its place. */
static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  int *n_frames = user_data;

  if (++*n_frames < 2)
    return G_SOURCE_CONTINUE;

  scroll_to_buttons (KEYFOB_ADD_HOST_FORM (widget));

  return G_SOURCE_REMOVE;
}

static void
scroll_to_buttons_soon (KeyfobAddHostForm *self)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self), on_frame, g_new0 (int, 1), g_free);
}

static void
on_discovered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAddHostForm) self = user_data;
  g_autoptr (GVariant) servers = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unencrypted = NULL;
  g_autofree char *address = NULL;
  g_autofree char *url = NULL;
  g_autofree char *sentence = NULL;

  if (!keyfob_bus_agent1_call_discover_finish (KEYFOB_BUS_AGENT1 (source), &servers, result, &error)
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->search);
  if (servers != NULL)
    {
      take_servers (self, servers);
      scroll_to_buttons_soon (self);
      return;
    }

  /* it was looked for by https only */
  address = dup_address (self);
  url = dup_base_url (address, gtk_check_button_get_active (self->allow_http), &unencrypted);
  if (url == NULL)
    {
      fail (self, FORM_UNENCRYPTED, unencrypted->message);
      return;
    }

  sentence = explain_search (error);
  suggest_name (self, url);
  fail (self, FORM_NOTHING, sentence);
  scroll_to_buttons_soon (self);
}

static void
look (KeyfobAddHostForm *self, gboolean asked)
{
  g_autofree char *address = dup_address (self);
  g_autofree char *server = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  KeyfobBusAgent1 *agent;

  end_search (self);
  self->asked = asked;
  url = dup_base_url (address, TRUE, &error);
  if (url == NULL)
    {
      fail (self, FORM_INVALID, error->message);
      return;
    }

  if (leads_to_list (self, url))
    {
      take_servers (self, g_variant_new_parsed ("[{'url': <%s>}]", url));
      return;
    }

  agent = find_agent (self);
  if (agent == NULL)
    return;

  server = dup_authority (url);
  /* Translators: %s is the name of a server, such as data.example.org */
  sentence = g_strdup_printf (_ ("Looking for the sign-in of %s"), server);
  self->state = FORM_LOOKING;
  say (self, sentence, asked ? sentence : "", FALSE);
  update (self);
  self->search = g_cancellable_new ();
  keyfob_bus_agent1_call_discover (agent, address,
                                   create_options (gtk_check_button_get_active (self->allow_http)),
                                   self->search, on_discovered, g_object_ref (self));
}

static void
on_pause (gpointer user_data)
{
  KeyfobAddHostForm *self = user_data;

  self->pause = 0;
  look (self, FALSE);
}

/* Returns: whether what is in the entry may be the whole name of a server */
static gboolean
may_be_complete (KeyfobAddHostForm *self)
{
  g_autofree char *address = dup_address (self);
  g_autofree char *url = dup_base_url (address, TRUE, NULL);
  g_autofree char *authority = url != NULL ? dup_authority (url) : g_strdup ("");

  return strpbrk (authority, ".:") != NULL || keyfob_base_url_is_loopback (authority);
}

static void
set_link (KeyfobAddHostForm *self, const char *link)
{
  g_autofree char *text = NULL;

  g_free (self->link);
  self->link = g_strdup (link);
  if (link == NULL)
    return;

  /* Translators: %s is an address that is on the clipboard */
  text = g_strdup_printf (_ ("Paste %s"), link);
  set_button (self->paste_button, self->paste_label, text);
}

static void
forget_results (KeyfobAddHostForm *self)
{
  end_search (self);
  g_clear_pointer (&self->servers, g_variant_unref);
  show_results (self);
  self->state = FORM_TYPING;
  say (self, "", "", FALSE);
}

static void
on_address_changed (KeyfobAddHostForm *self)
{
  forget_results (self);
  set_link (self, NULL);
  /* what was allowed counts for one address */
  gtk_check_button_set_active (self->allow_http, FALSE);
  update (self);
  if (may_be_complete (self))
    self->pause = g_timeout_add_once (PAUSE, on_pause, self);
}

/* Looks again, with and without http. */
static void
on_allow_http (KeyfobAddHostForm *self)
{
  if (*gtk_editable_get_text (self->address) == '\0' || self->state == FORM_ADDING)
    return;

  if (gtk_check_button_get_active (self->allow_http))
    {
      forget_results (self);
      look (self, FALSE);
    }
  else if (self->state != FORM_TYPING)
    {
      on_address_changed (self);
    }
}

static void
on_add (KeyfobAddHostForm *self)
{
  if (self->state == FORM_ADDING || *gtk_editable_get_text (self->address) == '\0')
    return;

  if (self->state == FORM_FOUND)
    {
      add_chosen (self);
    }
  else if (self->state == FORM_LOOKING)
    {
      const char *sentence = gtk_label_get_label (self->hint);

      self->asked = TRUE;
      say (self, sentence, sentence, FALSE);
    }
  else
    {
      look (self, TRUE);
    }
}

static void
on_anyway (KeyfobAddHostForm *self)
{
  g_autofree char *address = dup_address (self);
  g_autofree char *url =
      dup_base_url (address, gtk_check_button_get_active (self->allow_http), NULL);

  add (self, url, FALSE);
}

/* Returns: (transfer full) (nullable): the address in @text where that is a link and nothing else
 */
static char *
dup_https_link (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *address = NULL;
  g_autofree char *url = NULL;

  if (g_ascii_strncasecmp (stripped, "https://", strlen ("https://")) != 0
      || strpbrk (stripped, " \t\r\n") != NULL)
    return NULL;

  address = keyfob_base_url_from_link (stripped);
  url = dup_base_url (address, FALSE, NULL);

  return url != NULL ? g_steal_pointer (&address) : NULL;
}

static void
on_clipboard_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAddHostForm) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autofree char *link = text != NULL ? dup_https_link (text) : NULL;

  if (link == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || *gtk_editable_get_text (self->address) != '\0')
    return;

  set_link (self, link);
  say (self, "", gtk_label_get_label (self->paste_label), FALSE);
  update (self);
}

/* The clipboard is read for a person who is about to type, and at no other time. */
static void
on_address_focused (KeyfobAddHostForm *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  if (*gtk_editable_get_text (self->address) != '\0' || self->link != NULL
      || gdk_clipboard_is_local (clipboard)
      || gdk_content_formats_contain_mime_type (formats, SECRET_HINT))
    return;

  gdk_clipboard_read_text_async (clipboard, self->cancellable, on_clipboard_read,
                                 g_object_ref (self));
}

static void
on_paste (KeyfobAddHostForm *self)
{
  g_autofree char *link = g_strdup (self->link);

  gtk_editable_set_text (self->address, link);
  keyfob_add_host_form_focus (self, FALSE);
  gtk_editable_set_position (self->address, -1);
  look (self, FALSE);
}

static void
keyfob_add_host_form_unmap (GtkWidget *widget)
{
  KeyfobAddHostForm *self = KEYFOB_ADD_HOST_FORM (widget);

  if (self->state != FORM_ADDING)
    {
      forget_results (self);
      set_link (self, NULL);
      update (self);
    }

  GTK_WIDGET_CLASS (keyfob_add_host_form_parent_class)->unmap (widget);
}

static void
keyfob_add_host_form_dispose (GObject *object)
{
  KeyfobAddHostForm *self = KEYFOB_ADD_HOST_FORM (object);

  end_search (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->file);
  g_clear_pointer (&self->servers, g_variant_unref);
  g_clear_pointer (&self->suggested_name, g_free);
  g_clear_pointer (&self->link, g_free);

  G_OBJECT_CLASS (keyfob_add_host_form_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-add-host-form.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, purpose);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, address);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, address_focus);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, paste_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, paste_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, status);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, spinner);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, hint);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, allow_http);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, results);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, name_box);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, name);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, add_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, add_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, anyway);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, anyway_label);
  gtk_widget_class_bind_template_callback (widget_class, on_address_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_address_focused);
  gtk_widget_class_bind_template_callback (widget_class, on_paste);
  gtk_widget_class_bind_template_callback (widget_class, on_allow_http);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_anyway);
}

static void
keyfob_add_host_form_class_init (KeyfobAddHostFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_add_host_form_dispose;
  widget_class->unmap = keyfob_add_host_form_unmap;

  signals[SIGNAL_ADDED] =
      g_signal_new ("added", KEYFOB_TYPE_ADD_HOST_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[SIGNAL_LISTED] = g_signal_new ("listed", KEYFOB_TYPE_ADD_HOST_FORM, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_IMPORTED] =
      g_signal_new ("imported", KEYFOB_TYPE_ADD_HOST_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_FILE, G_TYPE_STRING);

  bind_template (widget_class);
}

static void
keyfob_add_host_form_init (KeyfobAddHostForm *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
keyfob_add_host_form_set_client (KeyfobAddHostForm *self, KeyfobAgentClient *client)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (self->client == NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (keyfob_agent_client_get_hosts (client), "items-changed",
                           G_CALLBACK (on_hosts_changed), self, G_CONNECT_SWAPPED);
  update (self);
}

void
keyfob_add_host_form_focus (KeyfobAddHostForm *self, gboolean by_user)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));

  if (!by_user)
    g_signal_handlers_block_by_func (self->address_focus, on_address_focused, self);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));
  if (!by_user)
    g_signal_handlers_unblock_by_func (self->address_focus, on_address_focused, self);
}

gboolean
keyfob_add_host_form_take_key (KeyfobAddHostForm *self, GtkEventControllerKey *controller)
{
  GtkEditable *delegate;

  g_return_val_if_fail (KEYFOB_IS_ADD_HOST_FORM (self), FALSE);

  delegate = gtk_editable_get_delegate (self->address);
  keyfob_add_host_form_focus (self, FALSE);
  /* the whole text is selected now, and would be replaced */
  gtk_editable_set_position (self->address, -1);

  return gtk_event_controller_key_forward (controller, GTK_WIDGET (delegate));
}

void
keyfob_add_host_form_set_text (KeyfobAddHostForm *self, const char *text)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));

  gtk_editable_set_text (self->address, text);
  gtk_editable_set_position (self->address, -1);
}

void
keyfob_add_host_form_clear (KeyfobAddHostForm *self)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));

  gtk_editable_set_text (self->address, "");
  gtk_editable_set_text (self->name, "");
  g_clear_pointer (&self->suggested_name, g_free);
  forget_results (self);
  update (self);
}

void
keyfob_add_host_form_set_file (KeyfobAddHostForm *self, GFile *file)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));
  g_return_if_fail (file == NULL || g_file_peek_path (file) != NULL);

  g_set_object (&self->file, file);
  if (file != NULL)
    {
      g_autofree char *name = g_filename_display_basename (g_file_peek_path (file));
      g_autofree char *purpose =
          g_strdup_printf (_ ("Which server is the token in %s for? It is stored once the server "
                              "has accepted it."),
                           name);

      gtk_label_set_label (self->purpose, purpose);
    }

  gtk_widget_set_visible (GTK_WIDGET (self->purpose), file != NULL);
  keyfob_add_host_form_clear (self);
}
