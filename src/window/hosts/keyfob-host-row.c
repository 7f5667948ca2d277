/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-row.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "keyfob-copy-menu.h"
#include "keyfob-error-details.h"
#include "keyfob-copy-button.h"
#include "keyfob-error-card.h"
#include "keyfob-other-ways.h"
#include "keyfob-picture.h"
#include "keyfob-status-text.h"
#include "keyfob-ui.h"
#include "keyfob-wrap-box.h"

/* In their order on the screen, and in that in which the focus goes to them. */
typedef enum
{
  BUTTON_UNLOCK,
  BUTTON_SIGN_IN,
  BUTTON_CANCEL,
  BUTTON_COPY,
  BUTTON_CLEAR,
  BUTTON_COPY_AS,
  N_BUTTONS
} Button;

static const struct
{
  const char *label; /* NULL for an icon */
  const char *icon;
  const char *action;
  const char *target; /* (nullable) */
  const char *accessible;
} buttons[] = {
  [BUTTON_UNLOCK] = { N_ ("Unlock"), NULL, "win.unlock", NULL, N_ ("Unlock %s") },
  [BUTTON_SIGN_IN] = { N_ ("Sign in"), NULL, "host.sign-in", NULL, N_ ("Sign in to %s") },
  [BUTTON_CANCEL] = { N_ ("Cancel"), NULL, "host.cancel", NULL, N_ ("Cancel the sign-in to %s") },
  [BUTTON_COPY] = { N_ ("Copy header"), NULL, "host.copy", "header", N_ ("Copy header of %s") },
  [BUTTON_CLEAR] = { NULL, "window-close-symbolic", "row.clear", NULL, N_ ("Clear the clipboard") },
  [BUTTON_COPY_AS] = { NULL, "pan-down-symbolic", "row.copy-as", NULL, N_ ("Copy as… for %s") },
};

struct _KeyfobHostRow
{
  GtkWidget parent_instance;

  const KeyfobHostContext *context;
  KeyfobHostItem *item; /* (nullable) */
  char *heading;        /* (nullable) */
  char *fold_label;     /* (nullable) */
  gboolean fold_open;
  gboolean first_hit;
  gboolean selecting; /* shows whether it is selected, and takes no other click */
  gboolean selected;
  int height;             /* that it had last with this item, or 0 */
  GtkWidget *menu;        /* (nullable): the one that is open */
  GtkWidget *closed_menu; /* (nullable): goes with drop_source */
  guint drop_source;

  /* all NULL until it is built */
  GtkWidget *box;
  GtkWidget *card;
  GtkWidget *avatar;
  GtkWidget *name;
  GtkWidget *pin;
  GtkWidget *line;
  GtkWidget *status_box;
  GtkWidget *icon;
  GtkWidget *status;
  GtkWidget *buttons;

  /* NULL until it is needed */
  GtkWidget *heading_label;
  GtkWidget *fold;
  GtkWidget *check;
  GtkWidget *button[N_BUTTONS];
  GtkWidget *focus_was; /* the button that had the focus before a change */
  GtkWidget *more;      /* and what is in it */
  GtkWidget *question;
  GtkWidget *answer;
  GtkWidget *error_card;
  GtkWidget *other_ways;
};

G_DEFINE_FINAL_TYPE (KeyfobHostRow, keyfob_host_row, GTK_TYPE_WIDGET)

/* Height of the last row that was measured, for those that are not built. */
static int usual_height = 84;

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* Returns: (transfer none) (nullable): what has the focus for the row */
static GtkWidget *
get_list_item (KeyfobHostRow *self)
{
  return gtk_widget_get_parent (GTK_WIDGET (self));
}

static gboolean
is_in_locked_keyring (KeyfobHostState state, const char *store)
{
  return state == KEYFOB_HOST_LOCKED && g_strcmp0 (store, "keyring") == 0;
}

static gboolean
is_store_locked (KeyfobHostRow *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->context->client);

  return agent != NULL && g_strcmp0 (keyfob_bus_agent1_get_store_state (agent), "locked") == 0;
}

/* That the keyring is locked is told by the notice above the list, not by each row. */
static const char *
get_error (KeyfobHostRow *self, KeyfobHostState state)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  const char *error = keyfob_host_item_get_error (self->item);
  const char *failure = keyfob_host_item_get_failure (self->item);

  if (is_in_locked_keyring (state, keyfob_bus_host1_get_store (host)) && is_store_locked (self))
    return failure;
  if (has_text (error))
    return error;
  if (failure == NULL && !keyfob_bus_host1_get_saved (host) && keyfob_host_state_has_token (state))
    return _ ("The token is kept in memory only: it could not be stored yet. Keyfob goes on "
              "trying.");

  return failure;
}

/* Returns: (transfer full) (nullable): how the host stands, where nothing else says that: an error
 * says why nobody is signed in, to which only the end of the session can be added */
static char *
dup_status (KeyfobHostRow *self, KeyfobHostState state, const char *error)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  const char *provider = keyfob_bus_host1_get_provider (host);
  gint64 expires = keyfob_bus_host1_get_expires (host);

  if (has_text (keyfob_bus_host1_get_question (host)))
    return NULL;
  if (has_text (error) && keyfob_host_state_needs_user (state)
      && (state != KEYFOB_HOST_EXPIRED || expires == 0))
    return NULL;
  if (state == KEYFOB_HOST_SIGNING_IN && has_text (provider))
    return keyfob_status_text_waiting (has_text (keyfob_bus_host1_get_user_code (host)), provider);

  return keyfob_status_text_status (state, keyfob_bus_host1_get_store (host), NULL, expires,
                                    keyfob_bus_host1_get_renews (host),
                                    keyfob_ticker_get_now (self->context->ticker));
}

/* Returns: (transfer full): address and account, or, where nobody is signed in, why a server is
 * there that the user has not added; a name that is the address is not said again */
static char *
dup_line (KeyfobHostRow *self, const char *name, const char *address)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  const char *who = keyfob_bus_host1_get_account (host);

  if (!has_text (who))
    who = keyfob_bus_host1_get_provided (host) ? _ ("Provided by your institution") : NULL;
  if (who == NULL)
    return g_strdup (g_strcmp0 (name, address) == 0 ? "" : address);
  if (g_strcmp0 (name, address) == 0)
    return g_strdup (who);

  /* Translators: address of a server, and who is signed in there */
  return g_strdup_printf (_ ("%s · %s"), address, who);
}

/* Its label wraps, so that large text needs no wider window. */
static GtkWidget *
create_text_button (const char *text)
{
  GtkWidget *button = gtk_button_new ();

  gtk_button_set_child (GTK_BUTTON (button),
                        g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE,
                                      "natural-wrap-mode", GTK_NATURAL_WRAP_NONE, "justify",
                                      GTK_JUSTIFY_CENTER, NULL));
  gtk_widget_add_css_class (button, "text-button");

  return button;
}

static GtkWidget *
create_copy_button (KeyfobHostRow *self)
{
  GtkWidget *button = keyfob_copy_button_new (_ (buttons[BUTTON_COPY].label), NULL);

  g_signal_connect_object (button, "notify::can-clear", G_CALLBACK (keyfob_host_row_update), self,
                           G_CONNECT_SWAPPED);

  return button;
}

static GtkWidget *
ensure_button (KeyfobHostRow *self, Button which)
{
  GtkWidget *button = self->button[which];
  GtkWidget *before = NULL;

  if (button != NULL)
    return button;

  if (which == BUTTON_COPY)
    button = create_copy_button (self);
  else if (buttons[which].label != NULL)
    button = create_text_button (_ (buttons[which].label));
  else
    button = gtk_button_new_from_icon_name (buttons[which].icon);
  /* until show_button(): for a tooltip of what can be seen, GTK asks the display where the pointer
   * is */
  gtk_widget_set_visible (button, FALSE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), buttons[which].action);
  if (buttons[which].target != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", buttons[which].target);
  if (which == BUTTON_COPY_AS)
    gtk_widget_set_tooltip_text (button, _ ("Copy as…"));
  if (which == BUTTON_CLEAR)
    gtk_widget_set_tooltip_text (button, _ ("Clear the clipboard"));
  if (which == BUTTON_COPY_AS || which == BUTTON_CLEAR || which == BUTTON_CANCEL)
    gtk_widget_add_css_class (button, "flat");

  for (int i = 0; i < (int) which; i++)
    if (self->button[i] != NULL)
      before = self->button[i];
  gtk_widget_insert_after (button, self->buttons, before);
  self->button[which] = button;

  return button;
}

static void
name_button (KeyfobHostRow *self, Button which, const char *name)
{
  if (self->button[which] != NULL && gtk_widget_get_visible (self->button[which]))
    keyfob_ui_set_accessible_label (self->button[which], _ (buttons[which].accessible), name);
}

static void
show_button (KeyfobHostRow *self, Button which, gboolean visible)
{
  if (visible)
    gtk_widget_set_visible (ensure_button (self, which), TRUE);
  else if (self->button[which] != NULL)
    gtk_widget_set_visible (self->button[which], FALSE);
}

/* Returns: whether the secret of the host is on the clipboard, and can be taken away; the button
 * for that stands where that of the other forms stood */
static gboolean
show_copied (KeyfobHostRow *self, KeyfobHostState state)
{
  KeyfobCopyButton *button;

  if (!keyfob_host_state_has_token (state))
    return FALSE;

  button = KEYFOB_COPY_BUTTON (ensure_button (self, BUTTON_COPY));
  keyfob_copy_button_set_host (button, self->context->clipboard,
                               keyfob_host_item_get_path (self->item));

  return keyfob_copy_button_can_clear (button);
}

/* A button that goes hands the focus to the one that comes, and not to another server. */
static void
update_buttons (KeyfobHostRow *self, KeyfobHostState state, const char *name)
{
  gboolean can_clear = show_copied (self, state);
  const gboolean visible[N_BUTTONS] = {
    [BUTTON_UNLOCK] = is_in_locked_keyring (state, keyfob_bus_host1_get_store (
                                                       keyfob_host_item_get_host (self->item)))
                      && !is_store_locked (self),
    [BUTTON_SIGN_IN] = keyfob_host_state_needs_user (state),
    [BUTTON_CANCEL] = state == KEYFOB_HOST_SIGNING_IN,
    [BUTTON_COPY] = keyfob_host_state_has_token (state),
    [BUTTON_CLEAR] = can_clear,
    [BUTTON_COPY_AS] = keyfob_host_state_has_token (state) && !can_clear,
  };
  GtkWidget *gone = NULL;
  GtkWidget *next = get_list_item (self);

  for (guint i = 0; i < N_BUTTONS; i++)
    {
      if (visible[i])
        show_button (self, i, TRUE);
      else if (self->button[i] != NULL
               && (keyfob_ui_has_focus (self->button[i]) || self->focus_was == self->button[i]))
        gone = self->button[i];
    }
  for (guint i = N_BUTTONS; i-- > 0;)
    if (visible[i] && i != BUTTON_COPY_AS)
      next = self->button[i];
  self->focus_was = NULL;
  if (gone != NULL && next != NULL)
    gtk_widget_grab_focus (next);

  for (guint i = 0; i < N_BUTTONS; i++)
    {
      if (!visible[i])
        show_button (self, i, FALSE);
      name_button (self, i, name);
    }

  if (self->button[BUTTON_SIGN_IN] != NULL)
    {
      /* the first one that needs somebody, which has the heading: many of them suggest nothing */
      gboolean suggested =
          self->heading != NULL
          && keyfob_host_item_get_section (self->item) == KEYFOB_HOST_SECTION_NEEDS_YOU;
      const char *classes[] = { "text-button", suggested ? "suggested-action" : NULL, NULL };

      gtk_widget_set_css_classes (self->button[BUTTON_SIGN_IN], classes);
    }
}

/* What is written below the row, for somebody who only comes to the row. */
static void
describe_row (KeyfobHostRow *self)
{
  GtkWidget *list_item = get_list_item (self);
  const char *text = NULL;

  if (list_item == NULL)
    return;

  if (self->item != NULL && self->more != NULL)
    {
      const char *question = keyfob_bus_host1_get_question (keyfob_host_item_get_host (self->item));

      text = has_text (question)
                 ? question
                 : keyfob_error_card_get_sentence (KEYFOB_ERROR_CARD (self->error_card));
      if (text == NULL)
        text = keyfob_other_ways_get_question (KEYFOB_OTHER_WAYS (self->other_ways));
    }
  keyfob_ui_describe (list_item, text);
}

static void
ensure_more (KeyfobHostRow *self)
{
  g_autoptr (GtkBuilder) builder = NULL;

  if (self->more != NULL)
    return;

  builder = gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-host-row-more.ui");
#define GET(child) self->child = GTK_WIDGET (gtk_builder_get_object (builder, #child))
  GET (more);
  GET (question);
  GET (answer);
  GET (error_card);
  GET (other_ways);
#undef GET
  g_signal_connect_object (self->other_ways, "notify::visible", G_CALLBACK (describe_row), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->card), self->more);
  gtk_box_append (GTK_BOX (self->card), self->error_card);
  gtk_box_append (GTK_BOX (self->card), self->other_ways);
}

/* Sentences stay as legible as they are. */
static void
update_more_sensitive (KeyfobHostRow *self)
{
  if (self->more == NULL)
    return;

  gtk_widget_set_sensitive (self->answer, !self->selecting);
  keyfob_error_card_set_sensitive (KEYFOB_ERROR_CARD (self->error_card), !self->selecting);
  keyfob_other_ways_set_sensitive (KEYFOB_OTHER_WAYS (self->other_ways), !self->selecting);
}

/* What only some hosts have: a question, an error, and other ways to go on with a sign-in. A button
 * of these that goes hands the focus to the row. */
static void
update_more (KeyfobHostRow *self, KeyfobHostState state, const char *error)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  const char *question = keyfob_bus_host1_get_question (host);
  gboolean had_focus;

  if (self->more == NULL && !has_text (question) && !has_text (error)
      && state != KEYFOB_HOST_SIGNING_IN)
    return;

  ensure_more (self);
  had_focus = keyfob_ui_has_focus (self->more) || keyfob_ui_has_focus (self->error_card)
              || keyfob_ui_has_focus (self->other_ways);
  gtk_widget_set_visible (self->more, has_text (question));
  gtk_label_set_label (GTK_LABEL (self->question), has_text (question) ? question : "");
  keyfob_error_card_update (KEYFOB_ERROR_CARD (self->error_card), self->item,
                            keyfob_agent_client_get_agent (self->context->client),
                            keyfob_ticker_get_now (self->context->ticker), TRUE);
  keyfob_other_ways_update (KEYFOB_OTHER_WAYS (self->other_ways), self->item);
  keyfob_ui_set_accessible_label (self->answer, _ ("Continue with %s"),
                                  keyfob_bus_host1_get_name (host));
  update_more_sensitive (self);
  if (had_focus && !keyfob_ui_has_focus (get_list_item (self)))
    gtk_widget_grab_focus (get_list_item (self));
}

static void
hide_more (KeyfobHostRow *self)
{
  gtk_widget_set_visible (self->more, FALSE);
  keyfob_error_card_update (KEYFOB_ERROR_CARD (self->error_card), NULL, NULL, 0, TRUE);
  keyfob_other_ways_update (KEYFOB_OTHER_WAYS (self->other_ways), NULL);
}

static void
update_status (KeyfobHostRow *self, KeyfobHostState state, const char *text)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  const char *style = keyfob_status_text_state_style (state);
  gboolean ends_soon = state == KEYFOB_HOST_SIGNED_IN
                       && keyfob_status_text_ends_soon (
                           keyfob_bus_host1_get_expires (host), keyfob_bus_host1_get_renews (host),
                           keyfob_ticker_get_now (self->context->ticker));
  const char *classes[] = { ends_soon ? "warning" : style, NULL };

  gtk_widget_set_visible (self->status_box, text != NULL);
  keyfob_ui_set_breakable (GTK_LABEL (self->status), text != NULL ? text : "");
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                ends_soon ? "dialog-warning-symbolic"
                                          : keyfob_status_text_state_icon (state));
  gtk_widget_set_css_classes (self->icon, classes);
  if (ends_soon)
    gtk_widget_add_css_class (self->status, "warning");
  else
    gtk_widget_remove_css_class (self->status, "warning");
}

/* Server, state and account, in words. */
static void
update_accessible (KeyfobHostRow *self,
                   KeyfobHostState state,
                   const char *name,
                   const char *line,
                   const char *status)
{
  GtkWidget *list_item = get_list_item (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;
  g_autofree char *label = NULL;

  if (list_item == NULL)
    return;

  g_strv_builder_add (builder, name);
  g_strv_builder_add (
      builder, status != NULL
                   ? status
                   : keyfob_status_text_state (
                       state, keyfob_bus_host1_get_store (keyfob_host_item_get_host (self->item))));
  if (has_text (line))
    g_strv_builder_add (builder, line);
  parts = g_strv_builder_end (builder);
  label = g_strjoinv (", ", parts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list_item), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
show_host (KeyfobHostRow *self)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (self->item);
  KeyfobHostState state = keyfob_host_item_get_state (self->item);
  const char *name = keyfob_bus_host1_get_name (host);
  const char *error = get_error (self, state);
  g_autofree char *address = keyfob_host_item_dup_address (self->item);
  g_autofree char *line = dup_line (self, name, address);
  g_autofree char *status = dup_status (self, state, error);

  if (name == NULL)
    name = "";
  keyfob_ui_set_avatar (ADW_AVATAR (self->avatar), name, address);
  keyfob_picture_show (ADW_AVATAR (self->avatar),
                       keyfob_host_item_get_option (self->item, "picture"));
  keyfob_ui_set_breakable (GTK_LABEL (self->name), name);
  gtk_widget_set_visible (self->pin, keyfob_host_item_is_pinned (self->item));
  gtk_widget_set_visible (self->line, *line != '\0');
  keyfob_ui_set_breakable (GTK_LABEL (self->line), line);
  update_status (self, state, status);
  update_buttons (self, state, name);
  update_more (self, state, error);
  update_accessible (self, state, name, line, status);
}

static void
show_fold (KeyfobHostRow *self)
{
  GtkWidget *list_item = get_list_item (self);
  GtkWidget *label, *icon;

  if (self->fold == NULL)
    {
      self->fold = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      label = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_add_css_class (label, "heading");
      gtk_box_append (GTK_BOX (self->fold), label);
      gtk_box_append (GTK_BOX (self->fold), gtk_image_new ());
      gtk_box_append (GTK_BOX (self->card), self->fold);
    }

  label = gtk_widget_get_first_child (self->fold);
  icon = gtk_widget_get_last_child (self->fold);
  gtk_label_set_label (GTK_LABEL (label), self->fold_label);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon),
                                self->fold_open ? "pan-down-symbolic" : "pan-end-symbolic");
  if (list_item != NULL)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (list_item), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      self->fold_label, -1);
      gtk_accessible_update_state (GTK_ACCESSIBLE (list_item), GTK_ACCESSIBLE_STATE_EXPANDED,
                                   self->fold_open, -1);
    }
}

static void
update_heading (KeyfobHostRow *self)
{
  if (self->heading_label == NULL && self->heading != NULL)
    {
      self->heading_label =
          g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, "xalign",
                        0.0, "wrap", TRUE, NULL);
      gtk_widget_add_css_class (self->heading_label, "heading");
      gtk_box_prepend (GTK_BOX (self->box), self->heading_label);
    }
  if (self->heading_label != NULL)
    {
      gtk_widget_set_visible (self->heading_label, self->heading != NULL);
      gtk_label_set_label (GTK_LABEL (self->heading_label),
                           self->heading != NULL ? self->heading : "");
    }
}

/* A list item says itself to a screen reader that it is selected. */
static void
ensure_check (KeyfobHostRow *self)
{
  if (self->check != NULL)
    return;

  self->check =
      g_object_new (GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                    "focusable", FALSE, "valign", GTK_ALIGN_CENTER, "halign", GTK_ALIGN_CENTER,
                    "width-request", adw_avatar_get_size (ADW_AVATAR (self->avatar)), NULL);
  gtk_widget_add_css_class (self->check, "selection-mode");
  gtk_widget_insert_before (self->check, gtk_widget_get_parent (self->avatar), self->avatar);
}

/* In the place of the picture, so that nothing moves. A click anywhere in the card is one on the
 * list item then. */
static void
update_check (KeyfobHostRow *self)
{
  gboolean visible = self->selecting && self->item != NULL;

  if (visible)
    {
      ensure_check (self);
      if (keyfob_ui_has_focus (self->card))
        gtk_widget_grab_focus (get_list_item (self));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check), self->selected);
    }
  if (self->check != NULL)
    gtk_widget_set_visible (self->check, visible);
  gtk_widget_set_visible (self->avatar, !visible);
  gtk_widget_set_sensitive (self->buttons, !visible);
  update_more_sensitive (self);
  gtk_widget_set_can_target (self->card, !visible);
}

void
keyfob_host_row_set_selected (KeyfobHostRow *self, gboolean selecting, gboolean selected)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (selecting == self->selecting && selected == self->selected)
    return;

  self->selecting = selecting;
  self->selected = selected;
  if (self->box != NULL)
    update_check (self);
}

void
keyfob_host_row_update (KeyfobHostRow *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (self->box == NULL)
    return;

  update_heading (self);
  update_check (self);
  gtk_widget_set_visible (gtk_widget_get_first_child (self->card), self->item != NULL);
  if (self->fold != NULL)
    gtk_widget_set_visible (self->fold, self->item == NULL);
  if (self->item != NULL)
    show_host (self);
  else if (self->more != NULL)
    hide_more (self);
  if (self->item == NULL && self->fold_label != NULL)
    show_fold (self);
  describe_row (self);
}

static void
insert_actions (KeyfobHostRow *self)
{
  g_autoptr (KeyfobHostActions) actions = NULL;

  if (self->item != NULL)
    actions = keyfob_host_actions_new (self->item, self->context);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "host", G_ACTION_GROUP (actions));
}

static void
update_first_hit (KeyfobHostRow *self)
{
  if (self->first_hit)
    gtk_widget_add_css_class (self->card, "first-hit");
  else
    gtk_widget_remove_css_class (self->card, "first-hit");
}

void
keyfob_host_row_set_first_hit (KeyfobHostRow *self, gboolean first_hit)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  self->first_hit = first_hit;
  if (self->box != NULL)
    update_first_hit (self);
}

void
keyfob_host_row_build (KeyfobHostRow *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (self->box != NULL)
    return;

  /* later than usual, which is the point */
  gtk_widget_init_template (GTK_WIDGET (self));
  insert_actions (self);
  update_first_hit (self);
  keyfob_host_row_update (self);
}

gboolean
keyfob_host_row_take_down (KeyfobHostRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), FALSE);

  if (self->box == NULL || self->menu != NULL || keyfob_ui_has_focus (get_list_item (self)))
    return FALSE;

  self->heading_label = NULL;
  self->fold = NULL;
  self->check = NULL;
  memset (self->button, 0, sizeof self->button);
  self->focus_was = NULL;
  self->more = NULL;
  self->question = NULL;
  self->answer = NULL;
  self->error_card = NULL;
  self->other_ways = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), KEYFOB_TYPE_HOST_ROW);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "host", NULL);

  return TRUE;
}

gboolean
keyfob_host_row_is_built (KeyfobHostRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), FALSE);

  return self->box != NULL;
}

static void
note_focus (KeyfobHostRow *self)
{
  self->focus_was = NULL;
  for (guint i = 0; i < N_BUTTONS; i++)
    if (self->button[i] != NULL && keyfob_ui_has_focus (self->button[i]))
      self->focus_was = self->button[i];
}

void
keyfob_host_row_set_item (KeyfobHostRow *self, KeyfobHostItem *item)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));
  g_return_if_fail (item == NULL || KEYFOB_IS_HOST_ITEM (item));

  if (item == self->item)
    return;

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  self->height = 0;
  if (item != NULL)
    {
      /* before and after the actions: a button that they disable loses the focus, and one that gets
       * it has to be enabled */
      g_signal_connect_object (item, "changed", G_CALLBACK (note_focus), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (item, "changed", G_CALLBACK (keyfob_host_row_update), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }

  if (self->box == NULL)
    return;

  insert_actions (self);
  if (item != NULL)
    keyfob_host_row_update (self);
}

KeyfobHostItem *
keyfob_host_row_get_item (KeyfobHostRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), NULL);

  return self->item;
}

void
keyfob_host_row_set_fold (KeyfobHostRow *self, const char *label, gboolean open)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (g_strcmp0 (label, self->fold_label) == 0 && open == self->fold_open)
    return;

  g_free (self->fold_label);
  self->fold_label = g_strdup (label);
  self->fold_open = open;
  keyfob_host_row_update (self);
}

void
keyfob_host_row_set_heading (KeyfobHostRow *self, const char *heading)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (g_strcmp0 (heading, self->heading) == 0)
    return;

  g_free (self->heading);
  self->heading = g_strdup (heading);
  keyfob_host_row_update (self);
}

/* Shared by all rows. Returns: (transfer none) */
static GMenuModel *
get_menu_model (const char *id)
{
  static GtkBuilder *builder;

  if (builder == NULL)
    {
      g_autoptr (GMenuModel) copy_menu = keyfob_copy_menu_new ();
      g_autoptr (GMenu) copy_section = g_menu_new ();
      GMenu *menu;

      builder = gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-host-menu.ui");
      menu = G_MENU (gtk_builder_get_object (builder, "menu"));
      g_menu_append_submenu (copy_section, _ ("Copy as"), copy_menu);
      g_menu_insert_section (menu, 1, NULL, G_MENU_MODEL (copy_section));
      gtk_builder_expose_object (builder, "copy_menu", G_OBJECT (copy_menu));
    }

  return G_MENU_MODEL (gtk_builder_get_object (builder, id));
}

static gboolean
drop_menu (gpointer user_data)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (user_data);

  self->drop_source = 0;
  gtk_widget_unparent (g_steal_pointer (&self->closed_menu));

  return G_SOURCE_REMOVE;
}

/* What was chosen is activated after this, in the row, so the menu goes later. Nothing else may
 * keep it then: GTK 4.8 would look where the pointer is on its surface, for a tooltip, after that
 * has gone. */
static void
on_menu_closed (KeyfobHostRow *self, GtkWidget *menu)
{
  if (menu != self->menu)
    return;

  self->menu = NULL;
  if (self->button[BUTTON_COPY_AS] != NULL)
    {
      gtk_widget_set_has_tooltip (self->button[BUTTON_COPY_AS], TRUE);
      gtk_accessible_reset_state (GTK_ACCESSIBLE (self->button[BUTTON_COPY_AS]),
                                  GTK_ACCESSIBLE_STATE_EXPANDED);
    }
  if (keyfob_ui_has_focus (menu))
    gtk_widget_grab_focus (get_list_item (self));
  g_clear_pointer (&self->closed_menu, gtk_widget_unparent);
  self->closed_menu = menu;
  if (self->drop_source == 0)
    self->drop_source = g_idle_add (drop_menu, self);
}

static void
open_menu (KeyfobHostRow *self, const char *id, const GdkRectangle *point)
{
  if (self->menu != NULL || self->item == NULL)
    return;

  keyfob_host_row_build (self);
  /* where the focus comes back to */
  if (!keyfob_ui_has_focus (get_list_item (self)))
    gtk_widget_grab_focus (get_list_item (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.pin",
                                 !keyfob_host_item_is_pinned (self->item));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "row.unpin",
                                 keyfob_host_item_is_pinned (self->item));
  self->menu = gtk_popover_menu_new_from_model (get_menu_model (id));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  keyfob_ui_set_accessible_label (
      self->menu, _ ("More actions for %s"),
      keyfob_bus_host1_get_name (keyfob_host_item_get_host (self->item)));
  keyfob_ui_complete_accessibility (self->menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), point == NULL);
  if (point != NULL)
    {
      gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), point);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
    }
  g_signal_connect_object (self->menu, "closed", G_CALLBACK (on_menu_closed), self,
                           G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

void
keyfob_host_row_open_menu (KeyfobHostRow *self, const GdkRectangle *point)
{
  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  open_menu (self, "menu", point);
}

void
keyfob_host_row_open_copy_menu (KeyfobHostRow *self)
{
  GtkWidget *button;
  graphene_rect_t bounds;

  g_return_if_fail (KEYFOB_IS_HOST_ROW (self));

  if (self->item == NULL)
    return;

  keyfob_host_row_build (self);
  button = self->button[BUTTON_COPY_AS];
  open_menu (self, "copy_menu", NULL);
  if (self->menu == NULL || button == NULL || !gtk_widget_get_visible (button)
      || !gtk_widget_compute_bounds (button, GTK_WIDGET (self), &bounds))
    return;

  gtk_popover_set_pointing_to (
      GTK_POPOVER (self->menu),
      &(GdkRectangle){ bounds.origin.x, bounds.origin.y, bounds.size.width, bounds.size.height });
  gtk_widget_set_has_tooltip (button, FALSE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, TRUE, -1);
}

static void
on_menu (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_host_row_open_menu (KEYFOB_HOST_ROW (widget), NULL);
}

static void
on_remove (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  if (self->item != NULL)
    gtk_widget_activate_action (widget, "win.remove-host", "o",
                                keyfob_host_item_get_path (self->item));
}

static void
on_clear (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_clipboard_clear (KEYFOB_HOST_ROW (widget)->context->clipboard);
}

static void
on_rename (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  if (self->item != NULL)
    gtk_widget_activate_action (widget, "win.rename-host", "o",
                                keyfob_host_item_get_path (self->item));
}

static void
on_select (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  if (self->item != NULL)
    gtk_widget_activate_action (widget, "selection.begin", "o",
                                keyfob_host_item_get_path (self->item));
}

static void
on_toggle_pin (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "host.toggle-pin", NULL);
}

static void
on_copy_as (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_host_row_open_copy_menu (KEYFOB_HOST_ROW (widget));
}

gboolean
keyfob_host_row_has_open_menu (KeyfobHostRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), FALSE);

  return self->menu != NULL;
}

gboolean
keyfob_host_row_move_focus (KeyfobHostRow *self, gboolean forward)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ROW (self), FALSE);

  if (self->box == NULL)
    return FALSE;
  /* in the order of reading, as some buttons stand below the others */
  if (gtk_widget_child_focus (self->box, forward ? GTK_DIR_TAB_FORWARD : GTK_DIR_TAB_BACKWARD))
    return TRUE;

  if (forward || !keyfob_ui_has_focus (self->box))
    return FALSE;

  return gtk_widget_grab_focus (get_list_item (self));
}

/* The list item takes the focus itself where nothing in it does. */
static gboolean
keyfob_host_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  return self->menu != NULL && gtk_widget_child_focus (self->menu, direction);
}

static gboolean
keyfob_host_row_grab_focus (GtkWidget *widget)
{
  return FALSE;
}

static GtkSizeRequestMode
keyfob_host_row_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
keyfob_host_row_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  if (self->box == NULL)
    {
      if (orientation == GTK_ORIENTATION_VERTICAL)
        *minimum = *natural = self->height > 0 ? self->height : usual_height;
      return;
    }

  gtk_widget_measure (self->box, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size > 0)
    {
      self->height = *natural;
      if (self->heading == NULL && self->item != NULL)
        usual_height = *natural;
    }
}

static void
keyfob_host_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (widget);

  if (self->box != NULL)
    gtk_widget_size_allocate (self->box, &(GtkAllocation){ 0, 0, width, height }, baseline);
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
keyfob_host_row_dispose (GObject *object)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);
  GtkWidget *child;

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  g_clear_handle_id (&self->drop_source, g_source_remove);
  self->closed_menu = NULL;
  self->menu = NULL;
  self->box = NULL;
  /* a menu that was closed may be among them */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (keyfob_host_row_parent_class)->dispose (object);
}

static void
keyfob_host_row_finalize (GObject *object)
{
  KeyfobHostRow *self = KEYFOB_HOST_ROW (object);

  g_free (self->heading);
  g_free (self->fold_label);

  G_OBJECT_CLASS (keyfob_host_row_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, box);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, card);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, name);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, pin);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, line);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, status_box);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, icon);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, status);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostRow, buttons);
}

static void
keyfob_host_row_class_init (KeyfobHostRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_host_row_dispose;
  object_class->finalize = keyfob_host_row_finalize;
  widget_class->focus = keyfob_host_row_focus;
  widget_class->grab_focus = keyfob_host_row_grab_focus;
  widget_class->get_request_mode = keyfob_host_row_get_request_mode;
  widget_class->measure = keyfob_host_row_measure;
  widget_class->size_allocate = keyfob_host_row_size_allocate;

  g_type_ensure (KEYFOB_TYPE_ERROR_CARD);
  g_type_ensure (KEYFOB_TYPE_OTHER_WAYS);
  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "row.menu", NULL, on_menu);
  gtk_widget_class_install_action (widget_class, "row.copy-as", NULL, on_copy_as);
  gtk_widget_class_install_action (widget_class, "row.clear", NULL, on_clear);
  gtk_widget_class_install_action (widget_class, "row.remove", NULL, on_remove);
  gtk_widget_class_install_action (widget_class, "row.select", NULL, on_select);
  gtk_widget_class_install_action (widget_class, "row.rename", NULL, on_rename);
  gtk_widget_class_install_action (widget_class, "row.pin", NULL, on_toggle_pin);
  gtk_widget_class_install_action (widget_class, "row.unpin", NULL, on_toggle_pin);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
keyfob_host_row_init (KeyfobHostRow *self)
{
}

GtkWidget *
keyfob_host_row_new (const KeyfobHostContext *context)
{
  KeyfobHostRow *self = g_object_new (KEYFOB_TYPE_HOST_ROW, NULL);

  self->context = context;

  return GTK_WIDGET (self);
}
