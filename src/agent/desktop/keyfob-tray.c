/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray.h"

#include <glib/gi18n-lib.h>

#include "keyfob-bus-menu.h"
#include "keyfob-desktop-actions.h"
#include "keyfob-status-notifier.h"
#include "keyfob-status-text.h"
#include "keyfob-tray-icon.h"

#define MENU_PATH "/org/keyfob/Keyfob/Agent/Menu"

/* Hosts in the menu itself: all of a few; of more than that only the most urgent, and the others in
 * submenus. */
#define MAX_HOSTS 12
#define MAX_URGENT_HOSTS 8
#define MAX_SUBMENU 20
#define MAX_NAME 40 /* characters */

/* What an item of the menu does. */
typedef enum
{
  NOTHING, /* the item is insensitive */
  COPY_HEADER,
  SIGN_IN,
  CANCEL_SIGN_IN,
  UNLOCK,
  OPEN_WINDOW,
  OPEN_PREFERENCES,
  LOCK_TOKENS,
  UNLOCK_TOKENS,
  QUIT_KEYFOB,
} Action;

/* A host while the menu is made. */
typedef struct
{
  KeyfobHost *host;
  KeyfobAttention attention;
  char *name;
  char *sort_key; /* of the name, in the language of the user */
} Entry;

struct _KeyfobTray
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobAttentionModel *model;
  KeyfobStatusNotifier *notifier;
  KeyfobBusMenu *menu; /* while there is a tray */
};

G_DEFINE_FINAL_TYPE (KeyfobTray, keyfob_tray, G_TYPE_OBJECT)

enum
{
  QUIT,
  SHOWN,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static gint64
get_now (KeyfobTray *self)
{
  return keyfob_clock_now (self->context->clock);
}

/* Also during a sign-in, which leaves a good token as it is. */
static gboolean
has_token (KeyfobHost *host, gint64 now)
{
  return keyfob_host_state_has_token (keyfob_host_get_state (host))
         || keyfob_host_session_get_expires (keyfob_host_get_session (host)) > now;
}

/* Also where the token is locked away: a session is not over because its token cannot be read. */
static gboolean
is_signed_in (KeyfobHost *host, gint64 now)
{
  return has_token (host, now) || keyfob_host_get_state (host) == KEYFOB_HOST_LOCKED;
}

/* "2 of 3 signed in" */
static char *
make_count (KeyfobTray *self)
{
  guint n_hosts = keyfob_attention_model_get_n_hosts (self->model);
  guint n_signed_in = 0;

  if (n_hosts == 0)
    return g_strdup (_ ("No hosts yet"));

  for (guint i = 0; i < n_hosts; i++)
    n_signed_in += is_signed_in (keyfob_attention_model_get_host (self->model, i), get_now (self));

  if (n_hosts == 1)
    return g_strdup (n_signed_in == 1 ? _ ("Signed in") : _ ("Not signed in"));

  /* Translators: how many hosts have a session, of how many that are listed (two or more) */
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u of %u signed in", "%u of %u signed in", n_signed_in),
      n_signed_in, n_hosts);
}

static const char *
get_first_name (KeyfobAttentionModel *model, KeyfobAttention attention)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    if (keyfob_attention_model_get_attention (model, i) == attention)
      return keyfob_config_get_name (
          keyfob_host_get_config (keyfob_attention_model_get_host (model, i)));

  return "";
}

static const char *
get_store (KeyfobHost *host)
{
  return keyfob_bus_host1_get_store (keyfob_host_get_skeleton (host));
}

static gboolean
has_unreadable (KeyfobAttentionModel *model)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (model, i);

      if (keyfob_host_state_is_unreadable (keyfob_host_get_state (host), get_store (host)))
        return TRUE;
    }

  return FALSE;
}

/* A token that is locked cannot be read either, so that one sentence does for both. */
static char *
describe_locked (KeyfobAttentionModel *model, guint count, const char *name)
{
  if (has_unreadable (model))
    {
      if (count == 1)
        return g_strdup_printf (_ ("The token of %s cannot be read"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The token of %u host cannot be read",
                                           "The tokens of %u hosts cannot be read", count),
                              count);
    }

  if (count == 1)
    return g_strdup_printf (_ ("%s is locked"), name);
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u host is locked", "%u hosts are locked", count), count);
}

/* Returns: (nullable): what the hosts with @attention need, %NULL where there is nothing to say */
static char *
describe_attention (KeyfobAttentionModel *model, KeyfobAttention attention)
{
  guint count = keyfob_attention_model_count (model, attention);
  const char *name = get_first_name (model, attention);

  if (count == 0)
    return NULL;

  switch (attention)
    {
    case KEYFOB_ATTENTION_NEEDS_USER:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you", "%u hosts need you", count), count);
    case KEYFOB_ATTENTION_SOON:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you soon"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you soon", "%u hosts need you soon", count),
          count);
    case KEYFOB_ATTENTION_LOCKED:
      return describe_locked (model, count, name);
    case KEYFOB_ATTENTION_OFFLINE:
      if (count == 1)
        return g_strdup_printf (_ ("%s cannot be reached"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u host cannot be reached",
                                           "%u hosts cannot be reached", count),
                              count);
    case KEYFOB_ATTENTION_SIGNING_IN:
      if (count == 1)
        return g_strdup_printf (_ ("Signing in to %s"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "Signing in to %u host", "Signing in to %u hosts", count),
          count);
    case KEYFOB_ATTENTION_GOOD:
    case KEYFOB_ATTENTION_SIGNED_OUT:
    default:
      return NULL;
    }
}

/* A line for each attention, the highest first, after one for locked tokens. */
static char *
make_details (KeyfobTray *self)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (keyfob_token_lock_get_locked (self->context->lock))
    g_strv_builder_add (lines, _ ("Tokens are locked"));
  for (int attention = KEYFOB_N_ATTENTIONS - 1; attention >= 0; attention--)
    {
      g_autofree char *line = describe_attention (self->model, (KeyfobAttention) attention);

      if (line != NULL)
        g_strv_builder_add (lines, line);
    }

  all = g_strv_builder_end (lines);

  return g_strjoinv ("\n", all);
}

static char *
make_title (KeyfobTray *self, const char *count)
{
  g_autofree char *worst =
      describe_attention (self->model, keyfob_attention_model_get_worst (self->model));

  if (worst == NULL && keyfob_token_lock_get_locked (self->context->lock))
    worst = g_strdup (_ ("tokens are locked"));
  if (worst == NULL)
    return g_strdup (count);

  /* Translators: how many are signed in, and what is the matter: "2 of 3 signed in;
   * data.example.org needs you" */
  return g_strdup_printf (_ ("%s; %s"), count, worst);
}

static void
entry_free (Entry *entry)
{
  g_free (entry->sort_key);
  g_free (entry->name);
  g_free (entry);
}

/* One line, not wider than a menu should be. */
static char *
shorten (const char *name)
{
  g_autofree char *line = g_strdelimit (g_strdup (name), "\n\r\t", ' ');
  g_autofree char *start = NULL;

  if (g_utf8_strlen (line, -1) <= MAX_NAME)
    return g_steal_pointer (&line);

  start = g_utf8_substring (line, 0, MAX_NAME - 1);

  return g_strconcat (start, "…", NULL);
}

static Entry *
entry_new (KeyfobAttentionModel *model, guint position)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autofree char *folded = NULL;

  entry->host = keyfob_attention_model_get_host (model, position);
  entry->attention = keyfob_attention_model_get_attention (model, position);
  entry->name = shorten (keyfob_config_get_name (keyfob_host_get_config (entry->host)));
  folded = g_utf8_casefold (entry->name, -1);
  entry->sort_key = g_utf8_collate_key_for_filename (folded, -1);

  return entry;
}

static const char *
get_url (const Entry *entry)
{
  return keyfob_config_get_base_url (keyfob_host_get_config (entry->host));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *) a;
  const Entry *second = *(const Entry *const *) b;
  int order = g_strcmp0 (first->sort_key, second->sort_key);

  return order != 0 ? order : g_strcmp0 (get_url (first), get_url (second));
}

/* Hosts without a session come last: they have no token to copy, and nothing about them is urgent.
 */
static int
get_urgency (const Entry *entry)
{
  return entry->attention == KEYFOB_ATTENTION_SIGNED_OUT ? -1 : (int) entry->attention;
}

static int
compare_urgency (gconstpointer a, gconstpointer b)
{
  int first = get_urgency (*(const Entry *const *) a);
  int second = get_urgency (*(const Entry *const *) b);

  return first != second ? second - first : compare_names (a, b);
}

static char *
describe_host (KeyfobHost *host, gint64 now)
{
  KeyfobHostState state = keyfob_host_get_state (host);
  gint64 expires = keyfob_host_session_get_expires (keyfob_host_get_session (host));
  const char *user_code = keyfob_bus_host1_get_user_code (keyfob_host_get_skeleton (host));

  if (user_code != NULL && *user_code != '\0')
    return g_strdup (_ ("Waiting for your other device…"));
  if (state == KEYFOB_HOST_SIGNED_IN && expires > now)
    return keyfob_status_text_time_left (expires, now);

  return keyfob_status_text_status (state, get_store (host), NULL, expires, now);
}

static void
append_action (KeyfobMenuNode *menu,
               const char *key,
               const char *label,
               Action action,
               KeyfobHost *host)
{
  KeyfobMenuNode *node = keyfob_menu_node_append (menu, keyfob_menu_node_new (key, label));

  node->choice = (int) action;
  node->enabled = action != NOTHING;
  g_set_object (&node->target, G_OBJECT (host));
}

static gboolean
is_in_keyring (KeyfobHost *host)
{
  const char *store = keyfob_bus_host1_get_store (keyfob_host_get_skeleton (host));

  return g_strcmp0 (store, KEYFOB_STORES_KEYRING) == 0;
}

/* The submenu of a host has the same items in every state, so that one that is open changes its
 * words and nothing else. In GTK 3 (seen in xfce4-panel) an open menu keeps its size, and items
 * that are added are hidden behind an arrow. */
static void
append_host_actions (KeyfobMenuNode *menu, const Entry *entry, gint64 now)
{
  KeyfobHostState state = keyfob_host_get_state (entry->host);
  const char *account = keyfob_host_session_get_account (keyfob_host_get_session (entry->host));
  gboolean can_copy =
      has_token (entry->host, now)
      && !keyfob_token_lock_get_locked (keyfob_host_get_context (entry->host)->lock);
  g_autofree char *title =
      shorten (is_signed_in (entry->host, now) && *account != '\0' ? account : get_url (entry));

  append_action (menu, "account", title, NOTHING, NULL);
  append_action (menu, "copy", _ ("Copy header"), can_copy ? COPY_HEADER : NOTHING, entry->host);

  if (state == KEYFOB_HOST_SIGNING_IN)
    append_action (menu, "sign-in", _ ("Cancel"), CANCEL_SIGN_IN, entry->host);
  else if (state == KEYFOB_HOST_LOCKED && is_in_keyring (entry->host))
    append_action (menu, "sign-in", _ ("Unlock"), UNLOCK, entry->host);
  else if (entry->attention == KEYFOB_ATTENTION_SOON)
    append_action (menu, "sign-in", _ ("Sign in again"), SIGN_IN, entry->host);
  else
    append_action (menu, "sign-in", _ ("Sign in"),
                   keyfob_host_state_needs_user (state) ? SIGN_IN : NOTHING, entry->host);
}

static void
append_host (KeyfobMenuNode *menu, const Entry *entry, gint64 now)
{
  g_autofree char *status = describe_host (entry->host, now);
  /* Translators: name of a host, and how it stands: "Data portal: 42 min left" */
  g_autofree char *label = g_strdup_printf (_ ("%s: %s"), entry->name, status);

  append_host_actions (
      keyfob_menu_node_append (menu, keyfob_menu_node_new (get_url (entry), label)), entry, now);
}

static void
append_group (KeyfobMenuNode *menu, GPtrArray *entries, guint first, guint last, gint64 now)
{
  Entry *first_entry = g_ptr_array_index (entries, first);
  Entry *last_entry = g_ptr_array_index (entries, last);
  g_autofree char *key = g_strdup_printf ("group %u", menu->children->len);
  /* Translators: names of the first and the last host in a submenu */
  g_autofree char *label = g_strdup_printf (_ ("%s – %s"), first_entry->name, last_entry->name);
  KeyfobMenuNode *group = keyfob_menu_node_append (menu, keyfob_menu_node_new (key, label));

  for (guint i = first; i <= last; i++)
    append_host (group, g_ptr_array_index (entries, i), now);
}

/* Sorted by name, in as few submenus as they fit into, all of about the same length. */
static void
append_others (KeyfobMenuNode *menu, GPtrArray *entries, gint64 now)
{
  guint n_groups = (entries->len + MAX_SUBMENU - 1) / MAX_SUBMENU;
  g_autofree char *label = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u more host", "%u more hosts", entries->len), entries->len);
  KeyfobMenuNode *more = keyfob_menu_node_append (menu, keyfob_menu_node_new ("more", label));

  g_ptr_array_sort (entries, compare_names);
  for (guint i = 0; n_groups == 1 && i < entries->len; i++)
    append_host (more, g_ptr_array_index (entries, i), now);
  for (guint i = 0; n_groups > 1 && i < n_groups; i++)
    append_group (more, entries, i * entries->len / n_groups, (i + 1) * entries->len / n_groups - 1,
                  now);
}

static void
append_hosts (KeyfobMenuNode *menu, KeyfobAttentionModel *model, gint64 now)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  guint n_hosts = keyfob_attention_model_get_n_hosts (model);
  guint n_shown = n_hosts <= MAX_HOSTS ? n_hosts : MAX_URGENT_HOSTS;

  for (guint i = 0; i < n_hosts; i++)
    g_ptr_array_add (entries, entry_new (model, i));
  g_ptr_array_sort (entries, n_hosts <= MAX_HOSTS ? compare_names : compare_urgency);
  for (guint i = 0; i < n_shown; i++)
    append_host (menu, g_ptr_array_index (entries, i), now);

  if (n_shown == n_hosts)
    return;

  g_ptr_array_remove_range (entries, 0, n_shown);
  append_others (menu, entries, now);
}

static KeyfobMenuNode *
make_menu (KeyfobTray *self)
{
  KeyfobMenuNode *menu = keyfob_menu_node_new ("", "");

  append_hosts (menu, self->model, get_now (self));
  if (menu->children->len > 0)
    keyfob_menu_node_append (menu, keyfob_menu_node_new ("line", NULL));
  append_action (menu, "open", _ ("Open Keyfob"), OPEN_WINDOW, NULL);
  if (keyfob_token_lock_get_locked (self->context->lock))
    append_action (menu, "lock", _ ("Unlock tokens"), UNLOCK_TOKENS, NULL);
  else
    append_action (menu, "lock", _ ("Lock tokens"), LOCK_TOKENS, NULL);
  append_action (menu, "preferences", _ ("Preferences"), OPEN_PREFERENCES, NULL);
  append_action (menu, "quit", _ ("Quit"), QUIT_KEYFOB, NULL);

  return menu;
}

static void
update_menu (KeyfobTray *self)
{
  if (self->menu != NULL)
    keyfob_bus_menu_set_root (self->menu, make_menu (self));
}

static void
update (KeyfobTray *self)
{
  KeyfobAttention worst = keyfob_attention_model_get_worst (self->model);
  g_autofree char *count = make_count (self);
  g_autofree char *title = make_title (self, count);
  g_autofree char *details = make_details (self);

  keyfob_status_notifier_set_icon (self->notifier, keyfob_tray_icon_get_name (worst),
                                   keyfob_tray_icon_draw (worst),
                                   worst == KEYFOB_ATTENTION_NEEDS_USER);
  keyfob_status_notifier_set_words (self->notifier, title, count, details);
  update_menu (self);
}

/* A host that is still locked then says why. */
static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_stores_unlock_finish (KEYFOB_STORES (source), result, &error))
    g_debug ("Not unlocked: %s", error->message);
}

static void
on_window_quit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobTray) self = KEYFOB_TRAY (user_data);

  g_signal_emit (self, signals[QUIT], 0);
}

static void
on_chosen (KeyfobTray *self, int choice, GObject *target)
{
  g_autofree char *token = keyfob_status_notifier_steal_activation_token (self->notifier);
  GDBusConnection *connection = self->context->connection;
  KeyfobHost *host = (KeyfobHost *) target;

  /* a panel may show a host for a moment after its removal */
  if (host != NULL
      && keyfob_attention_model_find_host (self->model, keyfob_host_get_path (host)) == NULL)
    return;

  switch ((Action) choice)
    {
    case COPY_HEADER:
      keyfob_desktop_activate_action (connection, "copy-header",
                                      g_variant_new_string (keyfob_host_get_path (host)), token);
      break;
    case SIGN_IN:
      keyfob_desktop_sign_in (host, token);
      break;
    case UNLOCK:
      keyfob_stores_unlock_async (self->context->stores, on_unlocked, NULL);
      break;
    case CANCEL_SIGN_IN:
      keyfob_host_cancel (host);
      break;
    case OPEN_WINDOW:
      keyfob_desktop_open_window (connection, token);
      break;
    case OPEN_PREFERENCES:
      keyfob_desktop_activate_action (connection, "preferences", NULL, token);
      break;
    case LOCK_TOKENS:
      keyfob_token_lock_lock (self->context->lock);
      break;
    case UNLOCK_TOKENS:
      keyfob_token_lock_unlock (self->context->lock);
      break;
    case QUIT_KEYFOB:
      /* the window first: while the window runs it would start another agent */
      keyfob_desktop_quit_window (connection, on_window_quit, g_object_ref (self));
      break;
    case NOTHING:
    default:
      break;
    }
}

static void
on_activate (KeyfobTray *self)
{
  g_autofree char *token = keyfob_status_notifier_steal_activation_token (self->notifier);

  keyfob_desktop_open_window (self->context->connection, token);
}

static void
on_shown (KeyfobTray *self, GParamSpec *pspec, KeyfobStatusNotifier *notifier)
{
  gboolean shown = keyfob_status_notifier_get_shown (notifier);

  g_signal_emit (self, signals[SHOWN], 0, shown);
  g_clear_object (&self->menu);
  if (!shown)
    return;

  self->menu = keyfob_bus_menu_new (self->context->connection, MENU_PATH, make_menu (self));
  g_signal_connect_object (self->menu, "about-to-show", G_CALLBACK (update_menu), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
}

static void
keyfob_tray_dispose (GObject *object)
{
  KeyfobTray *self = KEYFOB_TRAY (object);

  g_clear_object (&self->menu);
  g_clear_object (&self->notifier);
  g_clear_object (&self->model);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_tray_parent_class)->dispose (object);
}

static void
keyfob_tray_class_init (KeyfobTrayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_tray_dispose;

  signals[QUIT] = g_signal_new ("quit", KEYFOB_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[SHOWN] = g_signal_new ("shown", KEYFOB_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
keyfob_tray_init (KeyfobTray *self)
{
}

KeyfobTray *
keyfob_tray_new (KeyfobContext *context, KeyfobAttentionModel *model)
{
  KeyfobTray *self = g_object_new (KEYFOB_TYPE_TRAY, NULL);

  self->context = keyfob_context_ref (context);
  self->model = g_object_ref (model);
  self->notifier = keyfob_status_notifier_new (context->connection, MENU_PATH);
  g_signal_connect_object (self->notifier, "activate", G_CALLBACK (on_activate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->notifier, "notify::shown", G_CALLBACK (on_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context->lock, "notify::locked", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return self;
}
