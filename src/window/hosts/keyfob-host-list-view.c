/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-list-view.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "keyfob-host-row.h"
#include "keyfob-host-selection.h"
#include "keyfob-list-backup.h"
#include "keyfob-sign-in-series.h"
#include "keyfob-ui.h"
#include "keyfob-wrap-box.h"

/* A section of more hosts than these can be folded. */
#define MOST_UNFOLDED 8

/* Rows that are built at once, so that of a short list all are there for a screen reader. */
#define FIRST_ROWS 12

#define N_SECTIONS (KEYFOB_HOST_SECTION_NOT_SIGNED_IN + 1)

struct _KeyfobHostListView
{
  GtkBox parent_instance;

  const KeyfobHostContext *context;
  KeyfobHostList *hosts;

  GListStore *folds;         /* those of the sections that can be folded now */
  GObject *fold[N_SECTIONS]; /* (nullable): stands at the top of its section, and folds it */
  GtkFilterListModel *filtered;
  GtkSortListModel *sorted;
  KeyfobHostSelection *selection;
  GObject *anchor;       /* (nullable): the item from which the keys and clicks with Shift select */
  GObject *last_focus;   /* (nullable): the item of the row that had the focus last */
  GPtrArray *list_items; /* GtkListItem: those with a row that is in use */
  guint n_hosts[N_SECTIONS];
  gboolean closed[N_SECTIONS]; /* folded where that many are in it */
  gboolean by_use;
  char *search;       /* (nullable): what is looked for, in no case */
  guint update_id;    /* of the source that brings the list up to date */
  guint build_id;     /* of the callback that builds rows */
  gint64 built_frame; /* the last one in which rows were built before it was painted */

  /* where the focus was when the list changed */
  gboolean had_focus;
  GObject *focus_item;       /* (nullable): where that is still in the list afterwards */
  gboolean focus_was_inside; /* on a button of the row */
  guint focus_position;
  GObject *wanted;        /* (nullable): the item of the row that is to have the focus */
  gboolean wanted_inside; /* its first button is to have it */

  GtkSearchBar *search_bar;
  GtkEditable *search_entry;
  GtkStack *stack;
  GtkScrolledWindow *scroller;
  GtkListView *list;
  GtkWidget *add_button;
  GtkWidget *add_label;
  GtkWidget *selection_bar;
  GtkLabel *count_label;
  KeyfobSignInSeries *series;
};

G_DEFINE_FINAL_TYPE (KeyfobHostListView, keyfob_host_list_view, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_SEARCH_MODE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* the model */

static gboolean
is_folded (KeyfobHostListView *self, KeyfobHostSection section)
{
  return self->search == NULL && self->closed[section] && self->n_hosts[section] > MOST_UNFOLDED;
}

static gboolean
filter_item (gpointer item, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);

  if (!KEYFOB_IS_HOST_ITEM (item))
    return self->search == NULL;
  if (self->search != NULL)
    return keyfob_host_item_matches (item, self->search);

  return !is_folded (self, keyfob_host_item_get_section (item))
         || keyfob_host_item_get_state (item) == KEYFOB_HOST_SIGNING_IN;
}

/* Returns: (transfer full): the heading of a section, which counts what somebody has to look at, or
 * cannot see */
static char *
dup_heading (KeyfobHostListView *self, KeyfobHostSection section)
{
  guint n_hosts = self->n_hosts[section];

  switch (section)
    {
    case KEYFOB_HOST_SECTION_NEEDS_YOU:
      /* Translators: number of servers */
      return g_strdup_printf (_ ("Needs you (%u)"), n_hosts);
    case KEYFOB_HOST_SECTION_READY:
      return g_strdup (_ ("Ready"));
    case KEYFOB_HOST_SECTION_NOT_SIGNED_IN:
    default:
      /* Translators: number of servers */
      return n_hosts > MOST_UNFOLDED ? g_strdup_printf (_ ("Not signed in (%u)"), n_hosts)
                                     : g_strdup (_ ("Not signed in"));
    }
}

static KeyfobHostSection
get_section (KeyfobHostListView *self, gpointer item)
{
  if (KEYFOB_IS_HOST_ITEM (item))
    return keyfob_host_item_get_section (item);

  return item == self->fold[KEYFOB_HOST_SECTION_NEEDS_YOU] ? KEYFOB_HOST_SECTION_NEEDS_YOU
                                                           : KEYFOB_HOST_SECTION_NOT_SIGNED_IN;
}

static int
compare_items (gconstpointer a, gconstpointer b, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);
  gpointer first = (gpointer) a;
  gpointer second = (gpointer) b;

  if (KEYFOB_IS_HOST_ITEM (first) && KEYFOB_IS_HOST_ITEM (second))
    return keyfob_host_item_compare (first, second, self->by_use);
  if (get_section (self, first) != get_section (self, second))
    return (int) get_section (self, first) - (int) get_section (self, second);

  return (int) KEYFOB_IS_HOST_ITEM (first) - (int) KEYFOB_IS_HOST_ITEM (second);
}

static void
count_hosts (KeyfobHostListView *self)
{
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));

  memset (self->n_hosts, 0, sizeof self->n_hosts);
  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobHostItem) item = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (self->search == NULL || keyfob_host_item_matches (item, self->search))
        self->n_hosts[keyfob_host_item_get_section (item)]++;
    }
}

static void
update_fold (KeyfobHostListView *self, KeyfobHostSection section)
{
  GObject *fold = self->fold[section];
  gboolean wanted = fold != NULL && self->n_hosts[section] > MOST_UNFOLDED;
  guint position;
  gboolean is_there = fold != NULL && g_list_store_find (self->folds, fold, &position);

  if (wanted && !is_there)
    g_list_store_append (self->folds, fold);
  else if (!wanted && is_there)
    g_list_store_remove (self->folds, position);
}

/* rows */

static KeyfobHostRow *
get_row (GtkListItem *list_item)
{
  return KEYFOB_HOST_ROW (gtk_list_item_get_child (list_item));
}

/* Returns: (transfer none) (nullable): the row that has the focus, itself or in it */
static KeyfobHostRow *
get_focus_row (KeyfobHostListView *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  GtkWidget *row = child != NULL ? gtk_widget_get_first_child (child) : NULL;

  return KEYFOB_IS_HOST_ROW (row) ? KEYFOB_HOST_ROW (row) : NULL;
}

static void
show_in_row (KeyfobHostListView *self, GtkListItem *list_item)
{
  KeyfobHostRow *row = get_row (list_item);
  gpointer item = gtk_list_item_get_item (list_item);
  guint position = gtk_list_item_get_position (list_item);
  g_autoptr (GObject) before = NULL;
  KeyfobHostSection section = get_section (self, item);
  g_autofree char *heading = dup_heading (self, section);
  gboolean is_host = KEYFOB_IS_HOST_ITEM (item);

  if (position > 0 && position != GTK_INVALID_LIST_POSITION)
    before = g_list_model_get_item (G_LIST_MODEL (self->sorted), position - 1);
  keyfob_host_row_set_heading (
      row, is_host && (before == NULL || get_section (self, before) != section) ? heading : NULL);
  if (!is_host)
    keyfob_host_row_set_fold (row, heading, !is_folded (self, section));
  keyfob_host_row_set_selected (row, keyfob_host_selection_is_active (self->selection),
                                keyfob_host_selection_contains (self->selection, item));
  keyfob_host_row_set_first_hit (row, self->search != NULL && position == 0);
}

static void
update_rows (KeyfobHostListView *self)
{
  for (guint i = 0; i < self->list_items->len; i++)
    show_in_row (self, self->list_items->pdata[i]);
}

/* Finds the positions of the rows that are on the screen. The view hides the other ones. */
static gboolean
find_shown (KeyfobHostListView *self, guint *first, guint *last)
{
  *first = G_MAXUINT;
  *last = 0;
  for (guint i = 0; i < self->list_items->len; i++)
    {
      GtkListItem *list_item = self->list_items->pdata[i];
      GtkWidget *row = gtk_list_item_get_child (list_item);
      guint position = gtk_list_item_get_position (list_item);

      if (!gtk_widget_get_mapped (row) || gtk_widget_get_height (row) == 0)
        continue;

      *first = MIN (*first, position);
      *last = MAX (*last, position);
    }

  return *first <= *last;
}

/* Builds what is on the screen, with the next row on either side for the focus. For each row that
 * is built one is taken down that is far away, so that there are never many: they cost time when
 * the list changes. */
static gboolean
build_rows (KeyfobHostListView *self)
{
  guint first, last, page;
  guint n_built = 0;

  if (!find_shown (self, &first, &last))
    return FALSE;

  page = last - first + 1;
  for (guint i = 0; i < self->list_items->len; i++)
    {
      KeyfobHostRow *row = get_row (self->list_items->pdata[i]);
      guint position = gtk_list_item_get_position (self->list_items->pdata[i]);

      if (position + 1 < first || position > last + 1 || keyfob_host_row_is_built (row))
        continue;

      keyfob_host_row_build (row);
      n_built++;
    }
  for (guint i = 0, n_left = n_built; i < self->list_items->len && n_left > 0; i++)
    {
      guint position = gtk_list_item_get_position (self->list_items->pdata[i]);

      if (position + page < first || position > last + page)
        n_left -= keyfob_host_row_take_down (get_row (self->list_items->pdata[i]));
    }

  return n_built > 0;
}

/* What was built has another height, which may bring others on the screen. */
static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);

  if (build_rows (self))
    return G_SOURCE_CONTINUE;

  self->build_id = 0;

  return G_SOURCE_REMOVE;
}

/* Once the rows have their places, and before they are painted: the frame clock lays out once more
 * where something was built, and it is not to do that again and again in one frame. */
static void
on_layout (KeyfobHostListView *self, GdkFrameClock *clock)
{
  gint64 frame = gdk_frame_clock_get_frame_counter (clock);

  if (frame == self->built_frame || !build_rows (self))
    return;

  self->built_frame = frame;
  if (self->build_id == 0)
    self->build_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_frame, NULL, NULL);
}

static void
on_setup (KeyfobHostListView *self, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, keyfob_host_row_new (self->context));
}

static gboolean
is_at_top (KeyfobHostListView *self)
{
  return gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller)) == 0;
}

static void
on_bind (KeyfobHostListView *self, GtkListItem *list_item)
{
  gpointer item = gtk_list_item_get_item (list_item);
  KeyfobHostRow *row = get_row (list_item);

  g_ptr_array_add (self->list_items, list_item);
  keyfob_host_row_set_item (row, KEYFOB_IS_HOST_ITEM (item) ? item : NULL);
  show_in_row (self, list_item);
  /* further down GTK binds these rows, too, which nobody sees there */
  if (gtk_list_item_get_position (list_item) < FIRST_ROWS && is_at_top (self))
    keyfob_host_row_build (row);
}

static void
on_unbind (KeyfobHostListView *self, GtkListItem *list_item)
{
  g_ptr_array_remove_fast (self->list_items, list_item);
  keyfob_host_row_set_item (get_row (list_item), NULL);
}

/* Returns: (transfer none) (nullable): the list item of @item, where it has a row */
static GtkListItem *
find_list_item (KeyfobHostListView *self, gpointer item)
{
  for (guint i = 0; i < self->list_items->len; i++)
    if (gtk_list_item_get_item (self->list_items->pdata[i]) == item)
      return self->list_items->pdata[i];

  return NULL;
}

/* focus */

static gboolean
find_position (KeyfobHostListView *self, gpointer wanted, guint *position)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), i);

      if (item != wanted)
        continue;
      *position = i;
      return TRUE;
    }

  return FALSE;
}

/* GTK 4.8 gives the focus to a row that it has placed, which are those on the screen. */
static gboolean
focus_wanted (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  GtkListItem *list_item = find_list_item (self, self->wanted);
  GtkWidget *row = list_item != NULL ? gtk_list_item_get_child (list_item) : NULL;
  guint position;

  if (gtk_widget_get_mapped (widget) && (row == NULL || !gtk_widget_get_mapped (row))
      && find_position (self, self->wanted, &position))
    {
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
      return G_SOURCE_CONTINUE;
    }

  if (row != NULL)
    {
      keyfob_host_row_build (KEYFOB_HOST_ROW (row));
      gtk_widget_grab_focus (gtk_widget_get_parent (row));
      if (self->wanted_inside)
        keyfob_host_row_move_focus (KEYFOB_HOST_ROW (row), TRUE);
    }
  self->wanted_inside = FALSE;
  g_clear_object (&self->wanted);

  return G_SOURCE_REMOVE;
}

static void
focus_position (KeyfobHostListView *self, guint position)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);
  gboolean waits = self->wanted != NULL;

  if (item == NULL)
    return;

  g_set_object (&self->wanted, item);
  if (!waits && focus_wanted (GTK_WIDGET (self), NULL, NULL) == G_SOURCE_CONTINUE)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), focus_wanted, NULL, NULL);
}

/* Returns: (transfer none) (nullable): the list item whose row has the focus, itself or in it */
static GtkListItem *
find_focus_list_item (KeyfobHostListView *self)
{
  KeyfobHostRow *row = get_focus_row (self);

  for (guint i = 0; row != NULL && i < self->list_items->len; i++)
    if (get_row (self->list_items->pdata[i]) == row)
      return self->list_items->pdata[i];

  return NULL;
}

static void
on_focus_changed (KeyfobHostListView *self)
{
  GtkListItem *list_item =
      keyfob_ui_has_focus (GTK_WIDGET (self->list)) ? find_focus_list_item (self) : NULL;

  if (list_item != NULL)
    g_set_object (&self->last_focus, gtk_list_item_get_item (list_item));
}

static void
keyfob_host_list_view_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_host_list_view_parent_class)->root (widget);

  g_signal_connect_object (gtk_widget_get_root (widget), "notify::focus-widget",
                           G_CALLBACK (on_focus_changed), widget, G_CONNECT_SWAPPED);
}

/* Before the view sees the change. */
static void
on_items_change (KeyfobHostListView *self)
{
  GtkListItem *list_item = find_focus_list_item (self);

  /* no row that is only on the way to another one */
  self->had_focus =
      list_item != NULL && self->wanted == NULL && keyfob_ui_has_focus (GTK_WIDGET (self->list));
  if (!self->had_focus)
    return;

  g_set_object (&self->focus_item, gtk_list_item_get_item (list_item));
  self->focus_was_inside = keyfob_ui_has_focus (GTK_WIDGET (get_row (list_item)));
  self->focus_position = gtk_list_item_get_position (list_item);
}

/* After that. The focus follows the host; where that is gone, the next one has it. */
static void
on_items_changed (KeyfobHostListView *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
  KeyfobHostRow *row = get_focus_row (self);
  guint position;

  update_rows (self);
  keyfob_ui_show_page (self->stack, self->search != NULL && n_items == 0 ? "nothing" : "list");

  if (!self->had_focus || n_items == 0)
    return;

  self->had_focus = FALSE;
  if (find_position (self, self->focus_item, &position))
    {
      if (row == NULL || (GObject *) keyfob_host_row_get_item (row) != self->focus_item)
        {
          self->wanted_inside = self->focus_was_inside;
          focus_position (self, position);
        }
    }
  else
    {
      g_clear_object (&self->focus_item);
      focus_position (self, MIN (self->focus_position, n_items - 1));
    }
}

/* Tab leaves the list, whose rows the arrows go through. */
static gboolean
keyfob_host_list_view_move_focus (GtkWidget *widget, GtkDirectionType direction)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  gboolean is_tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;
  KeyfobHostRow *row = get_focus_row (self);

  if (!is_tab || row == NULL || gtk_widget_get_focus_child (widget) != GTK_WIDGET (self->stack)
      || keyfob_host_row_has_open_menu (row))
    return GTK_WIDGET_CLASS (keyfob_host_list_view_parent_class)->focus (widget, direction);

  if (direction == GTK_DIR_TAB_BACKWARD)
    return gtk_widget_child_focus (GTK_WIDGET (self->search_bar), direction);

  return gtk_widget_child_focus (self->selection_bar, direction)
         || gtk_widget_child_focus (GTK_WIDGET (self->series), direction);
}

/* selection */

static void
update_selection_bar (KeyfobHostListView *self)
{
  g_autoptr (GPtrArray) items = keyfob_host_selection_dup_items (self->selection);
  gboolean active = keyfob_host_selection_is_active (self->selection);
  g_autofree char *count = NULL;
  gboolean can_sign_in = FALSE;

  for (guint i = 0; i < items->len; i++)
    can_sign_in |= keyfob_host_state_needs_user (keyfob_host_item_get_state (items->pdata[i]));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "selection.sign-in", can_sign_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "selection.export", items->len > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "selection.remove", items->len > 0);
  gtk_widget_set_visible (self->selection_bar, active);
  count = items->len > 0
              ? g_strdup_printf (ngettext ("%u selected", "%u selected", items->len), items->len)
              : g_strdup (_ ("Nothing is selected"));
  gtk_label_set_label (self->count_label, count);
}

static void
on_selected (KeyfobHostListView *self)
{
  update_selection_bar (self);
  update_rows (self);
}

static void
announce_selected (KeyfobHostListView *self)
{
  keyfob_ui_announce (GTK_WIDGET (self), gtk_label_get_label (self->count_label));
}

static void
begin_selection (KeyfobHostListView *self)
{
  keyfob_host_selection_set_active (self->selection, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list),
                                  GTK_ACCESSIBLE_PROPERTY_MULTI_SELECTABLE, TRUE, -1);
}

static void
toggle (KeyfobHostListView *self, KeyfobHostItem *item)
{
  begin_selection (self);
  g_set_object (&self->anchor, G_OBJECT (item));
  keyfob_host_selection_toggle (self->selection, item);
  announce_selected (self);
}

/* Where the range begins that keys or a click with Shift select. */
static void
note_anchor (KeyfobHostListView *self)
{
  if (!keyfob_host_selection_is_active (self->selection) || self->anchor == NULL)
    g_set_object (&self->anchor, self->last_focus);
}

/* Selects from the anchor to @position. */
static void
select_to (KeyfobHostListView *self, guint position)
{
  guint from;

  if (self->anchor == NULL || !find_position (self, self->anchor, &from))
    from = position;
  begin_selection (self);
  keyfob_host_selection_select_range (self->selection, from, position);
  announce_selected (self);
}

static void
end_selection (KeyfobHostListView *self)
{
  keyfob_host_selection_set_active (self->selection, FALSE);
  g_clear_object (&self->anchor);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (self->list),
                                 GTK_ACCESSIBLE_PROPERTY_MULTI_SELECTABLE);
}

/* The row that had the focus last, or the next one that is still there. */
static void
focus_list (KeyfobHostListView *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
  guint position = 0;

  if (n_items == 0)
    return;

  if (self->last_focus != NULL && !find_position (self, self->last_focus, &position))
    position = MIN (self->focus_position, n_items - 1);
  focus_position (self, position);
}

static void
on_begin_selection (GtkWidget *widget, const char *action, GVariant *path)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  KeyfobHostItem *item = keyfob_host_list_find (self->hosts, g_variant_get_string (path, NULL));

  if (item != NULL && !keyfob_host_selection_contains (self->selection, item))
    toggle (self, item);
}

static void
on_select_all (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);

  begin_selection (self);
  keyfob_host_selection_select_range (self->selection, 0, G_MAXUINT - 1);
  announce_selected (self);
}

static void
on_end_selection (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  gboolean has_focus = keyfob_ui_has_focus (GTK_WIDGET (self->list));

  end_selection (self);
  if (!has_focus)
    focus_list (self);
}

/* Returns: (transfer full) (array zero-terminated=1): the paths of the hosts that are selected */
static GStrv
dup_selected_paths (KeyfobHostListView *self)
{
  g_autoptr (GPtrArray) items = keyfob_host_selection_dup_items (self->selection);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < items->len; i++)
    g_strv_builder_add (paths, keyfob_host_item_get_path (items->pdata[i]));

  return g_strv_builder_end (paths);
}

static void
on_export_selected (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->context->client);
  g_auto (GStrv) paths = dup_selected_paths (self);

  if (agent != NULL)
    keyfob_list_backup_export (GTK_WIDGET (self->context->toasts), agent,
                               (const char *const *) paths);
}

static void
on_sign_in_selected (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  g_autoptr (GPtrArray) items = keyfob_host_selection_dup_items (self->selection);

  end_selection (self);
  keyfob_sign_in_series_start (self->series, items, self->context);
}

/* The focus goes to the first one below the last focus that stays, or to the last one. */
static void
focus_what_stays (KeyfobHostListView *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
  guint first = 0;
  guint stays = GTK_INVALID_LIST_POSITION;

  if (self->last_focus != NULL)
    find_position (self, self->last_focus, &first);
  for (guint i = 0; i < n_items && (stays == GTK_INVALID_LIST_POSITION || stays < first); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), i);

      if (!keyfob_host_selection_contains (self->selection, item))
        stays = i;
    }
  if (stays != GTK_INVALID_LIST_POSITION)
    focus_position (self, stays);
}

static void
on_remove_selected (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (widget);
  g_auto (GStrv) paths = dup_selected_paths (self);

  focus_what_stays (self);
  end_selection (self);
  gtk_widget_activate_action (widget, "win.remove-hosts", "^ao", paths);
}

/* keys and clicks */

static void
show_host (KeyfobHostListView *self, KeyfobHostItem *item)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-host", "o",
                              keyfob_host_item_get_path (item));
}

static gboolean update (gpointer user_data);

static void
on_activated (KeyfobHostListView *self, guint position)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);
  KeyfobHostSection section = get_section (self, item);

  if (KEYFOB_IS_HOST_ITEM (item))
    {
      if (keyfob_host_selection_is_active (self->selection))
        toggle (self, KEYFOB_HOST_ITEM (item));
      else
        show_host (self, KEYFOB_HOST_ITEM (item));
      return;
    }

  self->closed[section] = !self->closed[section];
  update (self);
}

/* Returns: (transfer none) (nullable): the row of a host that gets keys */
static KeyfobHostRow *
get_row_for_keys (KeyfobHostListView *self)
{
  KeyfobHostRow *row = get_focus_row (self);

  if (row == NULL || keyfob_host_row_get_item (row) == NULL || keyfob_host_row_has_open_menu (row))
    return NULL;

  return row;
}

static gboolean
on_action_key (GtkWidget *list, GVariant *arguments, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);
  KeyfobHostRow *row = get_row_for_keys (self);
  const char *name;
  g_autofree char *action = NULL;
  g_autoptr (GVariant) target = NULL;

  if (row == NULL)
    return FALSE;

  g_variant_get (arguments, "&s", &name);
  if (keyfob_host_selection_is_active (self->selection) && g_str_equal (name, "row.remove"))
    return gtk_widget_activate_action (GTK_WIDGET (self), "selection.remove", NULL);

  keyfob_host_row_build (row);
  if (!g_action_parse_detailed_name (name, &action, &target, NULL))
    return FALSE;

  gtk_widget_activate_action_variant (GTK_WIDGET (row), action, target);

  return TRUE;
}

static gboolean
on_arrow_key (GtkWidget *list, GVariant *arguments, gpointer user_data)
{
  KeyfobHostRow *row = get_row_for_keys (KEYFOB_HOST_LIST_VIEW (user_data));
  gboolean right = g_variant_get_boolean (arguments);
  gboolean forward = right == (gtk_widget_get_direction (list) == GTK_TEXT_DIR_LTR);

  if (row == NULL)
    return FALSE;

  keyfob_host_row_move_focus (row, forward);

  return TRUE;
}

/* @arguments: whether the key begins to select, too */
static gboolean
on_toggle_key (GtkWidget *list, GVariant *arguments, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);
  gboolean begins = g_variant_get_boolean (arguments);
  KeyfobHostRow *row = get_row_for_keys (self);

  if (row == NULL || (!begins && !keyfob_host_selection_is_active (self->selection)))
    return FALSE;

  toggle (self, keyfob_host_row_get_item (row));

  return TRUE;
}

/* Shift and a key that moves the focus, to where @arguments say: by how many rows. */
static gboolean
on_extend_key (GtkWidget *list, GVariant *arguments, gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);
  gint64 n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
  guint position;
  gint64 to;

  if (get_row_for_keys (self) == NULL && self->wanted == NULL)
    return FALSE;
  /* where the focus is on its way already */
  if (!find_position (self, self->wanted != NULL ? self->wanted : self->last_focus, &position))
    return FALSE;

  note_anchor (self);
  to = CLAMP (position + g_variant_get_int64 (arguments), 0, n_items - 1);
  select_to (self, to);
  focus_position (self, to);

  return TRUE;
}

static void
add_key (GtkEventController *keys,
         const char *trigger,
         GtkShortcutFunc function,
         GVariant *arguments,
         KeyfobHostListView *self)
{
  GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger),
                                            gtk_callback_action_new (function, self, NULL));

  gtk_shortcut_set_arguments (shortcut, arguments);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), shortcut);
}

/* Of the row with the focus, which is not the widget that has it. */
static void
add_keys (KeyfobHostListView *self)
{
  static const struct
  {
    const char *trigger;
    const char *action;
  } actions[] = {
    { "<Control>c", "host.copy-command::header" },
    { "<Control><Shift>c", "host.copy-preferred" },
    { "F2", "row.rename" },
    { "<Control>d", "host.toggle-pin" },
    { "F5", "host.renew" },
    { "Delete|KP_Delete", "row.remove" },
    { "Menu|<Shift>F10", "row.menu" },
  };
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    add_key (keys, actions[i].trigger, on_action_key, g_variant_new_string (actions[i].action),
             self);
  add_key (keys, "Left|KP_Left", on_arrow_key, g_variant_new_boolean (FALSE), self);
  add_key (keys, "Right|KP_Right", on_arrow_key, g_variant_new_boolean (TRUE), self);
  add_key (keys, "<Control>space|<Control>KP_Space", on_toggle_key, g_variant_new_boolean (TRUE),
           self);
  add_key (keys, "space|KP_Space", on_toggle_key, g_variant_new_boolean (FALSE), self);
  add_key (keys, "<Shift>Up|<Shift>KP_Up", on_extend_key, g_variant_new_int64 (-1), self);
  add_key (keys, "<Shift>Down|<Shift>KP_Down", on_extend_key, g_variant_new_int64 (1), self);
  add_key (keys, "<Shift>Home|<Shift>KP_Home", on_extend_key, g_variant_new_int64 (-G_MAXINT),
           self);
  add_key (keys, "<Shift>End|<Shift>KP_End", on_extend_key, g_variant_new_int64 (G_MAXINT), self);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>a"),
                        gtk_named_action_new ("selection.all")));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
}

/* Returns: (transfer none) (nullable): the row at a point of the list */
static KeyfobHostRow *
pick_row (KeyfobHostListView *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_NON_TARGETABLE);

  widget = widget != NULL ? gtk_widget_get_ancestor (widget, KEYFOB_TYPE_HOST_ROW) : NULL;

  return widget != NULL ? KEYFOB_HOST_ROW (widget) : NULL;
}

static void
open_menu_at (KeyfobHostListView *self, GtkGesture *gesture, double x, double y)
{
  KeyfobHostRow *row = pick_row (self, x, y);
  double row_x, row_y;

  if (row == NULL || keyfob_host_row_get_item (row) == NULL
      || !gtk_widget_translate_coordinates (GTK_WIDGET (self->list), GTK_WIDGET (row), x, y, &row_x,
                                            &row_y))
    return;

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (row)));
  keyfob_host_row_open_menu (row, &(GdkRectangle){ row_x, row_y, 1, 1 });
}

static void
on_secondary_click (KeyfobHostListView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  open_menu_at (self, gesture, x, y);
}

/* Before the press takes the focus. */
static void
on_press (KeyfobHostListView *self)
{
  note_anchor (self);
}

/* With Ctrl or Shift, or while the user selects. */
static void
on_click (KeyfobHostListView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  GdkModifierType modifiers =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  gboolean extends = (modifiers & GDK_SHIFT_MASK) != 0;
  KeyfobHostRow *row = pick_row (self, x, y);
  KeyfobHostItem *item = row != NULL ? keyfob_host_row_get_item (row) : NULL;
  guint position;

  if (item == NULL || !find_position (self, item, &position)
      || (!extends && (modifiers & GDK_CONTROL_MASK) == 0
          && !keyfob_host_selection_is_active (self->selection)))
    return;

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (extends)
    select_to (self, position);
  else
    toggle (self, item);
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (row)));
}

static void
on_long_press (KeyfobHostListView *self, double x, double y, GtkGesture *gesture)
{
  open_menu_at (self, gesture, x, y);
}

static void
add_gestures (KeyfobHostListView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *select = gtk_gesture_click_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_secondary_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (click));

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (select), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (select, "pressed", G_CALLBACK (on_press), self);
  g_signal_connect_swapped (select, "released", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (select));

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (press), GTK_PHASE_CAPTURE);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_long_press), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (press));
}

/* search */

static gboolean
update (gpointer user_data)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (user_data);

  g_clear_handle_id (&self->update_id, g_source_remove);
  count_hosts (self);
  for (guint section = 0; section < N_SECTIONS; section++)
    update_fold (self, section);
  update_selection_bar (self);

  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered),
                      GTK_FILTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (gtk_sort_list_model_get_sorter (self->sorted), GTK_SORTER_CHANGE_DIFFERENT);
  update_rows (self);

  return G_SOURCE_REMOVE;
}

/* Once for all that changes at once. */
static void
queue_update (KeyfobHostListView *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update, self, NULL);
}

/* It is the one that Enter opens, wherever the list was before. */
static void
show_first_hit (KeyfobHostListView *self)
{
  if (self->search != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->sorted)) > 0)
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", 0);
}

/* Before the list changes: from further down, no row that is on the screen stays there, so none of
 * them is to be carried along. */
static void
leave_for_first_hit (KeyfobHostListView *self)
{
  if (self->search == NULL || is_at_top (self))
    return;

  for (guint i = 0; i < self->list_items->len; i++)
    keyfob_host_row_take_down (get_row (self->list_items->pdata[i]));
  show_first_hit (self);
}

static void
on_search_changed (KeyfobHostListView *self)
{
  const char *text = gtk_editable_get_text (self->search_entry);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *label = NULL;

  g_clear_pointer (&self->search, g_free);
  if (*stripped != '\0')
    self->search = g_utf8_casefold (stripped, -1);

  /* Translators: what was typed into the search, to be added as a server */
  label = g_strdup_printf (_ ("Add “%s”"), stripped);
  gtk_label_set_label (GTK_LABEL (self->add_label), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  leave_for_first_hit (self);
  update (self);
  show_first_hit (self);
  on_items_changed (self);
}

static void
add_searched (KeyfobHostListView *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->search_entry)));

  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.add-host-address", "s", text);
}

static void
on_search_activated (KeyfobHostListView *self)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), 0);

  if (self->search == NULL)
    return;

  if (item == NULL)
    add_searched (self);
  else if (KEYFOB_IS_HOST_ITEM (item))
    show_host (self, KEYFOB_HOST_ITEM (item));
}

/* A search that is not shown would hide hosts. */
static void
on_search_mode (KeyfobHostListView *self)
{
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    gtk_editable_set_text (self->search_entry, "");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEARCH_MODE]);
}

static void
on_hosts_changed (KeyfobHostListView *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->hosts)) == 0)
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  queue_update (self);
}

static void
update_built_rows (KeyfobHostListView *self)
{
  for (guint i = 0; i < self->list_items->len; i++)
    keyfob_host_row_update (get_row (self->list_items->pdata[i]));
}

/* That the keyring is locked changes what the rows say. */
static void
on_agent_changed (KeyfobHostListView *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->context->client);

  if (agent != NULL)
    g_signal_connect_object (agent, "notify::store-state", G_CALLBACK (update_built_rows), self,
                             G_CONNECT_SWAPPED);
  update_built_rows (self);
}

static void
keyfob_host_list_view_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_host_list_view_parent_class)->realize (widget);

  g_signal_connect_object (gtk_widget_get_frame_clock (widget), "layout", G_CALLBACK (on_layout),
                           widget, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
keyfob_host_list_view_unrealize (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_frame_clock (widget), on_layout, widget);

  GTK_WIDGET_CLASS (keyfob_host_list_view_parent_class)->unrealize (widget);
}

static void
keyfob_host_list_view_dispose (GObject *object)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (object);

  if (self->sorted != NULL)
    g_signal_handlers_disconnect_by_data (self->sorted, self);
  if (self->hosts != NULL)
    g_signal_handlers_disconnect_by_data (self->hosts, self);
  g_clear_handle_id (&self->update_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), KEYFOB_TYPE_HOST_LIST_VIEW);
  g_clear_object (&self->selection);
  g_clear_object (&self->anchor);
  g_clear_object (&self->last_focus);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filtered);
  g_clear_object (&self->folds);
  for (guint section = 0; section < N_SECTIONS; section++)
    g_clear_object (&self->fold[section]);
  g_clear_object (&self->focus_item);
  g_clear_object (&self->wanted);
  g_clear_object (&self->hosts);

  G_OBJECT_CLASS (keyfob_host_list_view_parent_class)->dispose (object);
}

static void
keyfob_host_list_view_finalize (GObject *object)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (object);

  g_ptr_array_unref (self->list_items);
  g_free (self->search);

  G_OBJECT_CLASS (keyfob_host_list_view_parent_class)->finalize (object);
}

static void
keyfob_host_list_view_get_property (GObject *object,
                                    guint prop_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (object);

  switch (prop_id)
    {
    case PROP_SEARCH_MODE:
      g_value_set_boolean (value, gtk_search_bar_get_search_mode (self->search_bar));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_list_view_set_property (GObject *object,
                                    guint prop_id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  KeyfobHostListView *self = KEYFOB_HOST_LIST_VIEW (object);

  switch (prop_id)
    {
    case PROP_SEARCH_MODE:
      gtk_search_bar_set_search_mode (self->search_bar, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-list-view.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, search_entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, stack);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, scroller);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, list);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, add_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, add_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, selection_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, count_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostListView, series);
  gtk_widget_class_bind_template_callback (widget_class, add_searched);
  gtk_widget_class_bind_template_callback (widget_class, focus_list);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_mode);
}

static void
keyfob_host_list_view_class_init (KeyfobHostListViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_host_list_view_dispose;
  object_class->finalize = keyfob_host_list_view_finalize;
  object_class->get_property = keyfob_host_list_view_get_property;
  object_class->set_property = keyfob_host_list_view_set_property;
  widget_class->focus = keyfob_host_list_view_move_focus;
  widget_class->root = keyfob_host_list_view_root;
  widget_class->realize = keyfob_host_list_view_realize;
  widget_class->unrealize = keyfob_host_list_view_unrealize;

  props[PROP_SEARCH_MODE] =
      g_param_spec_boolean ("search-mode", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (KEYFOB_TYPE_SIGN_IN_SERIES);
  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "selection.begin", "o", on_begin_selection);
  gtk_widget_class_install_action (widget_class, "selection.all", NULL, on_select_all);
  gtk_widget_class_install_action (widget_class, "selection.sign-in", NULL, on_sign_in_selected);
  gtk_widget_class_install_action (widget_class, "selection.export", NULL, on_export_selected);
  gtk_widget_class_install_action (widget_class, "selection.remove", NULL, on_remove_selected);
  gtk_widget_class_install_action (widget_class, "selection.end", NULL, on_end_selection);
}

static void
create_model (KeyfobHostListView *self)
{
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);
  GtkFlattenListModel *all;

  g_list_store_append (parts, self->hosts);
  g_list_store_append (parts, self->folds);
  all = gtk_flatten_list_model_new (G_LIST_MODEL (parts));
  self->filtered = gtk_filter_list_model_new (
      G_LIST_MODEL (all), GTK_FILTER (gtk_custom_filter_new (filter_item, self, NULL)));
  self->sorted =
      gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->filtered)),
                               GTK_SORTER (gtk_custom_sorter_new (compare_items, self, NULL)));

  /* before and after the view */
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (on_items_change), self,
                           G_CONNECT_SWAPPED);
  self->selection = keyfob_host_selection_new (G_LIST_MODEL (self->sorted));
}

/* From GTK 4.12 on a list can have Tab lead to its first row, or its last, and does so by default.
 */
static void
lead_tab_to_last_focus (GtkListView *list)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (list), "tab-behavior") != NULL)
    g_object_set (list, "tab-behavior", 1 /* GTK_LIST_TAB_ITEM */, NULL);
}

static void
keyfob_host_list_view_init (KeyfobHostListView *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->list_items = g_ptr_array_new ();
  self->folds = g_list_store_new (G_TYPE_OBJECT);
  self->fold[KEYFOB_HOST_SECTION_NEEDS_YOU] = g_object_new (G_TYPE_OBJECT, NULL);
  self->fold[KEYFOB_HOST_SECTION_NOT_SIGNED_IN] = g_object_new (G_TYPE_OBJECT, NULL);
  self->closed[KEYFOB_HOST_SECTION_NOT_SIGNED_IN] = TRUE;

  g_signal_connect_swapped (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  lead_tab_to_last_focus (self->list);
  add_keys (self);
  add_gestures (self);
}

void
keyfob_host_list_view_set_context (KeyfobHostListView *self, const KeyfobHostContext *context)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));
  g_return_if_fail (context != NULL && self->context == NULL);

  self->context = context;
  self->hosts = g_object_ref (keyfob_agent_client_get_hosts (context->client));
  create_model (self);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::n-selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);

  g_signal_connect_object (self->hosts, "items-changed", G_CALLBACK (on_hosts_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hosts, "host-changed", G_CALLBACK (queue_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context->ticker, "notify::now", G_CALLBACK (update_built_rows), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context->client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  on_agent_changed (self);
  update (self);
}

void
keyfob_host_list_view_set_by_use (KeyfobHostListView *self, gboolean by_use)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  self->by_use = by_use;
  update (self);
}

void
keyfob_host_list_view_set_key_capture_widget (KeyfobHostListView *self, GtkWidget *widget)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  gtk_search_bar_set_key_capture_widget (self->search_bar, widget);
}

void
keyfob_host_list_view_search (KeyfobHostListView *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  gtk_editable_select_region (self->search_entry, 0, -1);
}

void
keyfob_host_list_view_search_for (KeyfobHostListView *self, const char *text)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));
  g_return_if_fail (text != NULL);

  keyfob_host_list_view_search (self);
  gtk_editable_set_text (self->search_entry, text);
  gtk_editable_set_position (self->search_entry, -1);
}

void
keyfob_host_list_view_focus_item (KeyfobHostListView *self, KeyfobHostItem *item)
{
  guint position;

  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (item));

  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  self->closed[keyfob_host_item_get_section (item)] = FALSE;
  /* the entry tells of its text later */
  on_search_changed (self);
  if (find_position (self, item, &position))
    focus_position (self, position);
}

void
keyfob_host_list_view_select (KeyfobHostListView *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  begin_selection (self);
  focus_list (self);
  announce_selected (self);
}

void
keyfob_host_list_view_leave (KeyfobHostListView *self)
{
  g_autoptr (GObject) last_focus = NULL;
  gboolean is_beside; /* on a button that may go with the search */

  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  if (keyfob_host_selection_is_active (self->selection))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "selection.end", NULL);
      return;
    }
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    return;

  is_beside =
      keyfob_ui_has_focus (GTK_WIDGET (self)) && !keyfob_ui_has_focus (GTK_WIDGET (self->list));
  g_set_object (&last_focus, self->last_focus);
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  /* the entry tells of its text later */
  on_search_changed (self);
  if (!is_beside)
    return;

  /* GTK has given the focus to any row */
  g_set_object (&self->last_focus, last_focus);
  focus_list (self);
}

void
keyfob_host_list_view_set_shown (KeyfobHostListView *self, KeyfobHostItem *item)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));
  g_return_if_fail (item == NULL || KEYFOB_IS_HOST_ITEM (item));

  keyfob_host_selection_set_shown (self->selection, item);
}

void
keyfob_host_list_view_focus (KeyfobHostListView *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST_VIEW (self));

  /* what folds the first section stands above its hosts */
  update (self);
  focus_list (self);
}
