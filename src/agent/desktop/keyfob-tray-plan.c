/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-plan.h"

#include <glib/gi18n-lib.h>

#include "keyfob-status-text.h"

#define FEW 12        /* hosts that fit into the menu beside the rest */
#define MOST_URGENT 8 /* of more than that */
#define GROUP 20      /* hosts in one submenu */
#define LONGEST_NAME 40

typedef struct
{
  KeyfobHost *host;
  KeyfobAttention attention;
  char *name;
  char *order; /* of the name, as the language sorts */
} Item;

static void
item_free (Item *item)
{
  g_free (item->order);
  g_free (item->name);
  g_free (item);
}

/* One line, not wider than a menu should be. */
static char *
short_name (const char *name)
{
  g_autofree char *line = g_strdelimit (g_strdup (name), "\n\r\t", ' ');
  g_autofree char *start = NULL;

  if (g_utf8_strlen (line, -1) <= LONGEST_NAME)
    return g_steal_pointer (&line);

  start = g_utf8_substring (line, 0, LONGEST_NAME - 1);

  return g_strconcat (start, "…", NULL);
}

static Item *
item_new (KeyfobAttentionModel *model, guint position)
{
  Item *item = g_new0 (Item, 1);
  g_autofree char *folded = NULL;

  item->host = keyfob_attention_model_get_host (model, position);
  item->attention = keyfob_attention_model_get_attention (model, position);
  item->name = short_name (keyfob_config_get_name (keyfob_host_get_config (item->host)));
  folded = g_utf8_casefold (item->name, -1);
  item->order = g_utf8_collate_key_for_filename (folded, -1);

  return item;
}

static const char *
get_url (const Item *item)
{
  return keyfob_config_get_base_url (keyfob_host_get_config (item->host));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const Item *first = *(const Item *const *) a;
  const Item *second = *(const Item *const *) b;
  int order = g_strcmp0 (first->order, second->order);

  return order != 0 ? order : g_strcmp0 (get_url (first), get_url (second));
}

/* Where nobody is signed in there is nothing to copy, nor anything that presses. */
static int
get_urgency (const Item *item)
{
  return item->attention == KEYFOB_ATTENTION_SIGNED_OUT ? -1 : (int) item->attention;
}

static int
compare_urgency (gconstpointer a, gconstpointer b)
{
  int first = get_urgency (*(const Item *const *) a);
  int second = get_urgency (*(const Item *const *) b);

  return first != second ? second - first : compare_names (a, b);
}

static char *
describe (KeyfobHost *host, gint64 now)
{
  KeyfobHostState state = keyfob_host_get_state (host);
  gint64 expires = keyfob_host_session_get_expires (keyfob_host_get_session (host));
  const char *user_code = keyfob_bus_host1_get_user_code (keyfob_host_get_skeleton (host));

  if (user_code != NULL && *user_code != '\0')
    return g_strdup (_ ("Waiting for your other device…"));
  if (state == KEYFOB_HOST_SIGNED_IN && expires > now)
    return keyfob_status_text_time_left (expires, now);

  return keyfob_status_text_status (state, NULL, expires, now);
}

static void
append_choice (KeyfobMenuNode *menu,
               const char *key,
               const char *label,
               KeyfobTrayChoice choice,
               KeyfobHost *host)
{
  KeyfobMenuNode *node = keyfob_menu_node_append (menu, keyfob_menu_node_new (key, label));

  node->choice = choice;
  node->enabled = choice != KEYFOB_TRAY_NOTHING;
  g_set_object (&node->target, G_OBJECT (host));
}

static void
append_choices (KeyfobMenuNode *menu, const Item *item)
{
  KeyfobHostState state = keyfob_host_get_state (item->host);
  const char *account = keyfob_host_session_get_account (keyfob_host_get_session (item->host));

  if (keyfob_host_state_has_token (state) && *account != '\0')
    append_choice (menu, "account", account, KEYFOB_TRAY_NOTHING, NULL);

  if (state == KEYFOB_HOST_SIGNING_IN)
    append_choice (menu, "cancel", _ ("Cancel"), KEYFOB_TRAY_CANCEL, item->host);
  else if (keyfob_host_state_needs_user (state))
    append_choice (menu, "sign-in", _ ("Sign in"), KEYFOB_TRAY_SIGN_IN, item->host);
  else
    append_choice (menu, "copy", _ ("Copy header"), KEYFOB_TRAY_COPY_HEADER, item->host);

  if (item->attention == KEYFOB_ATTENTION_SOON)
    append_choice (menu, "again", _ ("Sign in again"), KEYFOB_TRAY_SIGN_IN, item->host);
}

static void
append_host (KeyfobMenuNode *menu, const Item *item, gint64 now)
{
  g_autofree char *status = describe (item->host, now);
  /* Translators: name of a host, and how it stands: "Data portal: 42 min left" */
  g_autofree char *label = g_strdup_printf (_ ("%s: %s"), item->name, status);
  KeyfobMenuNode *host =
      keyfob_menu_node_append (menu, keyfob_menu_node_new (get_url (item), label));

  append_choices (host, item);
}

static void
append_group (KeyfobMenuNode *menu, GPtrArray *items, guint first, guint last, gint64 now)
{
  Item *first_item = g_ptr_array_index (items, first);
  Item *last_item = g_ptr_array_index (items, last);
  g_autofree char *key = g_strdup_printf ("group %u", menu->children->len);
  /* Translators: names of the first and the last host in a submenu */
  g_autofree char *label = g_strdup_printf (_ ("%s – %s"), first_item->name, last_item->name);
  KeyfobMenuNode *group = keyfob_menu_node_append (menu, keyfob_menu_node_new (key, label));

  for (guint i = first; i <= last; i++)
    append_host (group, g_ptr_array_index (items, i), now);
}

/* By name, in as many submenus of about the same length as it takes. */
static void
append_others (KeyfobMenuNode *menu, GPtrArray *items, gint64 now)
{
  guint n_groups = (items->len + GROUP - 1) / GROUP;
  g_autofree char *label = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u more host", "%u more hosts", items->len), items->len);
  KeyfobMenuNode *more = keyfob_menu_node_append (menu, keyfob_menu_node_new ("more", label));

  g_ptr_array_sort (items, compare_names);
  for (guint i = 0; n_groups == 1 && i < items->len; i++)
    append_host (more, g_ptr_array_index (items, i), now);
  for (guint i = 0; n_groups > 1 && i < n_groups; i++)
    append_group (more, items, i * items->len / n_groups, (i + 1) * items->len / n_groups - 1, now);
}

static GPtrArray *
list_items (KeyfobAttentionModel *model)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);

  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    g_ptr_array_add (items, item_new (model, i));

  return items;
}

static void
append_hosts (KeyfobMenuNode *menu, KeyfobAttentionModel *model, gint64 now)
{
  g_autoptr (GPtrArray) items = list_items (model);
  guint n_shown = items->len <= FEW ? items->len : MOST_URGENT;

  g_ptr_array_sort (items, items->len <= FEW ? compare_names : compare_urgency);
  for (guint i = 0; i < n_shown; i++)
    append_host (menu, g_ptr_array_index (items, i), now);

  if (n_shown == items->len)
    return;

  g_ptr_array_remove_range (items, 0, n_shown);
  append_others (menu, items, now);
}

KeyfobMenuNode *
keyfob_tray_plan (KeyfobAttentionModel *model, gint64 now)
{
  KeyfobMenuNode *menu = keyfob_menu_node_new ("", "");

  append_hosts (menu, model, now);
  if (menu->children->len > 0)
    keyfob_menu_node_append (menu, keyfob_menu_node_new ("line", NULL));
  append_choice (menu, "open", _ ("Open Keyfob"), KEYFOB_TRAY_OPEN, NULL);
  append_choice (menu, "preferences", _ ("Preferences"), KEYFOB_TRAY_PREFERENCES, NULL);
  append_choice (menu, "quit", _ ("Quit"), KEYFOB_TRAY_QUIT, NULL);

  return menu;
}
