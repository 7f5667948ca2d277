/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-question-bar.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"
#include "keyfob-wrap-box.h"

#define CAREFUL_MS 1000 /* how long a new question takes no click */

struct _KeyfobQuestionBar
{
  AdwBin parent_instance;

  KeyfobAgentClient *client;
  GSignalGroup *agent_signals;
  char *id; /* (nullable): of the question that is shown */
  guint timer;
  GtkWidget *focus_before; /* (nullable): weak; what had the focus when the question came */

  GtkLabel *question;
  GtkLabel *program;
  GtkLabel *details;
  GtkWidget *once;
  GtkWidget *hours;
  GtkWidget *always;
  GtkWidget *deny;
};

G_DEFINE_FINAL_TYPE (KeyfobQuestionBar, keyfob_question_bar, ADW_TYPE_BIN)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
on_timer (gpointer user_data)
{
  KeyfobQuestionBar *self = KEYFOB_QUESTION_BAR (user_data);

  self->timer = 0;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "question.answer", TRUE);

  return G_SOURCE_REMOVE;
}

static void
note_focus (KeyfobQuestionBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_set_weak_pointer (&self->focus_before, root != NULL ? gtk_root_get_focus (root) : NULL);
}

/* Before the buttons go: else nothing would have the focus, and no key would do anything. */
static void
give_focus_back (KeyfobQuestionBar *self)
{
  GtkWidget *before = self->focus_before;

  if (!keyfob_ui_has_focus (GTK_WIDGET (self)))
    return;

  if (before == NULL || !gtk_widget_get_mapped (before) || !gtk_widget_grab_focus (before))
    gtk_widget_child_focus (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))),
                            GTK_DIR_TAB_FORWARD);
}

/* For those who do not see the bar: at once, and on each of the buttons. */
static void
tell (KeyfobQuestionBar *self, const char *text, const char *details)
{
  GtkWidget *buttons[] = { self->once, self->hours, self->always, self->deny };
  g_autofree char *all = g_strjoin (" ", text, details, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    keyfob_ui_describe (buttons[i], text);
  keyfob_ui_announce (GTK_WIDGET (self), all);
}

static void
show (KeyfobQuestionBar *self, GVariant *question)
{
  const char *id = "", *host = "", *program = "", *name = "", *warning = "";
  gboolean remember = FALSE;
  g_autofree char *text = NULL;
  g_autofree char *details = NULL;

  g_variant_lookup (question, "id", "&s", &id);
  if (g_strcmp0 (id, self->id) == 0)
    return;

  give_focus_back (self);
  note_focus (self);
  g_free (self->id);
  self->id = g_strdup (id);
  g_variant_lookup (question, "host", "&s", &host);
  g_variant_lookup (question, "program", "&s", &program);
  g_variant_lookup (question, "name", "&s", &name);
  g_variant_lookup (question, "warning", "&s", &warning);
  g_variant_lookup (question, "remember", "b", &remember);

  text = g_strdup_printf (_ ("May %s have the token of %s?"), name, host);
  details = g_strconcat (_ ("It can then act as you there. If nobody answers within a minute, it "
                            "gets none."),
                         *warning != '\0' ? " " : "", warning, NULL);
  gtk_label_set_label (self->question, text);
  gtk_label_set_label (self->program, program);
  gtk_label_set_label (self->details, details);
  gtk_widget_set_visible (self->hours, remember);
  gtk_widget_set_visible (self->always, remember);
  tell (self, text, details);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "question.answer", FALSE);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (CAREFUL_MS, on_timer, self);
}

static void
update (KeyfobQuestionBar *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  GVariant *questions = agent != NULL ? keyfob_bus_agent1_get_token_requests (agent) : NULL;
  g_autoptr (GVariant) first = questions != NULL && g_variant_n_children (questions) > 0
                                   ? g_variant_get_child_value (questions, 0)
                                   : NULL;

  if (first != NULL)
    show (self, first);
  else
    {
      give_focus_back (self);
      g_clear_pointer (&self->id, g_free);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), first != NULL);
}

static void
on_agent_changed (KeyfobQuestionBar *self)
{
  g_signal_group_set_target (self->agent_signals, keyfob_agent_client_get_agent (self->client));
  update (self);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobQuestionBar) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (keyfob_bus_agent1_call_answer_token_request_finish (KEYFOB_BUS_AGENT1 (source), result,
                                                          &error))
    return;

  sentence = keyfob_agent_client_explain (error);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, sentence);
}

static void
on_answer (GtkWidget *widget, const char *action, GVariant *word)
{
  KeyfobQuestionBar *self = KEYFOB_QUESTION_BAR (widget);
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent == NULL || self->id == NULL)
    return;

  give_focus_back (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "question.answer", FALSE);
  keyfob_bus_agent1_call_answer_token_request (agent, self->id, g_variant_get_string (word, NULL),
                                               NULL, on_answered, g_object_ref (self));
}

static void
keyfob_question_bar_dispose (GObject *object)
{
  KeyfobQuestionBar *self = KEYFOB_QUESTION_BAR (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_weak_pointer (&self->focus_before);
  g_clear_object (&self->agent_signals);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (keyfob_question_bar_parent_class)->dispose (object);
}

static void
keyfob_question_bar_finalize (GObject *object)
{
  g_free (KEYFOB_QUESTION_BAR (object)->id);

  G_OBJECT_CLASS (keyfob_question_bar_parent_class)->finalize (object);
}

static void
keyfob_question_bar_class_init (KeyfobQuestionBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_question_bar_dispose;
  object_class->finalize = keyfob_question_bar_finalize;

  signals[SIGNAL_FAILED] = g_signal_new ("failed", KEYFOB_TYPE_QUESTION_BAR, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-question-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, question);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, program);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, details);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, once);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, hours);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, always);
  gtk_widget_class_bind_template_child (widget_class, KeyfobQuestionBar, deny);
  gtk_widget_class_install_action (widget_class, "question.answer", "s", on_answer);
}

static void
keyfob_question_bar_init (KeyfobQuestionBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->agent_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->agent_signals, "notify::token-requests",
                                  G_CALLBACK (update), self);
}

void
keyfob_question_bar_set_client (KeyfobQuestionBar *self, KeyfobAgentClient *client)
{
  g_return_if_fail (KEYFOB_IS_QUESTION_BAR (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (self->client == NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  on_agent_changed (self);
}
