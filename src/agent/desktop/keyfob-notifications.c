/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notifications.h"

#include <glib/gi18n-lib.h>

#include "keyfob-clock-format.h"
#include "keyfob-desktop-actions.h"
#include "keyfob-notification-client.h"
#include "keyfob-status-text.h"

#define MAX_SINGLE 3 /* notifications of one host each; more hosts than that share one */
#define SEVERAL ""   /* key of the notification of several hosts */
/* Seconds by which the calculated end of one token may vary, as more is learnt of the server's
 * clock */
#define END_TOLERANCE 300

struct _KeyfobNotifications
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobAttentionModel *model;
  KeyfobNotificationClient *client;
  GHashTable *notified;  /* object path → KeyfobAttention that a notification was made of */
  GHashTable *questions; /* object path → question that a notification was made of */
};

G_DEFINE_FINAL_TYPE (KeyfobNotifications, keyfob_notifications, G_TYPE_OBJECT)

static const char *
get_name (KeyfobHost *host)
{
  return keyfob_config_get_name (keyfob_host_get_config (host));
}

static gint64
get_expires (KeyfobHost *host)
{
  return keyfob_host_session_get_expires (keyfob_host_get_session (host));
}

static void
show_needs_user (KeyfobNotifications *self, KeyfobHost *host)
{
  g_autofree char *summary = g_strdup_printf (_ ("%s needs you to sign in"), get_name (host));
  g_autofree char *body = keyfob_status_text_session_ended (
      get_expires (host), keyfob_clock_now (self->context->clock));

  keyfob_notification_client_show (
      self->client, keyfob_host_get_path (host), summary, body,
      (const char *const[]){ "default", _ ("Open Keyfob"), "sign-in", _ ("Sign in"), NULL }, -1);
}

static void
show_soon (KeyfobNotifications *self, KeyfobHost *host)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_local (get_expires (host));
  /* Translators: %H:%M is the time of day, see strftime */
  g_autofree char *body = keyfob_clock_format_print (
      end, _ ("The session ends at %H:%M and cannot be renewed without you."));
  g_autofree char *summary = g_strdup_printf (_ ("%s will need you to sign in"), get_name (host));

  keyfob_notification_client_show (
      self->client, keyfob_host_get_path (host), summary, body,
      (const char *const[]){ "default", _ ("Open Keyfob"), "sign-in", _ ("Sign in again"), NULL },
      -1);
}

/* The question itself is not told, since it names what a server has sent. */
static void
show_question (KeyfobNotifications *self, KeyfobHost *host)
{
  g_autofree char *summary =
      g_strdup_printf (_ ("The sign-in to %s waits for your answer"), get_name (host));

  keyfob_notification_client_show (
      self->client, keyfob_host_get_path (host), summary, _ ("Keyfob shows what it asks."),
      (const char *const[]){ "default", _ ("Open Keyfob"), "open", _ ("Open Keyfob"), NULL }, -1);
}

static void
show_several (KeyfobNotifications *self)
{
  keyfob_notification_client_show (
      self->client, SEVERAL, _ ("Several servers need you to sign in"),
      _ ("Their sessions have ended. Keyfob shows which ones."),
      (const char *const[]){ "default", _ ("Open Keyfob"), "open", _ ("Open Keyfob"), NULL }, -1);
}

static KeyfobAttention
get_notified (KeyfobNotifications *self, const char *path)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->notified, path));
}

static void
set_notified (KeyfobNotifications *self, const char *path, KeyfobAttention attention)
{
  g_hash_table_insert (self->notified, g_strdup (path), GINT_TO_POINTER (attention));
}

/* Returns: the word for @attention in hosts.ini */
static const char *
get_word (KeyfobAttention attention)
{
  return attention == KEYFOB_ATTENTION_SOON ? "soon" : "ended";
}

/* Returns: whether the user has seen this notification when an earlier agent showed it */
static gboolean
was_seen (KeyfobNotifications *self, KeyfobHost *host, KeyfobAttention attention)
{
  g_autofree char *note = keyfob_host_file_dup_note (
      self->context->file, keyfob_host_get_config (host), KEYFOB_HOST_NOTE_NOTIFIED);
  g_auto (GStrv) parts = g_strsplit (note, " ", 2);
  gint64 end = g_strv_length (parts) == 2 ? g_ascii_strtoll (parts[1], NULL, 10) : 0;

  /* g_strsplit() makes no part of an empty text */
  if (parts[0] == NULL || ABS (end - get_expires (host)) > END_TOLERANCE)
    return FALSE;

  return g_str_equal (parts[0], get_word (attention)) || attention == KEYFOB_ATTENTION_SOON;
}

static void
save_seen (KeyfobNotifications *self, KeyfobHost *host)
{
  KeyfobAttention notified = get_notified (self, keyfob_host_get_path (host));
  g_autofree char *text =
      g_strdup_printf ("%s %" G_GINT64_FORMAT, get_word (notified), get_expires (host));

  if (notified == KEYFOB_ATTENTION_SOON || notified == KEYFOB_ATTENTION_NEEDS_USER)
    keyfob_host_file_set_note (self->context->file, keyfob_host_get_config (host),
                               KEYFOB_HOST_NOTE_NOTIFIED, text);
}

/* Whoever has begun the sign-in may have no window, such as the tray or another program. */
static void
update_question (KeyfobNotifications *self, KeyfobHost *host)
{
  const char *path = keyfob_host_get_path (host);
  const char *question = keyfob_host_get_question (host);
  const char *shown = g_hash_table_lookup (self->questions, path);

  if (g_str_equal (question, shown != NULL ? shown : ""))
    return;

  if (*question != '\0')
    {
      g_hash_table_insert (self->questions, g_strdup (path), g_strdup (question));
      show_question (self, host);
    }
  else
    {
      g_hash_table_remove (self->questions, path);
      keyfob_notification_client_withdraw (self->client, path);
    }
}

/* Notes the attention that a host needs now. Returns: whether the user is to be notified */
static gboolean
take_attention (KeyfobNotifications *self, KeyfobHost *host, KeyfobAttention attention)
{
  const char *path = keyfob_host_get_path (host);

  switch (attention)
    {
    case KEYFOB_ATTENTION_SOON:
    case KEYFOB_ATTENTION_NEEDS_USER:
      if (get_notified (self, path) >= attention)
        return FALSE;
      set_notified (self, path, attention);
      return !was_seen (self, host, attention);
    case KEYFOB_ATTENTION_GOOD:
    case KEYFOB_ATTENTION_SIGNED_OUT:
      if (g_hash_table_remove (self->notified, path))
        keyfob_host_file_set_note (self->context->file, keyfob_host_get_config (host),
                                   KEYFOB_HOST_NOTE_NOTIFIED, "");
      keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_ATTENTION_SIGNING_IN:
      /* a sign-in that fails is shown by the browser or the window */
      if (!g_hash_table_contains (self->questions, path))
        keyfob_notification_client_withdraw (self->client, path);
      return FALSE;
    case KEYFOB_ATTENTION_OFFLINE:
    default:
      return FALSE;
    }
}

static void
show (KeyfobNotifications *self, KeyfobHost *host, KeyfobAttention attention)
{
  gboolean many =
      keyfob_attention_model_count (self->model, KEYFOB_ATTENTION_NEEDS_USER) > MAX_SINGLE;

  if (attention == KEYFOB_ATTENTION_SOON)
    show_soon (self, host);
  else if (!many)
    show_needs_user (self, host);
  else
    keyfob_notification_client_withdraw (self->client, keyfob_host_get_path (host));
}

static void
withdraw_each (KeyfobNotifications *self)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (self->model, i);

      if (keyfob_attention_model_get_attention (self->model, i) == KEYFOB_ATTENTION_NEEDS_USER)
        keyfob_notification_client_withdraw (self->client, keyfob_host_get_path (host));
    }
}

/* @notified: by object path */
static void
forget_removed (KeyfobNotifications *self, GHashTable *notified)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, notified);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      if (keyfob_attention_model_find_host (self->model, path) != NULL)
        continue;

      keyfob_notification_client_withdraw (self->client, path);
      g_hash_table_iter_remove (&iter);
    }
}

static void
update (KeyfobNotifications *self)
{
  guint n_needs_user = keyfob_attention_model_count (self->model, KEYFOB_ATTENTION_NEEDS_USER);
  gboolean is_new = FALSE;

  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (self->model, i);
      KeyfobAttention attention = keyfob_attention_model_get_attention (self->model, i);

      update_question (self, host);
      if (!take_attention (self, host, attention))
        continue;

      show (self, host, attention);
      is_new |= attention == KEYFOB_ATTENTION_NEEDS_USER;
    }

  forget_removed (self, self->notified);
  forget_removed (self, self->questions);
  if (is_new && n_needs_user > MAX_SINGLE)
    {
      withdraw_each (self);
      if (!keyfob_notification_client_is_shown (self->client, SEVERAL))
        show_several (self);
    }
  else if (n_needs_user == 0)
    {
      keyfob_notification_client_withdraw (self->client, SEVERAL);
    }
}

static void
on_seen (KeyfobNotifications *self, const char *path)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (self->model); i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (self->model, i);

      if (g_str_equal (path, SEVERAL) || g_str_equal (path, keyfob_host_get_path (host)))
        save_seen (self, host);
    }
}

static void
on_invoked (KeyfobNotifications *self,
            const char *path,
            const char *action,
            const char *activation_token)
{
  KeyfobHost *host = keyfob_attention_model_find_host (self->model, path);

  if (!g_str_equal (action, "sign-in"))
    keyfob_desktop_open_window (self->context->connection, activation_token);
  else if (host != NULL)
    keyfob_desktop_sign_in (host, activation_token);
}

static void
keyfob_notifications_dispose (GObject *object)
{
  KeyfobNotifications *self = KEYFOB_NOTIFICATIONS (object);

  if (self->client != NULL)
    g_object_run_dispose (G_OBJECT (self->client));
  g_clear_object (&self->client);
  g_clear_object (&self->model);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_notifications_parent_class)->dispose (object);
}

static void
keyfob_notifications_finalize (GObject *object)
{
  KeyfobNotifications *self = KEYFOB_NOTIFICATIONS (object);

  g_hash_table_unref (self->notified);
  g_hash_table_unref (self->questions);

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
  self->notified = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

KeyfobNotifications *
keyfob_notifications_new (KeyfobContext *context, KeyfobAttentionModel *model)
{
  KeyfobNotifications *self = g_object_new (KEYFOB_TYPE_NOTIFICATIONS, NULL);

  self->context = keyfob_context_ref (context);
  self->model = g_object_ref (model);
  self->client = keyfob_notification_client_new (context->connection);
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
