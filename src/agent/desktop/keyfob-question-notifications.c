/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-question-notifications.h"

#include <glib/gi18n-lib.h>

#include "keyfob-desktop-actions.h"
#include "keyfob-notification-client.h"

struct _KeyfobQuestionNotifications
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobNotificationClient *client; /* the key of a notification is the id of its question */
};

G_DEFINE_FINAL_TYPE (KeyfobQuestionNotifications, keyfob_question_notifications, G_TYPE_OBJECT)

static void
on_asked (KeyfobQuestionNotifications *self, const char *id)
{
  const KeyfobQuestion *question = keyfob_questions_find (self->context->questions, id);
  /* GNOME shows three buttons, so the last one is what is rarest and in the window, too */
  const char *const all[] = { "default", _ ("Open Keyfob"),       "once", _ ("Allow once"),
                              "hours",   _ ("Allow for 8 hours"), "deny", _ ("Deny"),
                              "always",  _ ("Always allow"),      NULL };
  const char *const few[] = { "default", _ ("Open Keyfob"), "once", _ ("Allow once"),
                              "deny",    _ ("Deny"),        NULL };
  g_autofree char *summary = NULL;
  g_autofree char *details = NULL;
  g_autofree char *body = NULL;

  /* closed before it could be shown */
  if (question == NULL)
    return;

  /* Translators: name of a program, and of a host */
  summary = g_strdup_printf (_ ("May %s have the token of %s?"), question->name, question->host);
  /* Translators: what tells a program apart, such as the path of its executable */
  details = g_strdup_printf (_ ("%s asks for it, and can then act as you there. If nobody answers "
                                "within a minute, it gets none."),
                             question->program);
  body = g_strconcat (details, *question->warning != '\0' ? " " : "", question->warning, NULL);
  keyfob_notification_client_show (
      self->client, id, summary, body, keyfob_question_can_be_remembered (question) ? all : few,
      (int) (question->ends - keyfob_clock_now (self->context->clock)));
}

static void
on_closed (KeyfobQuestionNotifications *self, const char *id)
{
  keyfob_notification_client_withdraw (self->client, id);
}

static void
on_failed (KeyfobQuestionNotifications *self, const char *id)
{
  keyfob_questions_set_unseen (self->context->questions, id);
}

static void
on_invoked (KeyfobQuestionNotifications *self,
            const char *id,
            const char *action,
            const char *activation_token)
{
  KeyfobDecision answer;

  if (keyfob_decision_parse (action, &answer))
    keyfob_questions_answer (self->context->questions, id, answer);
  else
    keyfob_desktop_open_window (self->context->connection, activation_token);
}

static void
keyfob_question_notifications_dispose (GObject *object)
{
  KeyfobQuestionNotifications *self = KEYFOB_QUESTION_NOTIFICATIONS (object);

  if (self->client != NULL)
    g_object_run_dispose (G_OBJECT (self->client));
  g_clear_object (&self->client);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_question_notifications_parent_class)->dispose (object);
}

static void
keyfob_question_notifications_class_init (KeyfobQuestionNotificationsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_question_notifications_dispose;
}

static void
keyfob_question_notifications_init (KeyfobQuestionNotifications *self)
{
}

KeyfobQuestionNotifications *
keyfob_question_notifications_new (KeyfobContext *context)
{
  KeyfobQuestionNotifications *self = g_object_new (KEYFOB_TYPE_QUESTION_NOTIFICATIONS, NULL);

  self->context = keyfob_context_ref (context);
  self->client = keyfob_notification_client_new (context->connection);
  g_signal_connect_object (self->client, "invoked", G_CALLBACK (on_invoked), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context->questions, "asked", G_CALLBACK (on_asked), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context->questions, "closed", G_CALLBACK (on_closed), self,
                           G_CONNECT_SWAPPED);

  return self;
}
