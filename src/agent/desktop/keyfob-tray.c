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

/* Of more hosts than that the menu has those that matter most; the window has all. */
#define MAX_URGENT 5
#define MAX_COPIES 10
#define MAX_SIGN_INS 20
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
  char *sort_key;        /* of the name, in the language of the user */
  gboolean is_ambiguous; /* another host has the same name */
  gboolean is_pinned;
  gint64 last_use; /* Unix seconds */
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
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static gint64
get_now (KeyfobTray *self)
{
  return keyfob_clock_now (self->context->clock);
}

/* "2 of 3 signed in" */
static char *
make_count (KeyfobTray *self)
{
  guint n_hosts = keyfob_attention_model_get_n_hosts (self->model);
  guint n_signed_in = 0;

  if (n_hosts == 0)
    return g_strdup (_ ("No servers yet"));

  for (guint i = 0; i < n_hosts; i++)
    n_signed_in += keyfob_host_is_signed_in (keyfob_attention_model_get_host (self->model, i));

  if (n_hosts == 1)
    return g_strdup (n_signed_in == 1 ? _ ("Signed in") : _ ("Not signed in"));

  /* Translators: how many hosts have a session, of how many that are listed (two or more) */
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u of %u signed in", "%u of %u signed in", n_signed_in),
      n_signed_in, n_hosts);
}

static KeyfobHost *
get_first (KeyfobAttentionModel *model, KeyfobAttention attention)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    if (keyfob_attention_model_get_attention (model, i) == attention)
      return keyfob_attention_model_get_host (model, i);

  return NULL;
}

static const char *
get_name (KeyfobHost *host)
{
  return keyfob_config_get_name (keyfob_host_get_config (host));
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
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The token of %u server cannot be read",
                                           "The tokens of %u servers cannot be read", count),
                              count);
    }

  if (count == 1)
    return g_strdup_printf (_ ("%s is locked"), name);
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u server is locked", "%u servers are locked", count), count);
}

static char *
describe_end (KeyfobHost *host, gint64 now)
{
  gint64 expires = keyfob_host_session_get_expires (keyfob_host_get_session (host));
  g_autofree char *outlook = keyfob_status_text_outlook (expires, FALSE, now);

  if (outlook == NULL)
    return g_strdup_printf (_ ("%s needs you"), get_name (host));

  /* Translators: name of a server, and how it stands: "Data portal: ends at 14:19" */
  return g_strdup_printf (_ ("%s: %s"), get_name (host), outlook);
}

/* Returns: (nullable): what the hosts with @attention need, %NULL where there is nothing to say */
static char *
describe_attention (KeyfobAttentionModel *model, KeyfobAttention attention, gint64 now)
{
  guint count = keyfob_attention_model_count (model, attention);
  const char *name;

  if (count == 0)
    return NULL;

  name = get_name (get_first (model, attention));
  switch (attention)
    {
    case KEYFOB_ATTENTION_NEEDS_USER:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u server needs you", "%u servers need you", count),
          count);
    case KEYFOB_ATTENTION_SOON:
      if (count == 1)
        return describe_end (get_first (model, attention), now);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u server needs you soon",
                                           "%u servers need you soon", count),
                              count);
    case KEYFOB_ATTENTION_LOCKED:
      return describe_locked (model, count, name);
    case KEYFOB_ATTENTION_OFFLINE:
      if (count == 1)
        return g_strdup_printf (_ ("%s cannot be reached"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u server cannot be reached",
                                           "%u servers cannot be reached", count),
                              count);
    case KEYFOB_ATTENTION_SIGNING_IN:
      if (count == 1)
        return g_strdup_printf (_ ("Signing in to %s"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Signing in to %u server",
                                           "Signing in to %u servers", count),
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
      g_autofree char *line =
          describe_attention (self->model, (KeyfobAttention) attention, get_now (self));

      if (line != NULL)
        g_strv_builder_add (lines, line);
    }

  all = g_strv_builder_end (lines);

  return g_strjoinv ("\n", all);
}

static char *
make_title (KeyfobTray *self, const char *count)
{
  g_autofree char *worst = describe_attention (
      self->model, keyfob_attention_model_get_worst (self->model), get_now (self));

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

/* Returns: when a program last took the token, as far as this agent knows; Unix seconds */
static gint64
get_last_use (KeyfobHost *host)
{
  GVariant *uses = keyfob_bus_host1_get_uses (keyfob_host_get_skeleton (host));
  gint64 last = 0;

  if (uses != NULL && g_variant_n_children (uses) > 0)
    g_variant_get_child (uses, 0, "(&s&sux)", NULL, NULL, NULL, &last);

  return last;
}

static Entry *
entry_new (KeyfobAttentionModel *model, guint position)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autofree char *folded = NULL;

  entry->host = keyfob_attention_model_get_host (model, position);
  entry->attention = keyfob_attention_model_get_attention (model, position);
  entry->is_pinned = keyfob_config_get_pinned (keyfob_host_get_config (entry->host));
  entry->last_use = get_last_use (entry->host);
  entry->name = shorten (get_name (entry->host));
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

static gboolean
needs_user (const Entry *entry)
{
  return entry->attention == KEYFOB_ATTENTION_NEEDS_USER;
}

/* As in the window. */
static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *) a;
  const Entry *second = *(const Entry *const *) b;

  if (first->is_pinned != second->is_pinned)
    return first->is_pinned ? -1 : 1;

  return compare_names (a, b);
}

/* What belongs into a menu that has no room for all: what needs the user, what the user has pinned,
 * and what is in use. */
static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *) a;
  const Entry *second = *(const Entry *const *) b;

  if (needs_user (first) != needs_user (second))
    return needs_user (first) ? -1 : 1;
  if (first->is_pinned != second->is_pinned)
    return first->is_pinned ? -1 : 1;
  if (first->last_use != second->last_use)
    return first->last_use > second->last_use ? -1 : 1;

  return compare_names (a, b);
}

/* Leaves at most @max of @entries, in the order of make_entries(). */
static void
keep_first (GPtrArray *entries, guint max)
{
  if (entries->len <= max)
    return;

  g_ptr_array_sort (entries, compare_ranks);
  g_ptr_array_set_size (entries, (int) max);
  g_ptr_array_sort (entries, compare_places);
}

/* Returns: (transfer container): all hosts by name, with the address where two have the same, and
 * those that are pinned first */
static GPtrArray *
make_entries (KeyfobAttentionModel *model)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  Entry *before = NULL;

  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    g_ptr_array_add (entries, entry_new (model, i));
  g_ptr_array_sort (entries, compare_names);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (before != NULL && g_str_equal (before->sort_key, entry->sort_key))
        before->is_ambiguous = entry->is_ambiguous = TRUE;
      before = entry;
    }

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);
      g_autofree char *name = NULL;

      if (!entry->is_ambiguous)
        continue;

      name = g_steal_pointer (&entry->name);
      /* Translators: name and address of a server */
      entry->name = g_strdup_printf (_ ("%s (%s)"), name, get_url (entry));
    }
  g_ptr_array_sort (entries, compare_places);

  return entries;
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

/* Between what is there already and what follows. */
static void
append_line (KeyfobMenuNode *menu)
{
  KeyfobMenuNode *last =
      menu->children->len > 0 ? g_ptr_array_index (menu->children, menu->children->len - 1) : NULL;
  g_autofree char *key = NULL;

  if (last == NULL || last->label == NULL)
    return;

  key = g_strconcat ("line below ", last->key, NULL);
  keyfob_menu_node_append (menu, keyfob_menu_node_new (key, NULL));
}

/* Whether something about the host waits for the user now. */
static gboolean
is_urgent (const Entry *entry)
{
  return entry->attention >= KEYFOB_ATTENTION_SOON
         || keyfob_host_get_state (entry->host) == KEYFOB_HOST_SIGNING_IN;
}

static void
append_sign_in (KeyfobMenuNode *menu, const Entry *entry)
{
  gboolean cancels = keyfob_host_get_state (entry->host) == KEYFOB_HOST_SIGNING_IN;
  g_autofree char *label = NULL;

  if (cancels)
    label = g_strdup_printf (_ ("Cancel signing in to %s"), entry->name);
  else if (entry->attention == KEYFOB_ATTENTION_SOON)
    label = g_strdup_printf (_ ("Sign in to %s again"), entry->name);
  else
    label = g_strdup_printf (_ ("Sign in to %s"), entry->name);
  append_action (menu, get_url (entry), label, cancels ? CANCEL_SIGN_IN : SIGN_IN, entry->host);
}

static gboolean
is_in_keyring (KeyfobHost *host)
{
  return g_strcmp0 (get_store (host), KEYFOB_STORES_KEYRING) == 0;
}

/* What mends what keeps tokens from being copied. */
static void
append_unlock (KeyfobTray *self, KeyfobMenuNode *menu, GPtrArray *entries)
{
  gboolean is_locked = FALSE;

  for (guint i = 0; i < entries->len; i++)
    {
      KeyfobHost *host = ((Entry *) g_ptr_array_index (entries, i))->host;

      is_locked |= keyfob_host_get_state (host) == KEYFOB_HOST_LOCKED && is_in_keyring (host);
    }

  if (is_locked)
    append_action (menu, "unlock", _ ("Unlock keyring"), UNLOCK, NULL);
  if (keyfob_token_lock_get_locked (self->context->lock))
    append_action (menu, "unlock-tokens", _ ("Unlock tokens"), UNLOCK_TOKENS, NULL);
}

/* Returns: (transfer full) (nullable): what a copy of the token comes up against, %NULL where there
 * is nothing that the user should know */
static char *
describe_token (KeyfobHost *host, gint64 now)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobHostState state = keyfob_host_get_state (host);
  gint64 expires = keyfob_host_session_get_expires (session);

  if (state == KEYFOB_HOST_OFFLINE && expires <= now)
    return g_strdup (_ ("offline"));
  if (state == KEYFOB_HOST_LOCKED)
    return g_strdup (keyfob_host_state_is_unreadable (state, get_store (host))
                         ? _ ("cannot be read")
                         : _ ("locked"));
  if (keyfob_host_session_get_renews (session))
    return NULL;

  return keyfob_status_text_outlook (expires, FALSE, now);
}

static void
append_copy (KeyfobTray *self, KeyfobMenuNode *menu, const Entry *entry)
{
  gint64 now = get_now (self);
  gboolean can_copy =
      keyfob_host_has_token (entry->host) && !keyfob_token_lock_get_locked (self->context->lock);
  g_autofree char *key = g_strconcat ("copy ", get_url (entry), NULL);
  g_autofree char *copy = g_strdup_printf (_ ("Copy header of %s"), entry->name);
  g_autofree char *token = describe_token (entry->host, now);
  /* Translators: who is signed in, and "renewed by itself" or when that ends */
  g_autofree char *label =
      token != NULL ? g_strdup_printf (_ ("%s · %s"), copy, token) : g_strdup (copy);

  append_action (menu, key, label, can_copy ? COPY_HEADER : NOTHING, entry->host);
}

/* Hosts that nobody is signed in to, of which most are of no interest now. */
static void
append_others (KeyfobMenuNode *menu, GPtrArray *entries)
{
  gboolean is_long = entries->len > MAX_SIGN_INS;
  KeyfobMenuNode *others;

  if (entries->len == 1)
    append_sign_in (menu, g_ptr_array_index (entries, 0));
  if (entries->len <= 1)
    return;

  others = keyfob_menu_node_append (menu, keyfob_menu_node_new ("sign-in", _ ("Sign in to")));
  keep_first (entries, MAX_SIGN_INS);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      append_action (others, get_url (entry), entry->name, SIGN_IN, entry->host);
    }
  if (is_long)
    append_action (others, "more", _ ("More…"), OPEN_WINDOW, NULL);
}

static void
append_hosts (KeyfobTray *self, KeyfobMenuNode *menu)
{
  g_autoptr (GPtrArray) entries = make_entries (self->model);
  g_autoptr (GPtrArray) urgent = g_ptr_array_new ();
  g_autoptr (GPtrArray) copies = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  gboolean has_more;

  for (guint i = 0; i < entries->len; i++)
    if (is_urgent (g_ptr_array_index (entries, i)))
      g_ptr_array_add (urgent, g_ptr_array_index (entries, i));
  keep_first (urgent, MAX_URGENT);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (keyfob_host_is_signed_in (entry->host))
        g_ptr_array_add (copies, entry);
      else if (!g_ptr_array_find (urgent, entry, NULL))
        g_ptr_array_add (others, entry);
    }
  has_more = copies->len > MAX_COPIES;
  keep_first (copies, MAX_COPIES);

  for (guint i = 0; i < urgent->len; i++)
    append_sign_in (menu, g_ptr_array_index (urgent, i));
  append_unlock (self, menu, entries);
  append_line (menu);
  for (guint i = 0; i < copies->len; i++)
    append_copy (self, menu, g_ptr_array_index (copies, i));
  if (has_more)
    append_action (menu, "more", _ ("More…"), OPEN_WINDOW, NULL);
  append_line (menu);
  append_others (menu, others);
  append_line (menu);
}

/* Whether the end of the agent ends something for the user. */
static gboolean
renews_any (KeyfobAttentionModel *model)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (model, i);

      if (keyfob_host_state_has_token (keyfob_host_get_state (host))
          && keyfob_host_session_get_renews (keyfob_host_get_session (host)))
        return TRUE;
    }

  return FALSE;
}

static KeyfobMenuNode *
make_menu (KeyfobTray *self)
{
  KeyfobMenuNode *menu = keyfob_menu_node_new ("", "");

  append_hosts (self, menu);
  append_action (menu, "open", _ ("Open Keyfob"), OPEN_WINDOW, NULL);
  if (!keyfob_token_lock_get_locked (self->context->lock))
    append_action (menu, "lock", _ ("Lock tokens"), LOCK_TOKENS, NULL);
  append_action (menu, "preferences", _ ("Preferences"), OPEN_PREFERENCES, NULL);
  append_action (menu, "quit",
                 renews_any (self->model) ? _ ("Quit and stop renewing tokens") : _ ("Quit"),
                 QUIT_KEYFOB, NULL);

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

  g_signal_emit (self, signals[CHANGED], 0);
  g_clear_object (&self->menu);
  if (!shown)
    return;

  self->menu = keyfob_bus_menu_new (self->context->connection, MENU_PATH, make_menu (self));
  g_signal_connect_object (self->menu, "about-to-show", G_CALLBACK (update_menu), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
}

static void
on_present (KeyfobTray *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
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
  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
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
  g_signal_connect_object (self->notifier, "notify::present", G_CALLBACK (on_present), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (context->settings, "tray-icon", self->notifier, "wanted",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context->lock, "notify::locked", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return self;
}

KeyfobTrayState
keyfob_tray_get_state (KeyfobTray *self)
{
  if (keyfob_status_notifier_get_shown (self->notifier))
    return KEYFOB_TRAY_SHOWN;
  if (keyfob_status_notifier_get_present (self->notifier)
      && !keyfob_settings_get_tray_icon (self->context->settings))
    return KEYFOB_TRAY_HIDDEN;

  return KEYFOB_TRAY_NONE;
}
