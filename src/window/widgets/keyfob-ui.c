/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ui.h"

#include <dlfcn.h>

#include <glib/gi18n-lib.h>

#include "keyfob-wrap-box.h"

/* Of libadwaita's style sheet, color1 to color14. */
#define N_AVATAR_COLOURS 14

/* Microseconds: what happened may move the focus a moment later. */
#define FOCUS_TIME G_TIME_SPAN_SECOND

/* Milliseconds: a screen reader that says what has the focus now says its description with it, and
 * once more when it hears of the change. */
#define SETTLE_TIME 500

/* Of a message that has a button beside it; with less room the button is below. */
#define TOAST_CHARS 14

#define TEXT_KEY "keyfob-text"
#define BUTTON_KEY "keyfob-button"
#define DESCRIPTION_KEY "keyfob-description"
#define ANNOUNCEMENT_KEY "keyfob-announcement"

/* The last announcement in a window. */
typedef struct
{
  GtkRoot *root; /* the window, which owns this */
  char *text;
  gint64 time;       /* by g_get_monotonic_time() */
  guint timer;       /* until the focus stays where it is */
  GtkWidget *bearer; /* weak (nullable): has the text as its description */
} Announcement;

static void
announcement_free (Announcement *announcement)
{
  g_clear_handle_id (&announcement->timer, g_source_remove);
  g_clear_weak_pointer (&announcement->bearer);
  g_free (announcement->text);
  g_free (announcement);
}

/* @text: (nullable): what a screen reader says of @widget besides its name */
static void
set_description (GtkWidget *widget, const char *text)
{
  /* from the subtitle of a row, which GTK finds empty, and GTK 4.18 looks no further */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
  if (text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    text, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

/* Gives @widget the description that it has without an announcement. */
static void
restore_description (GtkWidget *widget)
{
  set_description (widget, g_object_get_data (G_OBJECT (widget), DESCRIPTION_KEY));
}

/* Returns: (transfer none) (nullable): what a screen reader takes for the focus: of the text in an
 * entry, the entry */
static GtkWidget *
get_focus (Announcement *announcement)
{
  GtkWidget *focus = gtk_root_get_focus (announcement->root);
  GtkWidget *entry = NULL;

  if (GTK_IS_TEXT (focus))
    entry = gtk_widget_get_ancestor (gtk_widget_get_parent (focus), GTK_TYPE_EDITABLE);

  return entry != NULL ? entry : focus;
}

static void
set_bearer (Announcement *announcement, GtkWidget *bearer)
{
  if (announcement->bearer != NULL)
    restore_description (announcement->bearer);
  g_set_weak_pointer (&announcement->bearer, bearer);
  if (bearer != NULL)
    set_description (bearer, announcement->text);
}

static gboolean
on_settled (gpointer user_data)
{
  Announcement *announcement = user_data;

  announcement->timer = 0;
  set_bearer (announcement, get_focus (announcement));

  return G_SOURCE_REMOVE;
}

static void
wait_for_focus (Announcement *announcement)
{
  g_clear_handle_id (&announcement->timer, g_source_remove);
  announcement->timer = g_timeout_add (SETTLE_TIME, on_settled, announcement);
}

/* Whether what has the text could still have the focus: the user has gone on. */
static gboolean
is_left (Announcement *announcement)
{
  GtkWidget *bearer = announcement->bearer;

  return bearer != NULL && gtk_widget_get_mapped (bearer) && gtk_widget_is_sensitive (bearer);
}

/* What has told the text may go a moment later, such as a row that is made anew. */
static void
on_focus_changed (Announcement *announcement)
{
  gboolean is_told = announcement->timer == 0;
  gboolean is_late = g_get_monotonic_time () - announcement->time > FOCUS_TIME;
  gboolean is_over = is_told && (is_left (announcement) || is_late);

  if (announcement->text == NULL || (is_told && get_focus (announcement) == announcement->bearer))
    return;

  set_bearer (announcement, NULL);
  if (is_over)
    g_clear_pointer (&announcement->text, g_free);
  else
    wait_for_focus (announcement);
}

/* gtk_accessible_announce() is newer than the GTK that Keyfob is built with. */
static void
say (GtkWidget *widget, const char *text)
{
  typedef void (*Announce) (GtkAccessible * self, const char *message, int priority);
  static const int medium = 1; /* GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM */
  Announce announce;

  *(void **) &announce = dlsym (RTLD_DEFAULT, "gtk_accessible_announce");
  if (announce != NULL)
    announce (GTK_ACCESSIBLE (widget), text, medium);
}

void
keyfob_ui_announce (GtkWidget *widget, const char *text)
{
  GtkRoot *root;
  Announcement *announcement;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (text != NULL);

  root = gtk_widget_get_root (widget);
  if (root == NULL)
    return;

  announcement = g_object_get_data (G_OBJECT (root), ANNOUNCEMENT_KEY);
  if (announcement == NULL)
    {
      announcement = g_new0 (Announcement, 1);
      announcement->root = root;
      g_object_set_data_full (G_OBJECT (root), ANNOUNCEMENT_KEY, announcement,
                              (GDestroyNotify) announcement_free);
      g_signal_connect_swapped (root, "notify::focus-widget", G_CALLBACK (on_focus_changed),
                                announcement);
    }

  /* the row and the page of a host tell the same */
  if (g_strcmp0 (announcement->text, text) == 0
      && g_get_monotonic_time () - announcement->time < FOCUS_TIME)
    return;

  g_free (announcement->text);
  announcement->text = g_strdup (text);
  announcement->time = g_get_monotonic_time ();
  set_bearer (announcement, NULL);
  wait_for_focus (announcement);
  say (GTK_WIDGET (root), text);
}

/* An AdwToastOverlay gives a toast the height that it wants at its natural width, even where there
 * is less room: hence that width must be no more than the room beside the button that closes it.
 */
static void
limit_title (AdwClamp *title)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (title), ADW_TYPE_TOAST_OVERLAY);
  GtkWidget *toast = GTK_WIDGET (title);
  int whole;
  int own;
  int wanted;
  int room;

  if (overlay == NULL || gtk_widget_get_width (overlay) == 0)
    return;

  while (gtk_widget_get_parent (toast) != overlay)
    toast = gtk_widget_get_parent (toast);
  gtk_widget_measure (toast, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &whole, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (title), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &own, NULL, NULL);
  /* of an AdwClamp that is as wide as may be, no matter what is in it */
  gtk_widget_measure (adw_clamp_get_child (title), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &wanted,
                      NULL, NULL);
  room = CLAMP (wanted, 1, MAX (gtk_widget_get_width (overlay) - (whole - own), 1));
  adw_clamp_set_maximum_size (title, room);
  adw_clamp_set_tightening_threshold (title, room);
}

AdwToast *
keyfob_ui_create_toast (const char *text)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *line = g_object_new (KEYFOB_TYPE_WRAP_BOX, "spacing", 12, "line-spacing", 6,
                                  "expand-chars", TOAST_CHARS, "centered", TRUE, NULL);
  GtkWidget *title = adw_clamp_new ();
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  /* the title of libadwaita has one line, and ends where there is no room for more */
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  /* a hyphen would look like a part of an address */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  gtk_widget_add_css_class (label, "heading");
  /* within the line, and the toast not within the window */
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_hexpand (title, FALSE);
  gtk_widget_set_parent (label, line);
  adw_clamp_set_child (ADW_CLAMP (title), line);
  /* of libadwaita 1.4, which has sizes grow with the text otherwise */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (title), "unit") != NULL)
    g_object_set (title, "unit", 0 /* ADW_LENGTH_UNIT_PX */, NULL);
  g_signal_connect (title, "map", G_CALLBACK (limit_title), NULL);
  adw_toast_set_custom_title (toast, title);
  g_object_set_data_full (G_OBJECT (toast), TEXT_KEY, g_strdup (text), g_free);

  return toast;
}

GtkWidget *
keyfob_ui_add_toast_button (AdwToast *toast, const char *text)
{
  GtkWidget *button = gtk_button_new_with_label (text);
  AdwClamp *title;

  g_return_val_if_fail (ADW_IS_TOAST (toast), NULL);

  title = ADW_CLAMP (adw_toast_get_custom_title (toast));
  gtk_widget_set_parent (button, adw_clamp_get_child (title));
  g_object_set_data (G_OBJECT (toast), BUTTON_KEY, button);

  return button;
}

/* libadwaita gives the one that closes a toast a pictogram and no name. */
static void
name_close_buttons (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget)
      && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "window-close-symbolic") == 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ ("Close this message"), -1);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_close_buttons (child);
}

void
keyfob_ui_add_toast (AdwToastOverlay *overlay, AdwToast *toast)
{
  static const char key[] = "keyfob-last-toast";
  AdwToast *last = g_object_get_data (G_OBJECT (overlay), key);

  if (last != NULL)
    adw_toast_dismiss (last);

  if (g_object_get_data (G_OBJECT (toast), BUTTON_KEY) == NULL)
    g_object_set_data_full (G_OBJECT (overlay), key, g_object_ref (toast), g_object_unref);
  else
    g_object_set_data (G_OBJECT (overlay), key, NULL);
  if (g_object_get_data (G_OBJECT (toast), TEXT_KEY) != NULL)
    keyfob_ui_announce (GTK_WIDGET (overlay), g_object_get_data (G_OBJECT (toast), TEXT_KEY));
  adw_toast_overlay_add_toast (overlay, toast);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (child != adw_toast_overlay_get_child (overlay))
      name_close_buttons (child);
}

void
keyfob_ui_show_toast (AdwToastOverlay *overlay, const char *text)
{
  keyfob_ui_add_toast (overlay, keyfob_ui_create_toast (text));
}

gboolean
keyfob_ui_has_focus (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

void
keyfob_ui_set_accessible_label (GtkWidget *control, const char *format, const char *name)
{
  g_autoptr (GString) label = g_string_new (format);

  g_return_if_fail (GTK_IS_WIDGET (control));

  g_string_replace (label, "%s", name, 1);
  /* what labels a row of libadwaita would go before it */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label->str, -1);
}

/* Of a drop-down, the button in it has the focus. It has a name of its own in GTK 4.8, and that of
 * the drop-down, whatever its own is, in GTK 4.18. */
static gboolean
names_its_button (void)
{
  return gtk_check_version (4, 10, 0) == NULL;
}

void
keyfob_ui_name_drop_down (GtkDropDown *drop_down, const char *name)
{
  GtkWidget *widget = GTK_WIDGET (drop_down);

  keyfob_ui_set_accessible_label (gtk_widget_get_first_child (widget), "%s", name);
  if (names_its_button ())
    keyfob_ui_set_accessible_label (widget, "%s", name);
}

void
keyfob_ui_describe (GtkWidget *widget, const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  if (g_strcmp0 (text, g_object_get_data (G_OBJECT (widget), DESCRIPTION_KEY)) == 0)
    return;

  g_object_set_data_full (G_OBJECT (widget), DESCRIPTION_KEY, g_strdup (text), g_free);
  restore_description (widget);
}

void
keyfob_ui_set_description (GtkWidget *control, GtkLabel *label, const char *sentence)
{
  g_return_if_fail (GTK_IS_WIDGET (control));
  g_return_if_fail (GTK_IS_LABEL (label));

  gtk_label_set_label (label, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (label), sentence != NULL);
  keyfob_ui_describe (control, sentence);
}

void
keyfob_ui_set_covered (GtkWidget *page, gboolean covered)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_STATE_HIDDEN, covered, -1);
}

void
keyfob_ui_show_page (GtkStack *stack, const char *name)
{
  GtkWidget *shown = gtk_stack_get_child_by_name (stack, name);

  gtk_widget_set_visible (shown, TRUE);
  gtk_stack_set_visible_child (stack, shown);
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    keyfob_ui_set_covered (page, page != shown);
}

char *
keyfob_ui_markup_verbatim (const char *text)
{
  return g_markup_printf_escaped ("<span insert_hyphens=\"false\">%s</span>",
                                  text != NULL ? text : "");
}

char *
keyfob_ui_dup_breakable (const char *address)
{
  const char *zero_width_space = "\342\200\213";
  GString *breakable = g_string_new (NULL);

  for (const char *p = address; *p != '\0'; p++)
    {
      g_string_append_c (breakable, *p);
      if ((*p == '.' || *p == '/') && p[1] != '/' && g_ascii_isgraph (p[1]))
        g_string_append (breakable, zero_width_space);
    }

  return g_string_free (breakable, FALSE);
}

void
keyfob_ui_set_breakable (GtkLabel *label, const char *text)
{
  g_autofree char *breakable = keyfob_ui_dup_breakable (text);

  g_return_if_fail (GTK_IS_LABEL (label));

  if (g_strcmp0 (gtk_label_get_label (label), breakable) == 0)
    return;

  gtk_label_set_label (label, breakable);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
set_nameless (gpointer accessible)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (accessible), GTK_ACCESSIBLE_PROPERTY_LABEL, "",
                                  -1);
}

/* Whether a list of libadwaita's own has nothing that names it. */
static gboolean
is_nameless_list (GtkWidget *widget)
{
  GtkWidget *group = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_GROUP);

  if (!GTK_IS_LIST_BOX (widget))
    return FALSE;

  return gtk_widget_get_ancestor (widget, ADW_TYPE_EXPANDER_ROW) != NULL
         || (group != NULL
             && *adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (group)) == '\0');
}

static GtkWidget *
find_revealer (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_REVEALER (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_revealer (child);

  return found;
}

static void
on_expanded (AdwExpanderRow *row)
{
  GtkWidget *revealer = find_revealer (GTK_WIDGET (row));

  if (revealer != NULL)
    keyfob_ui_set_covered (revealer, !adw_expander_row_get_expanded (row));
}

/* The items of a menu take their names from labels that GTK 4.18 hides from accessibility. */
static void
name_items (GtkWidget *menu)
{
  for (GtkWidget *child = gtk_widget_get_first_child (menu); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      g_autofree char *text = NULL;

      /* which GTK keeps to itself */
      if (!g_str_equal (G_OBJECT_TYPE_NAME (child), "GtkModelButton"))
        {
          name_items (child);
          continue;
        }

      g_object_get (child, "text", &text, NULL);
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                      -1);
    }
}

/* Has a screen reader say what stands below the title of @row. */
static void
describe_row (AdwActionRow *row)
{
  const char *subtitle = adw_action_row_get_subtitle (row);
  g_autofree char *text = NULL;

  if (subtitle != NULL && adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (row))
      && pango_parse_markup (subtitle, -1, 0, NULL, &text, NULL, NULL))
    subtitle = text;
  keyfob_ui_describe (GTK_WIDGET (row), subtitle != NULL && *subtitle != '\0' ? subtitle : NULL);
}

void
keyfob_ui_complete_accessibility (GtkWidget *widget)
{
  if (GTK_IS_STACK (widget))
    {
      g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (GTK_STACK (widget));

      for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
        {
          g_autoptr (GObject) page = g_list_model_get_item (G_LIST_MODEL (pages), i);

          set_nameless (page);
        }
    }
  else if (is_nameless_list (widget) || gtk_widget_has_css_class (widget, "expander-row-arrow")
           || (GTK_IS_DROP_DOWN (widget) && !names_its_button ()))
    {
      set_nameless (widget);
    }
  else if (GTK_IS_BUTTON (widget) && gtk_widget_get_tooltip_text (widget) != NULL
           && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "edit-find-symbolic") == 0)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      gtk_widget_get_tooltip_text (widget), -1);
    }

  if (GTK_IS_POPOVER_MENU (widget))
    g_signal_connect (widget, "map", G_CALLBACK (name_items), NULL);
  if (ADW_IS_ACTION_ROW (widget))
    {
      g_signal_connect (widget, "notify::subtitle", G_CALLBACK (describe_row), NULL);
      describe_row (ADW_ACTION_ROW (widget));
    }
  if (ADW_IS_EXPANDER_ROW (widget))
    {
      g_signal_connect (widget, "notify::expanded", G_CALLBACK (on_expanded), NULL);
      on_expanded (ADW_EXPANDER_ROW (widget));
    }

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    keyfob_ui_complete_accessibility (child);
}

/* The end of the word, of letters and digits, that begins at @word. */
static const char *
find_word_end (const char *word)
{
  while (g_unichar_isalnum (g_utf8_get_char (word)))
    word = g_utf8_next_char (word);

  return word;
}

static const char *
find_word (const char *text)
{
  while (*text != '\0' && !g_unichar_isalnum (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);

  return text;
}

char *
keyfob_ui_dup_avatar_text (const char *name)
{
  const char *first = find_word (name);
  const char *end = find_word_end (first);
  const char *last = find_word (end);

  if (*first == '\0')
    return g_strdup (name);

  /* of an address, the domain tells less than the first part */
  if (strchr (name, ' ') != NULL)
    for (const char *word = last; *word != '\0'; word = find_word (end))
      {
        last = word;
        end = find_word_end (word);
      }

  if (end - first > 2 && g_ascii_isdigit (end[-1]) && g_ascii_isdigit (end[-2]))
    return g_strdup_printf ("%c %c", end[-2], end[-1]);
  if (end - first > 1 && g_ascii_isdigit (end[-1]))
    return g_strdup_printf ("%.*s %c", (int) (g_utf8_next_char (first) - first), first, end[-1]);

  return g_strdup_printf ("%.*s %s", (int) (find_word_end (first) - first), first, last);
}

void
keyfob_ui_set_avatar (AdwAvatar *avatar, const char *name, const char *address)
{
  GtkWidget *circle = gtk_widget_get_first_child (GTK_WIDGET (avatar));
  guint colour = g_str_hash (address) % N_AVATAR_COLOURS + 1;
  g_autofree char *text = keyfob_ui_dup_avatar_text (name);

  adw_avatar_set_text (avatar, text);
  for (guint i = 1; circle != NULL && i <= N_AVATAR_COLOURS; i++)
    {
      g_autofree char *class_name = g_strdup_printf ("color%u", i);

      if (i == colour)
        gtk_widget_add_css_class (circle, class_name);
      else
        gtk_widget_remove_css_class (circle, class_name);
    }
}
