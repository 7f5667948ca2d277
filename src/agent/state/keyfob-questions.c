/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-questions.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"
#include "keyfob-text.h"

#define PATIENCE 60      /* seconds that the user has for an answer, and that a no lasts */
#define MOST 8           /* open questions */
#define MOST_OF_ONE 3    /* open questions of one program */
#define MOST_CHARS 60    /* of a name */
#define MOST_PROGRAM 200 /* characters of what tells a program apart, as far as it is shown */
#define MOST_WARNING 400 /* characters of what is said about it */
#define MOST_DENIALS 64
#define NO_PROGRAM "pid:"
#define ONLY_A_NAME "name:"

/* A call that waits for the answer. */
typedef struct
{
  GTask *task;
  char *sender;
  guint watch; /* of the sender */
} Asker;

/* The public part comes first. */
typedef struct
{
  KeyfobQuestion public;
  KeyfobQuestions *questions;
  char *key;         /* tells apart what program wants the token of what host for what */
  char *remember_as; /* the program, unshortened */
  GPtrArray *askers;
  GSource *timer;
  gboolean unseen; /* notifications cannot show it */
} Open;

struct _KeyfobQuestions
{
  GObject parent_instance;

  GDBusConnection *connection;
  KeyfobClock *clock;
  KeyfobPermissions *permissions;
  KeyfobTokenLock *lock;
  KeyfobScreenMonitor *screen;
  GPtrArray *open;     /* Open, the oldest first */
  GHashTable *denials; /* key → gint64, until when by keyfob_clock_monotonic() */
  guint64 last_id;
  guint window_watch;
  char *window; /* (nullable): unique bus name of the window */
};

G_DEFINE_FINAL_TYPE (KeyfobQuestions, keyfob_questions, G_TYPE_OBJECT)

enum
{
  ASKED,
  CLOSED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
asker_free (Asker *asker)
{
  g_clear_handle_id (&asker->watch, g_bus_unwatch_name);
  g_free (asker->sender);
  g_object_unref (asker->task);
  g_free (asker);
}

static void
open_free (Open *open)
{
  g_clear_pointer (&open->timer, keyfob_source_free);
  g_ptr_array_unref (open->askers);
  g_free (open->public.id);
  g_free (open->public.url);
  g_free (open->public.host);
  g_free (open->public.program);
  g_free (open->public.name);
  g_free (open->public.warning);
  g_free (open->key);
  g_free (open->remember_as);
  g_free (open);
}

/* Foreign text may go to a notification, where some daemons read markup. */
static char *
clean (const char *text, gsize max_chars)
{
  g_autoptr (GString) cleaned = NULL;
  g_autofree char *line = keyfob_text_clean (text, -1, max_chars);

  cleaned = g_string_new (line);
  g_string_replace (cleaned, "<", "‹", 0);
  g_string_replace (cleaned, ">", "›", 0);
  g_string_replace (cleaned, "&", "＆", 0);

  return g_string_free (g_steal_pointer (&cleaned), FALSE);
}

static char *
dup_key (const char *url, const char *program, gboolean for_file)
{
  return g_strconcat (url, for_file ? " file " : " token ", program, NULL);
}

/* Takes the question off the list, and answers all who wait.
 *
 * @error: (nullable): why they get no token */
static void
close_question (Open *open, const GError *error)
{
  g_autoptr (KeyfobQuestions) self = g_object_ref (open->questions);
  g_autofree char *id = g_strdup (open->public.id);
  guint position;

  if (!g_ptr_array_find (self->open, open, &position))
    return;

  g_ptr_array_steal_index (self->open, position);
  for (guint i = 0; i < open->askers->len; i++)
    {
      Asker *asker = g_ptr_array_index (open->askers, i);

      if (error == NULL)
        g_task_return_boolean (asker->task, TRUE);
      else
        g_task_return_error (asker->task, g_error_copy (error));
    }
  open_free (open);
  g_signal_emit (self, signals[CLOSED], 0, id);
}

static void
close_all (KeyfobQuestions *self, const GError *error)
{
  while (self->open->len > 0)
    close_question (g_ptr_array_index (self->open, 0), error);
}

/* A program that is refused and asks in a loop must not bother the user each time. */
static void
note_denial (KeyfobQuestions *self, const char *key)
{
  gint64 until = keyfob_clock_monotonic (self->clock) + PATIENCE * G_USEC_PER_SEC;

  if (g_hash_table_size (self->denials) >= MOST_DENIALS)
    g_hash_table_remove_all (self->denials);
  g_hash_table_insert (self->denials, g_strdup (key), g_memdup2 (&until, sizeof until));
}

static gboolean
is_denied (KeyfobQuestions *self, const char *key)
{
  const gint64 *until = g_hash_table_lookup (self->denials, key);

  return until != NULL && keyfob_clock_monotonic (self->clock) < *until;
}

static GError *
new_denial (const char *host)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED,
                      _ ("You did not allow this program to have the token of %s. Try again in a "
                         "minute to be asked again."),
                      host);
}

static void
deny (Open *open)
{
  g_autoptr (GError) error = new_denial (open->public.host);

  note_denial (open->questions, open->key);
  close_question (open, error);
}

static gboolean
on_timer (gpointer user_data)
{
  deny (user_data);

  return G_SOURCE_REMOVE;
}

static void
on_asker_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Open *open = user_data;
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED, "The program is gone");

  for (guint i = open->askers->len; i > 0; i--)
    {
      Asker *asker = g_ptr_array_index (open->askers, i - 1);

      if (!g_str_equal (asker->sender, name))
        continue;

      g_task_return_error (asker->task, g_error_copy (error));
      g_ptr_array_remove_index (open->askers, i - 1);
    }
  if (open->askers->len == 0)
    close_question (open, error);
}

static void
add_asker (Open *open, GTask *task, const char *sender)
{
  Asker *asker = g_new0 (Asker, 1);

  asker->task = g_object_ref (task);
  asker->sender = g_strdup (sender);
  g_ptr_array_add (open->askers, asker);
  asker->watch = g_bus_watch_name_on_connection (open->questions->connection, sender,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                 on_asker_vanished, open, NULL);
}

static GError *
new_unseen_error (void)
{
  return g_error_new_literal (
      KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED,
      _ ("You are asked before a program gets a token, but nothing here shows "
         "notifications. Open the window of Keyfob, and try again."));
}

static void
on_window_appeared (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  KeyfobQuestions *self = KEYFOB_QUESTIONS (user_data);

  g_free (self->window);
  self->window = g_strdup (owner);
}

static void
close_unseen (KeyfobQuestions *self)
{
  g_autoptr (GError) error = new_unseen_error ();

  for (guint i = self->open->len; i > 0 && self->window == NULL; i--)
    {
      Open *open = g_ptr_array_index (self->open, i - 1);

      if (open->unseen)
        close_question (open, error);
    }
}

static void
on_window_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobQuestions *self = KEYFOB_QUESTIONS (user_data);

  g_clear_pointer (&self->window, g_free);
  close_unseen (self);
}

static GError *
new_screen_error (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED,
                              _ ("You are to be asked first, and the screen is locked. Unlock it, "
                                 "and try again."));
}

/* Whoever is at a locked screen may reach its notifications. */
static void
on_screen (KeyfobQuestions *self)
{
  g_autoptr (GError) error = new_screen_error ();

  if (keyfob_screen_monitor_get_locked (self->screen))
    close_all (self, error);
}

static void
on_lock (KeyfobQuestions *self)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_lock_check (self->lock, &error))
    close_all (self, error);
}

static void
keyfob_questions_dispose (GObject *object)
{
  KeyfobQuestions *self = KEYFOB_QUESTIONS (object);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED, "Keyfob ends");

  close_all (self, error);
  g_clear_handle_id (&self->window_watch, g_bus_unwatch_name);
  g_clear_object (&self->connection);
  g_clear_object (&self->clock);
  g_clear_object (&self->permissions);
  g_clear_object (&self->lock);
  g_clear_object (&self->screen);

  G_OBJECT_CLASS (keyfob_questions_parent_class)->dispose (object);
}

static void
keyfob_questions_finalize (GObject *object)
{
  KeyfobQuestions *self = KEYFOB_QUESTIONS (object);

  g_ptr_array_unref (self->open);
  g_hash_table_unref (self->denials);
  g_free (self->window);

  G_OBJECT_CLASS (keyfob_questions_parent_class)->finalize (object);
}

static void
keyfob_questions_class_init (KeyfobQuestionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_questions_dispose;
  object_class->finalize = keyfob_questions_finalize;

  signals[ASKED] = g_signal_new ("asked", KEYFOB_TYPE_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CLOSED] = g_signal_new ("closed", KEYFOB_TYPE_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
keyfob_questions_init (KeyfobQuestions *self)
{
  self->open = g_ptr_array_new ();
  self->denials = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

KeyfobQuestions *
keyfob_questions_new (GDBusConnection *connection,
                      KeyfobClock *clock,
                      KeyfobPermissions *permissions,
                      KeyfobTokenLock *lock,
                      KeyfobScreenMonitor *screen)
{
  KeyfobQuestions *self = g_object_new (KEYFOB_TYPE_QUESTIONS, NULL);

  g_set_object (&self->connection, connection);
  self->clock = g_object_ref (clock);
  self->permissions = g_object_ref (permissions);
  self->lock = g_object_ref (lock);
  self->screen = g_object_ref (screen);
  g_signal_connect_object (lock, "notify::locked", G_CALLBACK (on_lock), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (screen, "notify::locked", G_CALLBACK (on_screen), self,
                           G_CONNECT_SWAPPED);
  if (connection != NULL && g_dbus_connection_get_unique_name (connection) != NULL)
    self->window_watch = g_bus_watch_name_on_connection (
        connection, KEYFOB_APPLICATION_ID, G_BUS_NAME_WATCHER_FLAGS_NONE, on_window_appeared,
        on_window_vanished, self, NULL);

  return self;
}

gboolean
keyfob_decision_parse (const char *word, KeyfobDecision *answer)
{
  static const char *const words[] = {
    [KEYFOB_DECISION_DENY] = "deny",
    [KEYFOB_DECISION_ONCE] = "once",
    [KEYFOB_DECISION_HOURS] = "hours",
    [KEYFOB_DECISION_ALWAYS] = "always",
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i]))
      {
        *answer = (KeyfobDecision) i;
        return TRUE;
      }

  return FALSE;
}

/* See systemd.unit(5) and the specification of desktop environments: app-LAUNCHER-ID-RANDOM.scope,
 * app-LAUNCHER-ID@RANDOM.service, dbus-:1.2-NAME@0.service, run-uNUMBER.service of systemd-run,
 * vte-spawn-UUID.scope of a terminal, session-NUMBER.scope. */
static char *
dup_stable_unit (const char *unit)
{
  g_autofree char *stem = NULL;
  const char *start = unit;
  char *end;

  if (g_str_has_prefix (unit, "vte-spawn-"))
    return g_strdup ("vte-spawn");
  if (g_str_has_prefix (unit, "run-"))
    return g_strdup ("run");
  if (g_str_has_prefix (unit, "dbus-:"))
    {
      const char *name = strchr (unit + strlen ("dbus-:"), '-');

      start = name != NULL ? name + 1 : unit;
    }

  stem = g_strdup (start);
  end = strchr (stem, '@');
  if (end == NULL && g_str_has_suffix (stem, ".scope"))
    end = strrchr (stem, '-');
  if (end != NULL)
    *end = '\0';

  return g_steal_pointer (&stem);
}

char *
keyfob_questions_dup_program (const char *id, const char *unit)
{
  g_autofree char *stable = NULL;

  if (unit == NULL || !g_str_has_prefix (id, "/"))
    return g_strdup (id);

  stable = dup_stable_unit (unit);

  return g_strdup_printf ("%s in %s", id, stable);
}

KeyfobPermissions *
keyfob_questions_get_permissions (KeyfobQuestions *self)
{
  return self->permissions;
}

gboolean
keyfob_questions_is_window (KeyfobQuestions *self, const char *sender)
{
  return g_strcmp0 (self->window, sender) == 0;
}

static Open *
find_key (KeyfobQuestions *self, const char *key)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      Open *open = g_ptr_array_index (self->open, i);

      if (g_str_equal (open->key, key))
        return open;
    }

  return NULL;
}

static gboolean
is_full (KeyfobQuestions *self, const char *program)
{
  guint n_of_program = 0;

  for (guint i = 0; i < self->open->len; i++)
    {
      Open *open = g_ptr_array_index (self->open, i);

      n_of_program += g_str_equal (open->remember_as, program) ? 1 : 0;
    }

  return self->open->len >= MOST || n_of_program >= MOST_OF_ONE;
}

/* What else an answer that is remembered holds for. A script cannot be told from others that the
 * same interpreter runs: arguments and name of a process are what it says itself. */
static char *
dup_warning (KeyfobCaller *caller)
{
  if (g_str_has_prefix (caller->id, ONLY_A_NAME))
    return g_strdup (_ ("It keeps from Keyfob what it is: what you allow for longer than once, any "
                        "program of that name can use as well."));
  if (caller->interpreter == NULL)
    return g_strdup ("");

  /* Translators: name of what runs scripts, such as python3 */
  return g_strdup_printf (_ ("It is run by %s: what you allow for longer than once, other programs "
                             "that are run by %s can use as well."),
                          caller->interpreter, caller->interpreter);
}

static Open *
open_new (KeyfobQuestions *self,
          KeyfobConfig *config,
          const char *program,
          KeyfobCaller *caller,
          gboolean for_file)
{
  Open *open = g_new0 (Open, 1);
  g_autofree char *of_program = dup_warning (caller);
  const char *of_file = for_file ? _ ("The token stays in a file that all your programs can read, "
                                      "and is renewed, until you sign out or stop that.")
                                 : "";
  g_autofree char *warning =
      g_strconcat (of_file, *of_file != '\0' && *of_program != '\0' ? " " : "", of_program, NULL);

  open->questions = self;
  open->askers = g_ptr_array_new_with_free_func ((GDestroyNotify) asker_free);
  open->public.id = g_strdup_printf ("%" G_GUINT64_FORMAT, ++self->last_id);
  open->public.url = g_strdup (keyfob_config_get_base_url (config));
  open->public.host = clean (keyfob_config_get_name (config), MOST_CHARS);
  open->public.program = clean (program, MOST_PROGRAM);
  open->public.name = clean (caller->name, MOST_CHARS);
  open->public.warning = clean (warning, MOST_WARNING);
  open->public.ends = keyfob_clock_now (self->clock) + PATIENCE;
  open->remember_as = g_strdup (program);
  open->key = dup_key (open->public.url, program, for_file);
  open->timer = keyfob_clock_timer (self->clock, PATIENCE * G_USEC_PER_SEC);
  g_source_set_callback (open->timer, on_timer, open, NULL);
  g_source_attach (open->timer, NULL);

  return open;
}

void
keyfob_questions_ask_async (KeyfobQuestions *self,
                            KeyfobConfig *config,
                            KeyfobCaller *caller,
                            const char *sender,
                            gboolean for_file,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autofree char *program = keyfob_questions_dup_program (caller->id, caller->unit);
  const char *url = keyfob_config_get_base_url (config);
  g_autofree char *key = dup_key (url, program, for_file);
  Open *open = find_key (self, key);

  g_task_set_source_tag (task, keyfob_questions_ask_async);
  if (keyfob_permissions_has (self->permissions, url, program))
    g_task_return_boolean (task, TRUE);
  else if (keyfob_screen_monitor_get_locked (self->screen))
    g_task_return_error (task, new_screen_error ());
  else if (is_denied (self, key))
    g_task_return_error (task, new_denial (keyfob_config_get_name (config)));
  else if (open != NULL)
    add_asker (open, task, sender);
  else if (is_full (self, program))
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED, "%s",
                             _ ("You are to be asked first, and other questions are still open. "
                                "Answer those, and try again."));
  else
    {
      open = open_new (self, config, program, caller, for_file);
      g_ptr_array_add (self->open, open);
      add_asker (open, task, sender);
      g_signal_emit (self, signals[ASKED], 0, open->public.id);
    }
}

gboolean
keyfob_questions_ask_finish (KeyfobQuestions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static Open *
find_id (KeyfobQuestions *self, const char *id)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      Open *open = g_ptr_array_index (self->open, i);

      if (g_str_equal (open->public.id, id))
        return open;
    }

  return NULL;
}

const KeyfobQuestion *
keyfob_questions_find (KeyfobQuestions *self, const char *id)
{
  Open *open = find_id (self, id);

  return open != NULL ? &open->public : NULL;
}

void
keyfob_questions_close_host (KeyfobQuestions *self, const char *url, const GError *error)
{
  for (guint i = self->open->len; i > 0; i--)
    {
      Open *open = g_ptr_array_index (self->open, i - 1);

      if (g_str_equal (open->public.url, url))
        close_question (open, error);
    }
}

gboolean
keyfob_questions_is_open (KeyfobQuestions *self)
{
  return self->open->len > 0;
}

gboolean
keyfob_question_can_be_remembered (const KeyfobQuestion *question)
{
  return !g_str_has_prefix (question->program, NO_PROGRAM);
}

gboolean
keyfob_questions_answer (KeyfobQuestions *self, const char *id, KeyfobDecision answer)
{
  Open *open = find_id (self, id);

  if (open == NULL)
    return FALSE;

  if (answer == KEYFOB_DECISION_DENY)
    {
      deny (open);
      return TRUE;
    }

  if (answer != KEYFOB_DECISION_ONCE && keyfob_question_can_be_remembered (&open->public))
    keyfob_permissions_add (self->permissions, open->public.url, open->remember_as,
                            open->public.name,
                            answer == KEYFOB_DECISION_ALWAYS ? 0 : KEYFOB_PERMISSION_SECONDS);
  close_question (open, NULL);

  return TRUE;
}

void
keyfob_questions_set_unseen (KeyfobQuestions *self, const char *id)
{
  Open *open = find_id (self, id);

  if (open == NULL)
    return;

  open->unseen = TRUE;
  close_unseen (self);
}

GVariant *
keyfob_questions_to_variant (KeyfobQuestions *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->open->len; i++)
    {
      const KeyfobQuestion *question = g_ptr_array_index (self->open, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "id", "s", question->id);
      g_variant_dict_insert (&dict, "url", "s", question->url);
      g_variant_dict_insert (&dict, "host", "s", question->host);
      g_variant_dict_insert (&dict, "program", "s", question->program);
      g_variant_dict_insert (&dict, "name", "s", question->name);
      g_variant_dict_insert (&dict, "warning", "s", question->warning);
      g_variant_dict_insert (&dict, "remember", "b", keyfob_question_can_be_remembered (question));
      g_variant_dict_insert (&dict, "ends", "x", question->ends);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}
