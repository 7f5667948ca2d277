/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-auth-error.h"
#include "keyfob-questions.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW 1800000000
#define PROGRAM "/usr/bin/python3:tool"

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *agent;
  GDBusConnection *caller;
  ManualClock *clock;
  KeyfobTokenLock *lock;
  KeyfobPermissions *permissions;
  KeyfobQuestions *questions;
  KeyfobConfig *config;
  guint n_asked;
  guint n_closed;
} Fixture;

/* How a call ends. */
typedef struct
{
  gboolean done;
  GError *error; /* NULL where the program may have the token */
} Call;

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  g_dbus_connection_set_exit_on_close (connection, FALSE);

  return connection;
}

static void
on_asked (Fixture *self)
{
  self->n_asked++;
}

static void
on_closed (Fixture *self)
{
  self->n_closed++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *lock_path = g_build_filename (g_get_user_state_dir (), "lock.ini", NULL);
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "none", "none.ini", NULL);
  g_autoptr (KeyfobSettings) settings = keyfob_settings_new ();
  /* on no bus: the screen is not locked */
  g_autoptr (KeyfobScreenMonitor) screen = g_object_new (KEYFOB_TYPE_SCREEN_MONITOR, NULL);
  g_autoptr (GVariant) options = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Portal'>}"));

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->agent = connect_to (self->bus);
  self->caller = connect_to (self->bus);
  self->clock = manual_clock_new (NOW);
  self->lock = keyfob_token_lock_new (lock_path, KEYFOB_CLOCK (self->clock), settings, screen);
  self->permissions = keyfob_permissions_new (path, KEYFOB_CLOCK (self->clock), settings, screen);
  self->questions = keyfob_questions_new (self->agent, KEYFOB_CLOCK (self->clock),
                                          self->permissions, self->lock, screen);
  self->config = keyfob_config_new ("https://data.example.org", options, NULL);
  g_signal_connect_swapped (self->questions, "asked", G_CALLBACK (on_asked), self);
  g_signal_connect_swapped (self->questions, "closed", G_CALLBACK (on_closed), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->config);
  g_assert_finalize_object (self->questions);
  g_object_unref (self->permissions);
  g_object_unref (self->lock);
  g_object_unref (self->clock);
  wait_close (self->caller);
  wait_close (self->agent);
  g_object_unref (self->caller);
  g_object_unref (self->agent);
  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  gboolean allowed = keyfob_questions_ask_finish (KEYFOB_QUESTIONS (source), result, &call->error);

  g_assert_true (allowed == (call->error == NULL));
  call->done = TRUE;
}

static void
ask_about (Fixture *self, Call *call, KeyfobConfig *config, const char *program, const char *name)
{
  KeyfobCaller caller = { .id = (char *) program, .name = (char *) name };

  *call = (Call){ 0 };
  keyfob_questions_ask_async (self->questions, config, &caller,
                              g_dbus_connection_get_unique_name (self->caller), FALSE, on_answer,
                              call);
}

static void
ask (Fixture *self, Call *call)
{
  ask_about (self, call, self->config, PROGRAM, "tool");
}

static void
assert_allowed (Call *call)
{
  wait_while (!call->done);
  g_assert_no_error (call->error);
}

static void
assert_refused (Call *call, int code)
{
  wait_while (!call->done);
  g_assert_error (call->error, KEYFOB_AUTH_ERROR, code);
  g_clear_error (&call->error);
}

static void
answer (Fixture *self, const char *id, KeyfobDecision decision)
{
  g_assert_true (keyfob_questions_answer (self->questions, id, decision));
}

/* Dispatches what is ready, to see that a call still waits. */
static void
assert_waits (Call *call)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (call->done);
}

static void
test_decisions (Fixture *self, gconstpointer data)
{
  const struct
  {
    const char *word;
    gboolean now, later, after_hours;
  } rows[] = {
    { "deny", FALSE, FALSE, FALSE },
    { "once", TRUE, FALSE, FALSE },
    { "hours", TRUE, TRUE, FALSE },
    { "always", TRUE, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *program = g_strdup_printf ("program%u", i);
      g_autofree char *id = g_strdup_printf ("%u", i + 1);
      KeyfobDecision decision;
      Call call;

      ask_about (self, &call, self->config, program, "tool");
      assert_waits (&call);
      g_assert_true (keyfob_decision_parse (rows[i].word, &decision));
      answer (self, id, decision);
      if (rows[i].now)
        assert_allowed (&call);
      else
        assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);
      g_assert_true (keyfob_permissions_has (self->permissions, "https://data.example.org", program)
                     == rows[i].later);
    }

  manual_clock_advance (self->clock, KEYFOB_PERMISSION_SECONDS);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *program = g_strdup_printf ("program%u", i);

      g_assert_true (keyfob_permissions_has (self->permissions, "https://data.example.org", program)
                     == rows[i].after_hours);
    }
}

static void
test_remembered (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  answer (self, "1", KEYFOB_DECISION_ALWAYS);
  assert_allowed (&call);
  ask (self, &call);
  assert_allowed (&call);
  g_assert_cmpuint (self->n_asked, ==, 1);

  keyfob_permissions_remove (self->permissions, "https://data.example.org", PROGRAM);
  ask (self, &call);
  assert_waits (&call);
  answer (self, "2", KEYFOB_DECISION_ONCE);
  assert_allowed (&call);
}

static void
test_nobody_answers (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  manual_clock_advance (self->clock, 59);
  assert_waits (&call);
  manual_clock_advance (self->clock, 1);
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);
  g_assert_cmpuint (self->n_closed, ==, 1);
  g_assert_false (keyfob_questions_answer (self->questions, "1", KEYFOB_DECISION_ALWAYS));
}

static void
test_no_lasts_a_minute (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  answer (self, "1", KEYFOB_DECISION_DENY);
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);
  manual_clock_advance (self->clock, 59);
  ask (self, &call);
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);
  g_assert_cmpuint (self->n_asked, ==, 1);
  manual_clock_advance (self->clock, 1);
  ask (self, &call);
  assert_waits (&call);
  answer (self, "2", KEYFOB_DECISION_ONCE);
  assert_allowed (&call);
}

static void
test_shared (Fixture *self, gconstpointer data)
{
  Call calls[3];

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    ask (self, &calls[i]);
  g_assert_cmpuint (self->n_asked, ==, 1);
  answer (self, "1", KEYFOB_DECISION_ONCE);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    assert_allowed (&calls[i]);
}

static void
test_bounded (Fixture *self, gconstpointer data)
{
  Call calls[8];
  Call refused;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *url = g_strdup_printf ("https://host%u.example.org", i);
      g_autoptr (KeyfobConfig) config = keyfob_config_new (url, NULL, NULL);

      ask_about (self, &calls[i], config, PROGRAM, "tool");
    }
  ask (self, &refused);
  assert_refused (&refused, KEYFOB_AUTH_ERROR_DENIED);

  for (guint i = 3; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *program = g_strdup_printf ("program%u", i);

      ask_about (self, &calls[i], self->config, program, "tool");
    }
  ask_about (self, &refused, self->config, "another", "another");
  assert_refused (&refused, KEYFOB_AUTH_ERROR_DENIED);
  g_assert_cmpuint (self->n_asked, ==, 8);

  /* there is room again, and the refusal was no answer of the user */
  answer (self, "8", KEYFOB_DECISION_ONCE);
  ask_about (self, &refused, self->config, "another", "another");
  assert_waits (&refused);

  manual_clock_advance (self->clock, 60);
  assert_allowed (&calls[7]);
  for (guint i = 0; i < 7; i++)
    assert_refused (&calls[i], KEYFOB_AUTH_ERROR_DENIED);
  assert_refused (&refused, KEYFOB_AUTH_ERROR_DENIED);
}

static void
test_caller_vanishes (Fixture *self, gconstpointer data)
{
  g_autoptr (GDBusConnection) second = connect_to (self->bus);
  KeyfobCaller caller = { .id = (char *) PROGRAM, .name = (char *) "tool" };
  Call call, shared = { 0 };

  ask (self, &call);
  keyfob_questions_ask_async (self->questions, self->config, &caller,
                              g_dbus_connection_get_unique_name (second), FALSE, on_answer,
                              &shared);
  wait_close (second);
  assert_refused (&shared, KEYFOB_AUTH_ERROR_CANCELLED);
  /* somebody still waits */
  g_assert_cmpuint (self->n_closed, ==, 0);
  wait_close (self->caller);
  assert_refused (&call, KEYFOB_AUTH_ERROR_CANCELLED);
  g_assert_cmpuint (self->n_closed, ==, 1);
}

static void
own_window (GDBusConnection *connection, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, arguments, NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

static void
test_unseen (Fixture *self, gconstpointer data)
{
  const char *window = g_dbus_connection_get_unique_name (self->caller);
  Call call;

  ask (self, &call);
  keyfob_questions_set_unseen (self->questions, "1");
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);

  /* with a window it waits, as long as that is there */
  own_window (self->caller, "RequestName", g_variant_new ("(su)", KEYFOB_APPLICATION_ID, 0));
  wait_while (!keyfob_questions_is_window (self->questions, window));
  ask (self, &call);
  keyfob_questions_set_unseen (self->questions, "2");
  assert_waits (&call);
  own_window (self->caller, "ReleaseName", g_variant_new ("(s)", KEYFOB_APPLICATION_ID));
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);

  /* nobody has said no, so the user is asked again at once */
  g_assert_cmpuint (self->n_asked, ==, 2);
}

static void
test_tokens_are_locked (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  keyfob_token_lock_lock (self->lock);
  assert_refused (&call, KEYFOB_AUTH_ERROR_TOKENS_LOCKED);
  g_assert_cmpuint (self->n_closed, ==, 1);
  keyfob_token_lock_unlock (self->lock);
}

static void
test_host_is_removed (Fixture *self, gconstpointer data)
{
  g_autoptr (KeyfobConfig) other = keyfob_config_new ("https://other.example.org", NULL, NULL);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, "gone");
  Call first, second, third;

  ask (self, &first);
  ask_about (self, &second, other, PROGRAM, "tool");
  ask_about (self, &third, self->config, "/usr/bin/another", "another");
  keyfob_questions_close_host (self->questions, "https://data.example.org", error);
  assert_refused (&first, KEYFOB_AUTH_ERROR_INVALID_HOST);
  assert_refused (&third, KEYFOB_AUTH_ERROR_INVALID_HOST);
  assert_waits (&second);
  answer (self, "2", KEYFOB_DECISION_ONCE);
  assert_allowed (&second);
}

static void
test_answered_twice (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  g_assert_true (keyfob_questions_answer (self->questions, "1", KEYFOB_DECISION_ONCE));
  g_assert_false (keyfob_questions_answer (self->questions, "1", KEYFOB_DECISION_ALWAYS));
  g_assert_false (keyfob_questions_answer (self->questions, "1", KEYFOB_DECISION_DENY));
  assert_allowed (&call);
  g_assert_cmpuint (self->n_closed, ==, 1);
  /* neither remembered, nor a no */
  ask (self, &call);
  assert_waits (&call);
  g_assert_true (keyfob_questions_answer (self->questions, "2", KEYFOB_DECISION_DENY));
  g_assert_false (keyfob_questions_answer (self->questions, "2", KEYFOB_DECISION_ALWAYS));
  assert_refused (&call, KEYFOB_AUTH_ERROR_DENIED);
}

static void
test_number_of_a_process_is_not_remembered (Fixture *self, gconstpointer data)
{
  Call call;

  ask_about (self, &call, self->config, "pid:42", "tool");
  g_assert_false (keyfob_question_can_be_remembered (keyfob_questions_find (self->questions, "1")));
  answer (self, "1", KEYFOB_DECISION_ALWAYS);
  assert_allowed (&call);
  ask_about (self, &call, self->config, "pid:42", "tool");
  assert_waits (&call);
  answer (self, "2", KEYFOB_DECISION_ONCE);
  assert_allowed (&call);
}

static void
test_foreign_text (Fixture *self, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (10000, 'a');
  const KeyfobQuestion *question;
  Call first, second;

  ask_about (self, &first, self->config,
             "/tmp/<b>\n\xe2\x80\xae"
             "evil&\xff",
             "<a href='x'>K\x1b[31m\xe2\x80\xaeyfob</a>");
  question = keyfob_questions_find (self->questions, "1");
  g_assert_cmpstr (question->name, ==, "‹a href='x'›K [31myfob‹/a›");
  g_assert_true (g_utf8_validate (question->program, -1, NULL));
  g_assert_null (strpbrk (question->program, "<>&\n"));
  g_assert_null (strstr (question->program, "\xe2\x80\xae"));

  ask_about (self, &second, self->config, long_name, long_name);
  question = keyfob_questions_find (self->questions, "2");
  g_assert_cmpint (g_utf8_strlen (question->name, -1), <=, 61);
  g_assert_cmpint (g_utf8_strlen (question->program, -1), <=, 201);

  /* what is shown is cut, and what is remembered is not */
  answer (self, "2", KEYFOB_DECISION_ALWAYS);
  assert_allowed (&second);
  g_assert_true (keyfob_permissions_has (self->permissions, "https://data.example.org", long_name));
  long_name[9999] = 'b';
  g_assert_false (
      keyfob_permissions_has (self->permissions, "https://data.example.org", long_name));
  answer (self, "1", KEYFOB_DECISION_ONCE);
  assert_allowed (&first);
}

static void
test_programs (void)
{
  const struct
  {
    const char *id, *unit, *program;
  } rows[] = {
    { "/usr/bin/wget", NULL, "/usr/bin/wget" },
    { "/usr/bin/python3:tool", "monitor.service", "/usr/bin/python3:tool in monitor.service" },
    { "/usr/bin/code", "app-gnome-code-4711.scope", "/usr/bin/code in app-gnome-code" },
    { "/usr/bin/code", "app-code@0af3c1.service", "/usr/bin/code in app-code" },
    { "/usr/bin/curl", "vte-spawn-0a1b2c3d-0000-4000-8000-123456789abc.scope",
      "/usr/bin/curl in vte-spawn" },
    { "/usr/bin/curl", "session-3.scope", "/usr/bin/curl in session" },
    { "/usr/bin/curl", "run-u42.service", "/usr/bin/curl in run" },
    { "/usr/bin/x", "dbus-:1.2-org.example.X@0.service", "/usr/bin/x in org.example.X" },
    { "flatpak:org.example.App", "app-flatpak-org.example.App-4711.scope",
      "flatpak:org.example.App" },
    { "snap:app", "snap.app.app-1234.scope", "snap:app" },
    { "pid:42", "monitor.service", "pid:42" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *program = keyfob_questions_dup_program (rows[i].id, rows[i].unit);

      g_assert_cmpstr (program, ==, rows[i].program);
    }
}

static void
test_agent_ends (Fixture *self, gconstpointer data)
{
  Call call;

  ask (self, &call);
  g_object_run_dispose (G_OBJECT (self->questions));
  assert_refused (&call, KEYFOB_AUTH_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) \
  g_test_add ("/questions/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("decisions", test_decisions);
  ADD ("remembered", test_remembered);
  ADD ("nobody-answers", test_nobody_answers);
  ADD ("no-lasts-a-minute", test_no_lasts_a_minute);
  ADD ("shared", test_shared);
  ADD ("bounded", test_bounded);
  ADD ("caller-vanishes", test_caller_vanishes);
  ADD ("unseen", test_unseen);
  ADD ("tokens-are-locked", test_tokens_are_locked);
  ADD ("host-is-removed", test_host_is_removed);
  ADD ("answered-twice", test_answered_twice);
  ADD ("number-of-a-process-is-not-remembered", test_number_of_a_process_is_not_remembered);
  ADD ("foreign-text", test_foreign_text);
  ADD ("agent-ends", test_agent_ends);

  g_test_add_func ("/questions/programs", test_programs);

  return g_test_run ();
}
