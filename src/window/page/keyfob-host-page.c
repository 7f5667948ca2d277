/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-access-group.h"
#include "keyfob-address-row.h"
#include "keyfob-claims-row.h"
#include "keyfob-config-options.h"
#include "keyfob-copy-button.h"
#include "keyfob-copy-form.h"
#include "keyfob-copy-menu.h"
#include "keyfob-error-card.h"
#include "keyfob-name-editor.h"
#include "keyfob-note-row.h"
#include "keyfob-open-page.h"
#include "keyfob-other-ways.h"
#include "keyfob-picture.h"
#include "keyfob-status-text.h"
#include "keyfob-ui.h"
#include "keyfob-web-address.h"
#include "keyfob-wrap-box.h"

struct _KeyfobHostPage
{
  AdwBin parent_instance;

  const KeyfobHostContext *context;
  KeyfobHostItem *item;
  KeyfobBusHost1 *host; /* of the item */
  GSignalGroup *item_signals;
  GSignalGroup *host_signals;
  GSignalGroup *agent_signals;
  GPtrArray *uses; /* GtkWidget: a row for each program that took the token */
  gboolean narrow;
  GtkWidget *focus_was; /* (nullable): the button that had the focus before a change */

  AdwWindowTitle *title;
  GtkStack *stack;
  GtkWidget *back;
  GtkMenuButton *menu_button;
  GtkWidget *trouble_group;
  KeyfobErrorCard *error_card;
  AdwAvatar *avatar;
  KeyfobNameEditor *name;
  GtkLinkButton *link;
  GtkLabel *address;
  GtkLabel *who;
  GtkLabel *question;
  GtkWidget *buttons;
  KeyfobCopyButton *copy;
  GtkWidget *clear;
  GtkWidget *copy_as;
  GtkPopoverMenu *copy_popover;
  GtkWidget *sign_in;
  GtkWidget *unlock;
  GtkWidget *go_on;
  GtkWidget *use_device;
  GtkWidget *cancel;
  KeyfobOtherWays *other_ways;
  AdwActionRow *header_row;
  AdwActionRow *shell_row;
  AdwActionRow *python_row;
  KeyfobCopyButton *copy_header;
  KeyfobCopyButton *copy_shell;
  KeyfobCopyButton *copy_python;
  AdwExpanderRow *more_row;
  KeyfobCopyButton *more_copy[KEYFOB_COPY_TOKEN + 1]; /* NULL for forms that are not there */
  AdwActionRow *more_form[KEYFOB_COPY_TOKEN + 1];
  GtkWidget *sign_in_group;
  AdwActionRow *renewed_row;
  AdwActionRow *ends_row;
  AdwActionRow *rights_row;
  AdwActionRow *kept_row;
  AdwExpanderRow *uses_row;
  KeyfobClaimsRow *claims_row;
  KeyfobAccessGroup *access_test;
  GtkWidget *provided_row;
  AdwActionRow *help_row;
  KeyfobAddressRow *address_row;
  KeyfobNoteRow *note_row;
  GtkWidget *sign_out;
  GtkWidget *remove;
};

G_DEFINE_FINAL_TYPE (KeyfobHostPage, keyfob_host_page, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static gboolean
is_set (const char *text)
{
  return text != NULL && *text != '\0';
}

static KeyfobHostState
get_state (KeyfobHostPage *self)
{
  return keyfob_host_item_get_state (self->item);
}

static void
set_text (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), is_set (text));
}

/* A row is there only where there is something to say. */
static void
set_fact (AdwActionRow *row, const char *text)
{
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), is_set (text));
}

/* Top */

/* The API of a portal is below the portal itself, and nothing for a browser. */
static char *
dup_portal (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  if (uri == NULL || !g_str_has_prefix (g_uri_get_path (uri), "/api"))
    return g_strdup (url);

  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                     g_uri_get_port (uri), "/", NULL, NULL);
}

static char *
describe_state (KeyfobHostPage *self)
{
  KeyfobHostState state = get_state (self);
  const char *provider = keyfob_bus_host1_get_provider (self->host);
  gint64 expires = keyfob_bus_host1_get_expires (self->host);
  gboolean renews = keyfob_bus_host1_get_renews (self->host);
  gint64 now = keyfob_ticker_get_now (self->context->ticker);

  if (state == KEYFOB_HOST_SIGNING_IN && is_set (provider))
    return keyfob_status_text_waiting (is_set (keyfob_bus_host1_get_user_code (self->host)),
                                       provider);
  if (state == KEYFOB_HOST_SIGNED_IN)
    return keyfob_status_text_who (keyfob_bus_host1_get_account (self->host), expires, renews, now);

  return keyfob_status_text_status (state, keyfob_bus_host1_get_store (self->host),
                                    keyfob_bus_host1_get_account (self->host), expires, renews,
                                    now);
}

/* The button that clears the clipboard takes the place of the one for other forms, so that nothing
 * moves; the one that goes hands the focus on. */
static void
show_copied (KeyfobHostPage *self)
{
  gboolean can_clear = keyfob_copy_button_can_clear (self->copy);
  GtkWidget *goes = can_clear ? self->copy_as : self->clear;
  int width = gtk_widget_get_allocated_width (self->copy_as);

  if (gtk_widget_get_state_flags (goes) & GTK_STATE_FLAG_FOCUS_WITHIN)
    gtk_widget_grab_focus (GTK_WIDGET (self->copy));
  if (can_clear && gtk_widget_get_visible (self->copy_as) && width > 0)
    gtk_widget_set_size_request (self->clear, width, -1);
  gtk_widget_set_visible (self->clear, can_clear);
  gtk_widget_set_visible (self->copy_as,
                          !can_clear && gtk_widget_get_visible (GTK_WIDGET (self->copy)));
}

static void
show_buttons (KeyfobHostPage *self)
{
  KeyfobHostState state = get_state (self);
  GtkWidget *button = keyfob_error_card_get_mend (self->error_card);
  const char *mend =
      button != NULL ? gtk_actionable_get_action_name (GTK_ACTIONABLE (button)) : NULL;
  gboolean has_token = keyfob_host_state_has_token (state);
  const char *path = keyfob_host_item_get_path (self->item);
  gboolean has_question = is_set (keyfob_bus_host1_get_question (self->host));
  gboolean in_keyring = g_strcmp0 (keyfob_bus_host1_get_store (self->host), "keyring") == 0;

  /* what is on the clipboard is told by the buttons of this host */
  keyfob_copy_button_set_host (self->copy, self->context->clipboard, path);
  keyfob_copy_button_set_host (self->copy_header, self->context->clipboard, path);
  keyfob_copy_button_set_host (self->copy_shell, self->context->clipboard, path);
  keyfob_copy_button_set_host (self->copy_python, self->context->clipboard, path);
  for (gsize i = 0; i < G_N_ELEMENTS (self->more_copy); i++)
    if (self->more_copy[i] != NULL)
      keyfob_copy_button_set_host (self->more_copy[i], self->context->clipboard, path);

  gtk_widget_set_visible (GTK_WIDGET (self->copy), has_token);
  show_copied (self);
  /* what the card on top does is there once */
  gtk_widget_set_visible (self->sign_in, keyfob_host_state_needs_user (state)
                                             && g_strcmp0 (mend, "host.sign-in") != 0);
  gtk_widget_set_visible (self->unlock, state == KEYFOB_HOST_LOCKED && in_keyring
                                            && g_strcmp0 (mend, "win.unlock") != 0);
  gtk_widget_set_visible (self->go_on, has_question);
  gtk_widget_set_visible (self->use_device, keyfob_host_state_needs_user (state));
  keyfob_other_ways_update (self->other_ways, self->item);
  gtk_widget_set_visible (self->cancel, state == KEYFOB_HOST_SIGNING_IN);
}

static void
show_top (KeyfobHostPage *self)
{
  const char *name = keyfob_bus_host1_get_name (self->host);
  const char *url = keyfob_bus_host1_get_url (self->host);
  g_autofree char *short_url = keyfob_web_address_shorten (url);
  g_autofree char *portal = dup_portal (url);
  g_autofree char *place = keyfob_host_item_dup_address (self->item);
  g_autofree char *state = describe_state (self);

  adw_window_title_set_title (self->title, name);
  keyfob_ui_set_avatar (self->avatar, name, place);
  keyfob_picture_show (self->avatar, keyfob_host_item_get_option (self->item, "picture"));
  gtk_label_set_label (self->address, short_url);
  gtk_link_button_set_uri (self->link, portal);
  set_text (self->who, is_set (keyfob_bus_host1_get_question (self->host)) ? NULL : state);
  set_text (self->question, keyfob_bus_host1_get_question (self->host));
  show_buttons (self);
}

static void
show_trouble (KeyfobHostPage *self)
{
  if (self->item == NULL)
    return;

  keyfob_error_card_update (self->error_card, self->item,
                            keyfob_agent_client_get_agent (self->context->client),
                            keyfob_ticker_get_now (self->context->ticker), FALSE);
  gtk_widget_set_visible (self->trouble_group,
                          gtk_widget_get_visible (GTK_WIDGET (self->error_card)));
}

/* Use it */

/* Of several lines the first: none of the others works alone. */
static char *
dup_beginning (KeyfobCopyForm form, const char *url)
{
  g_autoptr (KeyfobSecret) text = keyfob_copy_form_write (form, url, NULL);
  const char *end = strchr (text, '\n');

  if (end == NULL)
    return g_steal_pointer (&text);

  return g_strdup_printf ("%.*s …", (int) (end - text), text);
}

static void
set_form (AdwActionRow *row, const char *text, const char *sentence)
{
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", text, sentence);

  adw_action_row_set_subtitle (row, subtitle);
}

static void
show_use (KeyfobHostPage *self)
{
  const char *url = keyfob_bus_host1_get_url (self->host);
  g_autofree char *shell = dup_beginning (KEYFOB_COPY_CURL, url);
  g_autofree char *python = dup_beginning (KEYFOB_COPY_PYTHON, url);

  set_form (self->header_row, "Authorization: Bearer ••••••", _ ("Send this with each request."));
  set_form (self->shell_row, shell, _ ("Asks Keyfob when it runs, and holds no secret."));
  set_form (self->python_row, python, _ ("Asks Keyfob when it runs, and holds no secret."));
  for (gsize i = 0; i < G_N_ELEMENTS (self->more_form); i++)
    {
      g_autofree char *text = NULL;

      if (self->more_form[i] == NULL)
        continue;

      text = keyfob_copy_form_holds_token (i) ? g_strdup ("••••••") : dup_beginning (i, url);
      adw_action_row_set_subtitle (self->more_form[i], text);
    }
}

/* Sign-in */

static char *
describe_renewal (KeyfobHostPage *self, gint64 now)
{
  gint64 renewed = keyfob_bus_host1_get_renewed (self->host);
  gint64 next = keyfob_bus_host1_get_renews_at (self->host);
  g_autofree char *last = renewed > 0 ? keyfob_status_text_moment (renewed, now) : NULL;
  g_autofree char *then = next > now ? keyfob_status_text_moment (next, now) : NULL;

  if (last == NULL || then == NULL)
    return g_steal_pointer (&last);

  /* Translators: times or days with times, such as "14:02" or "tomorrow at 09:12" */
  return g_strdup_printf (_ ("%s, next about %s"), last, then);
}

/* A session that is renewed lasts at least as long as the server said of its refresh token; whoever
 * took the header has the access token only. */
static char *
describe_end (KeyfobHostPage *self, gint64 now)
{
  gint64 expires = keyfob_bus_host1_get_expires (self->host);
  gboolean renews = keyfob_bus_host1_get_renews (self->host);
  gint64 end = renews ? MAX (expires, keyfob_bus_host1_get_refresh_expires (self->host)) : expires;
  g_autofree char *good = keyfob_status_text_moment (expires, now);
  g_autofree char *moment = keyfob_status_text_moment (end, now);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (expires <= 0 || moment == NULL || good == NULL)
    return NULL;
  /* that it has ended is on top */
  if (end <= now)
    return NULL;

  /* Translators: a time or a day with a time, such as "tomorrow at 09:12" */
  first = renews ? g_strdup_printf (_ ("not before %s"), moment) : g_steal_pointer (&moment);
  if (expires <= now)
    return g_steal_pointer (&first);

  if (end == expires)
    second = g_strdup (_ ("A job that starts now is covered until then."));
  else
    /* Translators: a time or a day with a time */
    second = g_strdup_printf (_ ("A job that takes the header now is covered until %s."), good);

  return g_strdup_printf ("%s\n%s", first, second);
}

/* Returns: (transfer full) (nullable): where the token is, as markup */
static char *
describe_place (KeyfobHostPage *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->context->client);
  const char *store = keyfob_bus_host1_get_store (self->host);
  const char *option = keyfob_host_item_get_option (self->item, "store");
  g_autofree char *path = NULL;
  g_autofree char *what = NULL;

  if (!is_set (store))
    return NULL;
  if (g_str_equal (store, "keyring"))
    return g_strdup (_ ("Keyring"));

  path = keyfob_ui_markup_verbatim (store);
  if (agent != NULL && g_strcmp0 (store, keyfob_bus_agent1_get_store_file (agent)) == 0)
    what = g_strdup (_ ("File shared with Python programs"));
  else if (g_str_has_prefix (option, KEYFOB_STORE_APP))
    what = g_markup_printf_escaped (_ ("Token file of %s"), option + strlen (KEYFOB_STORE_APP));
  else
    what = g_strdup (_ ("File"));

  return g_strdup_printf ("%s\n%s", what, path);
}

static void
add_use (KeyfobHostPage *self, GVariant *use, gint64 now)
{
  const char *name, *id;
  guint count;
  gint64 last;
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *when = NULL;
  g_autofree char *times = NULL;
  g_autofree char *subtitle = NULL;

  g_variant_get (use, "(&s&sux)", &name, &id, &count, &last);
  when = keyfob_status_text_distance (last, now);
  times = g_strdup_printf (ngettext ("%u time", "%u times", count), count);
  /* Translators: how often a program took the token, and when it last did, such as "3 min ago" */
  subtitle = g_strdup_printf (_ ("%s, last %s"), times, when);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_set_tooltip_text (row, id);
  adw_expander_row_add_row (self->uses_row, row);
  g_ptr_array_add (self->uses, row);
}

static void
show_uses (KeyfobHostPage *self, gint64 now)
{
  GVariant *uses = keyfob_bus_host1_get_uses (self->host);
  gsize n_uses = uses != NULL ? g_variant_n_children (uses) : 0;

  for (guint i = 0; i < self->uses->len; i++)
    adw_expander_row_remove (self->uses_row, g_ptr_array_index (self->uses, i));
  g_ptr_array_set_size (self->uses, 0);

  gtk_widget_set_visible (GTK_WIDGET (self->uses_row), n_uses > 0);
  for (gsize i = 0; i < n_uses; i++)
    {
      g_autoptr (GVariant) use = g_variant_get_child_value (uses, i);

      add_use (self, use, now);
    }
}

/* Returns: (transfer full) (nullable): who took the token last */
static char *
describe_last_use (KeyfobHostPage *self, gint64 now)
{
  GVariant *uses = keyfob_bus_host1_get_uses (self->host);
  const char *name;
  gint64 last;
  g_autofree char *when = NULL;

  if (uses == NULL || g_variant_n_children (uses) == 0)
    return NULL;

  g_variant_get_child (uses, 0, "(&s&sux)", &name, NULL, NULL, &last);
  when = keyfob_status_text_distance (last, now);

  /* Translators: a program, and when, such as "3 min ago" */
  return g_strdup_printf (_ ("%s, %s"), name, when);
}

/* There only where one of its rows is. A sign-out that can still be undone is one all the same. */
static void
show_sign_in_group (KeyfobHostPage *self)
{
  GtkWidget *rows[] = { GTK_WIDGET (self->renewed_row), GTK_WIDGET (self->ends_row),
                        GTK_WIDGET (self->rights_row),  GTK_WIDGET (self->claims_row),
                        GTK_WIDGET (self->kept_row),    GTK_WIDGET (self->uses_row) };
  gboolean has_rows = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    has_rows |= gtk_widget_get_visible (rows[i]);
  gtk_widget_set_visible (self->sign_in_group,
                          has_rows && get_state (self) != KEYFOB_HOST_SIGNED_OUT);
}

static void
show_sign_in (KeyfobHostPage *self)
{
  gint64 now = keyfob_ticker_get_now (self->context->ticker);
  g_autofree char *renewal = describe_renewal (self, now);
  g_autofree char *end = describe_end (self, now);
  g_autofree char *place = describe_place (self);
  g_autofree char *use = describe_last_use (self, now);

  set_fact (self->renewed_row, renewal);
  set_fact (self->ends_row, end);
  set_fact (self->rights_row, keyfob_bus_host1_get_scope (self->host));
  set_fact (self->kept_row, place);
  adw_expander_row_set_subtitle (self->uses_row, use != NULL ? use : "");
  show_sign_in_group (self);
}

/* A token that is there, or one that was there until now, can be read. */
static void
show_claims (KeyfobHostPage *self)
{
  KeyfobHostState state;
  gboolean has_token;

  if (self->item == NULL)
    return;

  state = get_state (self);
  has_token = keyfob_host_state_has_token (state);
  gtk_widget_set_visible (GTK_WIDGET (self->claims_row), has_token);
  gtk_widget_set_visible (GTK_WIDGET (self->access_test), has_token);
  keyfob_claims_row_show (self->claims_row, has_token ? self->host : NULL,
                          keyfob_ticker_get_now (self->context->ticker));
  show_sign_in_group (self);
}

/* Names the controls for screen readers, by what each does and the name of the host. */
static void
name_controls (KeyfobHostPage *self)
{
  const struct
  {
    gpointer control;
    const char *format;
  } controls[] = {
    { self->menu_button, _ ("More actions for %s") },
    { self->link, _ ("Open %s in the browser") },
    { self->copy, _ ("Copy header of %s") },
    { self->copy_as, _ ("Copy as, for %s") },
    { self->sign_in, _ ("Sign in to %s") },
    { self->unlock, _ ("Unlock %s") },
    { self->go_on, _ ("Continue with %s") },
    { self->use_device, _ ("Use another device for %s") },
    { self->cancel, _ ("Cancel the sign-in to %s") },
    { self->copy_header, _ ("Copy header of %s") },
    { self->copy_shell, _ ("Copy command for curl for %s") },
    { self->copy_python, _ ("Copy Python code for %s") },
    { self->more_copy[KEYFOB_COPY_R], _ ("Copy R code for %s") },
    { self->more_copy[KEYFOB_COPY_RCLONE], _ ("Copy settings for rclone for %s") },
    { self->more_copy[KEYFOB_COPY_COMMAND], _ ("Copy command for the header of %s") },
    { self->more_copy[KEYFOB_COPY_TOKEN], _ ("Copy token of %s") },
    { self->sign_out, _ ("Sign out of %s") },
    { self->remove, _ ("Remove %s") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (controls); i++)
    keyfob_ui_set_accessible_label (controls[i].control, controls[i].format,
                                    keyfob_bus_host1_get_name (self->host));
}

static void
update_times (KeyfobHostPage *self)
{
  if (self->item == NULL)
    return;

  show_trouble (self);
  show_top (self);
  show_sign_in (self);
}

/* Called before anything changes: a button that is hidden, or that an action disables, loses the
 * focus. */
static void
note_focus (KeyfobHostPage *self)
{
  GtkWidget *places[] = { self->buttons, GTK_WIDGET (self->error_card),
                          GTK_WIDGET (self->other_ways) };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (keyfob_ui_has_focus (places[i]))
      g_set_weak_pointer (&self->focus_was, gtk_root_get_focus (gtk_widget_get_root (places[i])));
}

/* Called once the actions have changed, too, so that a button that comes takes the focus: *Sign in*
 * hands it to *Cancel*, and that to *Copy header*. */
static void
restore_focus (KeyfobHostPage *self)
{
  GtkWidget *was = self->focus_was;
  gboolean is_gone = was != NULL && !(gtk_widget_get_mapped (was) && gtk_widget_is_sensitive (was));

  g_clear_weak_pointer (&self->focus_was);
  if (self->item != NULL && is_gone)
    keyfob_host_page_focus (self);
}

static void
show_help (KeyfobHostPage *self)
{
  const char *help = keyfob_host_item_get_option (self->item, "help-page");
  g_autofree char *shown = is_set (help) ? keyfob_web_address_shorten (help) : NULL;

  set_fact (self->help_row, shown);
}

static void
update (KeyfobHostPage *self)
{
  if (self->item == NULL)
    return;

  note_focus (self);
  show_use (self);
  show_help (self);
  gtk_widget_set_visible (self->provided_row, keyfob_bus_host1_get_provided (self->host));
  gtk_widget_set_visible (self->sign_out, keyfob_host_state_can_sign_out (get_state (self)));
  name_controls (self);
  update_times (self);
}

static void
on_uses_changed (KeyfobHostPage *self)
{
  if (self->item == NULL)
    return;

  show_uses (self, keyfob_ticker_get_now (self->context->ticker));
  show_sign_in_group (self);
}

static void
on_link_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_open_page_finish (result, &error))
    keyfob_ui_show_toast (self->context->toasts, error->message);
}

static void
on_help (KeyfobHostPage *self, AdwActionRow *row)
{
  keyfob_open_page_async (GTK_WIDGET (row), keyfob_host_item_get_option (self->item, "help-page"),
                          on_link_opened, g_object_ref (self));
}

static gboolean
on_link (KeyfobHostPage *self)
{
  keyfob_open_page_async (GTK_WIDGET (self->link), gtk_link_button_get_uri (self->link),
                          on_link_opened, g_object_ref (self));

  return TRUE;
}

static void
on_rename (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_host_page_rename (KEYFOB_HOST_PAGE (widget));
}

/* The name is on top once, and is written there while the large one is scrolled away. */
static void
update_title (KeyfobHostPage *self)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (GTK_WIDGET (self->name), GTK_TYPE_VIEWPORT);
  GtkWidget *content = gtk_viewport_get_child (GTK_VIEWPORT (viewport));
  GtkAdjustment *position = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));
  graphene_rect_t place;
  gboolean is_away = gtk_widget_compute_bounds (GTK_WIDGET (self->name), content, &place)
                     && gtk_adjustment_get_value (position) > place.origin.y + place.size.height;

  gtk_widget_set_visible (GTK_WIDGET (self->title), is_away);
}

static void
watch_scroll (KeyfobHostPage *self)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (GTK_WIDGET (self->name), GTK_TYPE_VIEWPORT);

  g_signal_connect_object (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport)),
                           "value-changed", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  update_title (self);
}

static void
on_menu (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_menu_button_popup (KEYFOB_HOST_PAGE (widget)->menu_button);
}

static void
on_clear (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_clipboard_clear (KEYFOB_HOST_PAGE (widget)->context->clipboard);
}

static void
fill_copy_menu (KeyfobHostPage *self)
{
  g_autoptr (GMenuModel) menu = keyfob_copy_menu_new ();

  gtk_popover_menu_set_menu_model (self->copy_popover, menu);
}

static void
add_form (KeyfobHostPage *self, KeyfobCopyForm form)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = keyfob_copy_button_new (NULL, keyfob_copy_form_word (form));
  const char *action = keyfob_copy_form_holds_token (form) ? "host.copy" : "host.copy-command";

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), keyfob_copy_form_label (form));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_add_css_class (row, "property");

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", keyfob_copy_form_word (form));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);

  adw_expander_row_add_row (self->more_row, row);
  self->more_form[form] = ADW_ACTION_ROW (row);
  self->more_copy[form] = KEYFOB_COPY_BUTTON (button);
}

static void
keyfob_host_page_dispose (GObject *object)
{
  KeyfobHostPage *self = KEYFOB_HOST_PAGE (object);

  g_clear_object (&self->item_signals);
  g_clear_object (&self->host_signals);
  g_clear_object (&self->agent_signals);
  g_clear_object (&self->item);
  g_clear_object (&self->host);
  g_clear_weak_pointer (&self->focus_was);
  g_clear_pointer (&self->uses, g_ptr_array_unref);

  G_OBJECT_CLASS (keyfob_host_page_parent_class)->dispose (object);
}

static void
keyfob_host_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, KEYFOB_HOST_PAGE (object)->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_page_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  KeyfobHostPage *self = KEYFOB_HOST_PAGE (object);

  switch (prop_id)
    {
    case PROP_NARROW:
      self->narrow = g_value_get_boolean (value);
      gtk_widget_set_visible (self->back, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, KeyfobHostPage, name)

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-page.ui");
  BIND (title);
  BIND (stack);
  BIND (back);
  BIND (menu_button);
  BIND (trouble_group);
  BIND (error_card);
  BIND (avatar);
  BIND (name);
  BIND (link);
  BIND (address);
  BIND (who);
  BIND (question);
  BIND (buttons);
  BIND (copy);
  BIND (clear);
  BIND (copy_as);
  BIND (copy_popover);
  BIND (sign_in);
  BIND (unlock);
  BIND (go_on);
  BIND (use_device);
  BIND (cancel);
  BIND (other_ways);
  BIND (header_row);
  BIND (shell_row);
  BIND (python_row);
  BIND (copy_header);
  BIND (copy_shell);
  BIND (copy_python);
  BIND (more_row);
  BIND (sign_in_group);
  BIND (renewed_row);
  BIND (ends_row);
  BIND (rights_row);
  BIND (kept_row);
  BIND (uses_row);
  BIND (claims_row);
  BIND (access_test);
  BIND (provided_row);
  BIND (help_row);
  BIND (address_row);
  BIND (note_row);
  BIND (sign_out);
  BIND (remove);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
  gtk_widget_class_bind_template_callback (widget_class, on_help);
  gtk_widget_class_bind_template_callback (widget_class, show_copied);
}

static void
keyfob_host_page_class_init (KeyfobHostPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_host_page_dispose;
  object_class->get_property = keyfob_host_page_get_property;
  object_class->set_property = keyfob_host_page_set_property;

  props[PROP_NARROW] =
      g_param_spec_boolean ("narrow", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (KEYFOB_TYPE_ACCESS_GROUP);
  g_type_ensure (KEYFOB_TYPE_ADDRESS_ROW);
  g_type_ensure (KEYFOB_TYPE_CLAIMS_ROW);
  g_type_ensure (KEYFOB_TYPE_COPY_BUTTON);
  g_type_ensure (KEYFOB_TYPE_ERROR_CARD);
  g_type_ensure (KEYFOB_TYPE_NAME_EDITOR);
  g_type_ensure (KEYFOB_TYPE_NOTE_ROW);
  g_type_ensure (KEYFOB_TYPE_OTHER_WAYS);
  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "page.clear", NULL, on_clear);
  gtk_widget_class_install_action (widget_class, "page.menu", NULL, on_menu);
  gtk_widget_class_install_action (widget_class, "page.rename", NULL, on_rename);
}

static void
keyfob_host_page_init (KeyfobHostPage *self)
{
  self->uses = g_ptr_array_new ();
  self->narrow = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self->menu_button), FALSE);
  keyfob_ui_show_page (self->stack, "hint");
  fill_copy_menu (self);
  watch_scroll (self);
  for (KeyfobCopyForm form = 0; form <= KEYFOB_COPY_TOKEN; form++)
    if (form != KEYFOB_COPY_PYTHON && form != KEYFOB_COPY_CURL && form != KEYFOB_COPY_HEADER)
      add_form (self, form);

  self->item_signals = g_signal_group_new (KEYFOB_TYPE_HOST_ITEM);
  g_signal_group_connect_swapped (self->item_signals, "notify::failure", G_CALLBACK (show_trouble),
                                  self);
  g_signal_group_connect_swapped (self->item_signals, "notify::state", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->item_signals, "notify::page-since", G_CALLBACK (update),
                                  self);
  g_signal_group_connect_swapped (self->item_signals, "changed", G_CALLBACK (note_focus), self);
  g_signal_group_connect_data (self->item_signals, "changed", G_CALLBACK (restore_focus), self,
                               NULL, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "g-properties-changed", G_CALLBACK (update),
                                  self);
  g_signal_group_connect_swapped (self->host_signals, "notify::renewed", G_CALLBACK (show_claims),
                                  self);
  g_signal_group_connect_swapped (self->host_signals, "notify::state", G_CALLBACK (show_claims),
                                  self);
  g_signal_group_connect_swapped (self->host_signals, "notify::uses", G_CALLBACK (on_uses_changed),
                                  self);
  self->agent_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->agent_signals, "g-properties-changed", G_CALLBACK (update),
                                  self);
}

void
keyfob_host_page_set_context (KeyfobHostPage *self, const KeyfobHostContext *context)
{
  g_return_if_fail (KEYFOB_IS_HOST_PAGE (self));
  g_return_if_fail (context != NULL);

  self->context = context;
  keyfob_address_row_set_client (self->address_row, context->client);
  g_object_bind_property (context->client, "agent", self->agent_signals, "target",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_object (context->ticker, "notify::now", G_CALLBACK (update_times), self,
                           G_CONNECT_SWAPPED);
}

/* Whether @host is the one that is shown already, perhaps of another agent. */
static gboolean
is_host (KeyfobHostPage *self, KeyfobBusHost1 *host)
{
  return self->host != NULL
         && g_strcmp0 (keyfob_bus_host1_get_url (self->host), keyfob_bus_host1_get_url (host)) == 0;
}

static void
collapse (KeyfobHostPage *self)
{
  adw_expander_row_set_expanded (self->more_row, FALSE);
  adw_expander_row_set_expanded (self->uses_row, FALSE);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self->claims_row), FALSE);
}

void
keyfob_host_page_show (KeyfobHostPage *self, KeyfobHostItem *item)
{
  KeyfobBusHost1 *host = item != NULL ? keyfob_host_item_get_host (item) : NULL;
  g_autoptr (KeyfobHostActions) actions = NULL;

  gboolean again;
  GtkWidget *focus;

  g_return_if_fail (KEYFOB_IS_HOST_PAGE (self));
  g_return_if_fail (item == NULL || KEYFOB_IS_HOST_ITEM (item));

  if (item == self->item)
    return;

  again = item != NULL && is_host (self, host);
  focus = again && keyfob_ui_has_focus (GTK_WIDGET (self))
              ? gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)))
              : NULL;
  g_clear_weak_pointer (&self->focus_was);
  g_set_object (&self->item, item);
  g_set_object (&self->host, host);
  g_signal_group_set_target (self->item_signals, item);
  g_signal_group_set_target (self->host_signals, host);
  if (item != NULL)
    actions = keyfob_host_actions_new (item, self->context);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "host", G_ACTION_GROUP (actions));
  if (!again)
    collapse (self);
  keyfob_name_editor_set_host (self->name, host, again);
  keyfob_address_row_set_host (self->address_row, host, again);
  keyfob_note_row_set_host (self->note_row, host, again);
  keyfob_access_group_set_host (self->access_test, host, again);
  on_uses_changed (self);
  update (self);
  show_claims (self);

  if (item == NULL)
    adw_window_title_set_title (self->title, "");
  gtk_widget_set_visible (GTK_WIDGET (self->menu_button), item != NULL);
  keyfob_ui_show_page (self->stack, item != NULL ? "host" : "hint");
  /* the actions were replaced, and a button without one loses the focus */
  if (focus != NULL && !keyfob_ui_has_focus (focus))
    gtk_widget_grab_focus (focus);
}

KeyfobHostItem *
keyfob_host_page_get_item (KeyfobHostPage *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_PAGE (self), NULL);

  return self->item;
}

gboolean
keyfob_host_page_is_moving (KeyfobHostPage *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_PAGE (self), FALSE);

  return keyfob_address_row_is_moving (self->address_row);
}

void
keyfob_host_page_focus (KeyfobHostPage *self)
{
  GtkWidget *mend = keyfob_error_card_get_mend (self->error_card);
  GtkWidget *likely[] = { self->go_on,   self->cancel, GTK_WIDGET (self->copy),
                          self->sign_in, self->unlock, mend };

  g_return_if_fail (KEYFOB_IS_HOST_PAGE (self));

  for (gsize i = 0; i < G_N_ELEMENTS (likely); i++)
    if (likely[i] != NULL && gtk_widget_get_visible (likely[i])
        && gtk_widget_grab_focus (likely[i]))
      return;
  keyfob_name_editor_focus (self->name);
}

void
keyfob_host_page_rename (KeyfobHostPage *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_PAGE (self));

  keyfob_name_editor_start (self->name);
}
