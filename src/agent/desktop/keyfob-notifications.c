/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notifications.h"

#include <glib/gi18n-lib.h>

#include "keyfob-notification-client.h"

#define MOST 3     /* notifications at once, of hosts that need the user */
#define SEVERAL "" /* key of the one for all */
#define SAME_END \
  300 /* seconds; what is known of the server's clock may change the end of a token */

struct _KeyfobNotifications
{
  GObject parent_instance;

  KeyfobHostFile *file;
  KeyfobAttentionModel *model;
  KeyfobHostRemote *hosts;
  KeyfobWindowRemote *window;
  KeyfobNotificationClient *client;
  GHashTable *told; /* object path → KeyfobAttention that the user was told, until it is over */
};

G_DEFINE_FINAL_TYPE (KeyfobNotifications, keyfob_notifications, G_TYPE_OBJECT)

static void
tell_needs_user (KeyfobNotifications *self, KeyfobBusHost1 *host, const char *path)
{
  g_autofree char *summary =
      g_strdup_printf (_ ("%s needs you to sign in"), keyfob_bus_host1_get_name (host));

  keyfob_notification_client_show (
      self->client, path, summary, _ ("The session has ended."),
      (const char *const[]){ "default", _ ("Open Keyfob"), "sign-in", _ ("Sign in"), NULL });
}

static void
tell_soon (KeyfobNotifications *self, KeyfobBusHost1 *host, const char *path)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_local (keyfob_bus_host1_get_expires (host));
  /* Translators: %H:%M is the time of day, see strftime */
  g_autofree char *body =
      g_date_time_format (end, _ ("The session ends at %H:%M and cannot be renewed without you."));
  g_autofree char *summary =
      g_strdup_printf (_ ("%s will need you to sign in"), keyfob_bus_host1_get_name (host));

  keyfob_notification_client_show (
      self->client, path, summary, body,
      (const char *const[]){ "default", _ ("Open Keyfob"), "sign-in", _ ("Sign in again"), NULL });
}

static void
tell_several (KeyfobNotifications *self)
{
  keyfob_notification_client_show (
      self->client, SEVERAL, _ ("Several hosts need you to sign in"),
      _ ("Their sessions have ended. Keyfob shows which ones."),
      (const char *const[]){ "default", _ ("Open Keyfob"), "open", _ ("Open Keyfob"), NULL });
}

static KeyfobAttention
get_told (KeyfobNotifications *self, const char *path)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->told, path));
}

static void
note_told (KeyfobNotifications *self, const char *path, KeyfobAttention attention)
{
  g_hash_table_insert (self->told, g_strdup (path), GINT_TO_POINTER (attention));
}

static const char *
get_word (KeyfobAttention attention)
{
  return attention == KEYFOB_ATTENTION_SOON ? "soon" : "ended";
}

/* Whether the user has seen it before this agent was there. */
static gboolean
was_seen (KeyfobNotifications *self, guint position, KeyfobAttention attention)
{
  KeyfobBusHost1 *host = keyfob_attention_model_get_host (self->model, position);
  g_autofree char *told = keyfob_host_file_dup_told (
      self->file, keyfob_attention_model_get_config (self->model, position));
  g_auto (GStrv) parts = g_strsplit (told, " ", 2);
  gint64 end = g_strv_length (parts) == 2 ? g_ascii_strtoll (parts[1], NULL, 10) : 0;

  /* nothing was told, and the splitting of nothing gives no part */
  if (parts[0] == NULL || ABS (end - keyfob_bus_host1_get_expires (host)) > SAME_END)
    return FALSE;

  return g_str_equal (parts[0], get_word (attention)) || attention == KEYFOB_ATTENTION_SOON;
}

static void
remember_seen (KeyfobNotifications *self, guint position)
{
  KeyfobBusHost1 *host = keyfob_attention_model_get_host (self->model, position);
  g_autofree char *path = keyfob_host_remote_dup_path (host);
  KeyfobAttention told = get_told (self, path);
  g_autofree char *text = g_strdup_printf ("%s %" G_GINT64_FORMAT, get_word (told),
                                           keyfob_bus_host1_get_expires (host));

  if (told == KEYFOB_ATTENTION_SOON || told == KEYFOB_ATTENTION_NEEDS_USER)
    keyfob_host_file_set_told (self->file,
                               keyfob_attention_model_get_config (self->model, position), text);
}

/* Whether the trouble of the host is news. */
static gboolean
take_attention (KeyfobNotifications *self,
                guint position,
                const char *path,
                KeyfobAttention attention)
{
  switch (attention)
    {
    case KEYFOB_ATTENTION_SOON:
    case KEYFOB_ATTENTION_NEEDS_USER:
      if (get_told (self, path) >= attention)
        return FALSE;
      note_told (self, path, attention);
      return !was_seen (self, position, attention);
    case KEYFOB_ATTENTION_GOOD:
    case KEYFOB_ATTENTION_SIGNED_OUT:
      if (g_hash_table_remove (self->told, path))
        keyfob_host_file_set_told (self->file,
                                   keyfob_attention_model_get_config (self->model, position), "");
      keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_ATTENTION_SIGNING_IN:
      /* the user is at it; should it come to nothing, they know */
      keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_ATTENTION_OFFLINE:
    default:
      return FALSE;
    }
}

static void
tell (KeyfobNotifications *self, KeyfobBusHost1 *host, KeyfobAttention attention, const char *path)
{
  gboolean many = keyfob_attention_model_count (self->model, KEYFOB_ATTENTION_NEEDS_USER) > MOST;

  if (attention == KEYFOB_ATTENTION_SOON)
    tell_soon (self, host, path);
  else if (!many)
    tell_needs_user (self, host, path);
  else
    keyfob_notification_client_withdraw (self->client, path);
}

static void
withdraw_each (KeyfobNotifications *self)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      g_autofree char *path =
          keyfob_host_remote_dup_path (keyfob_attention_model_get_host (self->model, i));

      if (keyfob_attention_model_get_attention (self->model, i) == KEYFOB_ATTENTION_NEEDS_USER)
        keyfob_notification_client_withdraw (self->client, path);
    }
}

static void
forget_removed (KeyfobNotifications *self, GHashTable *present)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->told);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      if (g_hash_table_contains (present, path))
        continue;

      keyfob_notification_client_withdraw (self->client, path);
      g_hash_table_iter_remove (&iter);
    }
}

static void
update (KeyfobNotifications *self)
{
  g_autoptr (GHashTable) present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_needy = keyfob_attention_model_count (self->model, KEYFOB_ATTENTION_NEEDS_USER);
  gboolean news = FALSE;

  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      KeyfobBusHost1 *host = keyfob_attention_model_get_host (self->model, i);
      KeyfobAttention attention = keyfob_attention_model_get_attention (self->model, i);
      char *path = keyfob_host_remote_dup_path (host);

      g_hash_table_add (present, path);
      if (!take_attention (self, i, path, attention))
        continue;

      tell (self, host, attention, path);
      news |= attention == KEYFOB_ATTENTION_NEEDS_USER;
    }

  forget_removed (self, present);
  if (news && n_needy > MOST)
    {
      withdraw_each (self);
      if (!keyfob_notification_client_is_shown (self->client, SEVERAL))
        tell_several (self);
    }
  else if (n_needy == 0)
    {
      keyfob_notification_client_withdraw (self->client, SEVERAL);
    }
}

static guint
find_host (KeyfobNotifications *self, const char *wanted)
{
  guint n_hosts = keyfob_attention_model_get_n_hosts (self->model);

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autofree char *path =
          keyfob_host_remote_dup_path (keyfob_attention_model_get_host (self->model, i));

      if (g_str_equal (path, wanted))
        return i;
    }

  return n_hosts;
}

static void
on_seen (KeyfobNotifications *self, const char *path)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      g_autofree char *its_path =
          keyfob_host_remote_dup_path (keyfob_attention_model_get_host (self->model, i));

      if (g_str_equal (path, SEVERAL) || g_str_equal (path, its_path))
        remember_seen (self, i);
    }
}

static void
on_invoked (KeyfobNotifications *self,
            const char *path,
            const char *action,
            const char *activation_token)
{
  guint position = find_host (self, path);

  if (!g_str_equal (action, "sign-in"))
    {
      keyfob_window_remote_open (self->window, activation_token);
    }
  else if (position < keyfob_attention_model_get_n_hosts (self->model))
    {
      keyfob_host_remote_sign_in (
          self->hosts, keyfob_attention_model_get_host (self->model, position), activation_token);
    }
}

static void
keyfob_notifications_dispose (GObject *object)
{
  KeyfobNotifications *self = KEYFOB_NOTIFICATIONS (object);

  if (self->client != NULL)
    g_object_run_dispose (G_OBJECT (self->client));
  g_clear_object (&self->client);
  g_clear_object (&self->window);
  g_clear_object (&self->hosts);
  g_clear_object (&self->model);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (keyfob_notifications_parent_class)->dispose (object);
}

static void
keyfob_notifications_finalize (GObject *object)
{
  KeyfobNotifications *self = KEYFOB_NOTIFICATIONS (object);

  g_hash_table_unref (self->told);

  G_OBJECT_CLASS (keyfob_notifications_parent_class)->finalize (object);
}

static void
keyfob_notifications_class_init (KeyfobNotificationsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_notifications_dispose;
  object_class->finalize = keyfob_notifications_finalize;
}

static void
keyfob_notifications_init (KeyfobNotifications *self)
{
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

KeyfobNotifications *
keyfob_notifications_new (GDBusConnection *connection,
                          KeyfobHostFile *file,
                          KeyfobAttentionModel *model,
                          KeyfobHostRemote *hosts,
                          KeyfobWindowRemote *window)
{
  KeyfobNotifications *self = g_object_new (KEYFOB_TYPE_NOTIFICATIONS, NULL);

  self->file = g_object_ref (file);
  self->model = g_object_ref (model);
  self->hosts = g_object_ref (hosts);
  self->window = g_object_ref (window);
  self->client = keyfob_notification_client_new (connection);
  g_signal_connect_object (self->client, "seen", G_CALLBACK (on_seen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "invoked", G_CALLBACK (on_invoked), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);

  return self;
}

gboolean
keyfob_notifications_is_showing (KeyfobNotifications *self)
{
  return keyfob_notification_client_is_showing (self->client);
}
