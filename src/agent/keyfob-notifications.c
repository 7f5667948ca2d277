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
  KeyfobOverview *overview;
  KeyfobHostRemote *hosts;
  KeyfobWindowRemote *window;
  KeyfobNotificationClient *client;
  GHashTable *told; /* object path → KeyfobOutlook that the user was told, until it is over */
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

static KeyfobOutlook
get_told (KeyfobNotifications *self, const char *path)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->told, path));
}

static void
note_told (KeyfobNotifications *self, const char *path, KeyfobOutlook outlook)
{
  g_hash_table_insert (self->told, g_strdup (path), GINT_TO_POINTER (outlook));
}

static const char *
get_word (KeyfobOutlook outlook)
{
  return outlook == KEYFOB_OUTLOOK_SOON ? "soon" : "ended";
}

/* Whether the user has seen it before this agent was there. */
static gboolean
was_seen (KeyfobNotifications *self, guint position, KeyfobOutlook outlook)
{
  KeyfobBusHost1 *host = keyfob_overview_get_host (self->overview, position);
  g_autofree char *told =
      keyfob_host_file_dup_told (self->file, keyfob_overview_get_config (self->overview, position));
  g_auto (GStrv) parts = g_strsplit (told, " ", 2);
  gint64 end = g_strv_length (parts) == 2 ? g_ascii_strtoll (parts[1], NULL, 10) : 0;

  /* nothing was told, and the splitting of nothing gives no part */
  if (parts[0] == NULL || ABS (end - keyfob_bus_host1_get_expires (host)) > SAME_END)
    return FALSE;

  return g_str_equal (parts[0], get_word (outlook)) || outlook == KEYFOB_OUTLOOK_SOON;
}

static void
remember_seen (KeyfobNotifications *self, guint position)
{
  KeyfobBusHost1 *host = keyfob_overview_get_host (self->overview, position);
  g_autofree char *path = keyfob_host_remote_dup_path (host);
  KeyfobOutlook told = get_told (self, path);
  g_autofree char *text = g_strdup_printf ("%s %" G_GINT64_FORMAT, get_word (told),
                                           keyfob_bus_host1_get_expires (host));

  if (told == KEYFOB_OUTLOOK_SOON || told == KEYFOB_OUTLOOK_NEEDS_USER)
    keyfob_host_file_set_told (self->file, keyfob_overview_get_config (self->overview, position),
                               text);
}

/* Whether the trouble of the host is news. */
static gboolean
take_outlook (KeyfobNotifications *self, guint position, const char *path, KeyfobOutlook outlook)
{
  switch (outlook)
    {
    case KEYFOB_OUTLOOK_SOON:
    case KEYFOB_OUTLOOK_NEEDS_USER:
      if (get_told (self, path) >= outlook)
        return FALSE;
      note_told (self, path, outlook);
      return !was_seen (self, position, outlook);
    case KEYFOB_OUTLOOK_GOOD:
    case KEYFOB_OUTLOOK_SIGNED_OUT:
      if (g_hash_table_remove (self->told, path))
        keyfob_host_file_set_told (self->file,
                                   keyfob_overview_get_config (self->overview, position), "");
      keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_OUTLOOK_SIGNING_IN:
      /* the user is at it; should it come to nothing, they know */
      keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_OUTLOOK_OFFLINE:
    default:
      return FALSE;
    }
}

static void
tell (KeyfobNotifications *self, KeyfobBusHost1 *host, KeyfobOutlook outlook, const char *path)
{
  gboolean many = keyfob_overview_count (self->overview, KEYFOB_OUTLOOK_NEEDS_USER) > MOST;

  if (outlook == KEYFOB_OUTLOOK_SOON)
    tell_soon (self, host, path);
  else if (!many)
    tell_needs_user (self, host, path);
  else
    keyfob_notification_client_withdraw (self->client, path);
}

static void
withdraw_each (KeyfobNotifications *self)
{
  for (guint i = 0; i < keyfob_overview_get_n_hosts (self->overview); i++)
    {
      g_autofree char *path =
          keyfob_host_remote_dup_path (keyfob_overview_get_host (self->overview, i));

      if (keyfob_overview_get_outlook (self->overview, i) == KEYFOB_OUTLOOK_NEEDS_USER)
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
  guint n_needy = keyfob_overview_count (self->overview, KEYFOB_OUTLOOK_NEEDS_USER);
  gboolean news = FALSE;

  for (guint i = 0; i < keyfob_overview_get_n_hosts (self->overview); i++)
    {
      KeyfobBusHost1 *host = keyfob_overview_get_host (self->overview, i);
      KeyfobOutlook outlook = keyfob_overview_get_outlook (self->overview, i);
      char *path = keyfob_host_remote_dup_path (host);

      g_hash_table_add (present, path);
      if (!take_outlook (self, i, path, outlook))
        continue;

      tell (self, host, outlook, path);
      news |= outlook == KEYFOB_OUTLOOK_NEEDS_USER;
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
  guint n_hosts = keyfob_overview_get_n_hosts (self->overview);

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autofree char *path =
          keyfob_host_remote_dup_path (keyfob_overview_get_host (self->overview, i));

      if (g_str_equal (path, wanted))
        return i;
    }

  return n_hosts;
}

static void
on_seen (KeyfobNotifications *self, const char *path)
{
  for (guint i = 0; i < keyfob_overview_get_n_hosts (self->overview); i++)
    {
      g_autofree char *its_path =
          keyfob_host_remote_dup_path (keyfob_overview_get_host (self->overview, i));

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
  else if (position < keyfob_overview_get_n_hosts (self->overview))
    {
      keyfob_host_remote_sign_in (self->hosts, keyfob_overview_get_host (self->overview, position),
                                  activation_token);
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
  g_clear_object (&self->overview);
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
                          KeyfobOverview *overview,
                          KeyfobHostRemote *hosts,
                          KeyfobWindowRemote *window)
{
  KeyfobNotifications *self = g_object_new (KEYFOB_TYPE_NOTIFICATIONS, NULL);

  self->file = g_object_ref (file);
  self->overview = g_object_ref (overview);
  self->hosts = g_object_ref (hosts);
  self->window = g_object_ref (window);
  self->client = keyfob_notification_client_new (connection);
  g_signal_connect_object (self->client, "seen", G_CALLBACK (on_seen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "invoked", G_CALLBACK (on_invoked), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (overview, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);

  return self;
}

gboolean
keyfob_notifications_is_showing (KeyfobNotifications *self)
{
  return keyfob_notification_client_is_showing (self->client);
}
