/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <json-glib/json-glib.h>

#include "keyfob-auth-error.h"
#include "keyfob-device-flow.h"
#include "manual-clock.h"

#define NOW 1800000000
#define DEVICE_CODE "device-code-of-the-test"

/* A server that answers each poll by a script, so that every order of answers can be had at once.
 * The script is a list of codes of KEYFOB_AUTH_ERROR; -1 is a token; its last one is repeated. */
struct _ScriptedServer
{
  GObject parent_instance;

  ManualClock *clock;
  const int *script;
  guint interval;
  guint expires_in;
  int begin_error; /* a code, or -1 */
  GArray *polled;  /* gint64: when each poll came, microseconds */
};

#define SCRIPTED_TYPE_SERVER (scripted_server_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedServer, scripted_server, SCRIPTED, SERVER, GObject)

static void
scripted_server_begin_device_async (KeyfobServer *server,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  ScriptedServer *self = SCRIPTED_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  KeyfobDeviceCode *code;

  if (self->begin_error >= 0)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->begin_error, "no device flow");
      return;
    }

  code = g_new0 (KeyfobDeviceCode, 1);
  code->device_code = g_strdup (DEVICE_CODE);
  code->user_code = g_strdup ("WDJB-MJHT");
  code->verification_uri = g_strdup ("https://auth.example.org/device");
  code->verification_uri_complete = g_strdup ("https://auth.example.org/device?code=WDJB-MJHT");
  code->interval = self->interval;
  code->expires_in = self->expires_in;
  g_task_return_pointer (task, code, (GDestroyNotify) keyfob_device_code_free);
}

static KeyfobToken *
make_token (void)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_string_member (answer, "access_token", "access");
  json_object_set_int_member (answer, "expires_in", 300);

  return keyfob_token_new_from_answer (answer, NOW, 0, NULL);
}

static void
scripted_server_poll_device_async (KeyfobServer *server,
                                   const char *device_code,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  ScriptedServer *self = SCRIPTED_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gint64 now = keyfob_clock_monotonic (KEYFOB_CLOCK (self->clock));
  int answer = *self->script;

  g_assert_cmpstr (device_code, ==, DEVICE_CODE);
  g_array_append_val (self->polled, now);
  if (self->script[1] != 0)
    self->script++;

  if (answer == -1)
    g_task_return_pointer (task, make_token (), g_object_unref);
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, answer, "by the script");
}

static void
scripted_server_iface_init (KeyfobServerInterface *iface)
{
  iface->begin_device_async = scripted_server_begin_device_async;
  iface->poll_device_async = scripted_server_poll_device_async;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ScriptedServer,
                               scripted_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_SERVER,
                                                      scripted_server_iface_init))

static void
scripted_server_finalize (GObject *object)
{
  g_array_unref (SCRIPTED_SERVER (object)->polled);

  G_OBJECT_CLASS (scripted_server_parent_class)->finalize (object);
}

static void
scripted_server_class_init (ScriptedServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scripted_server_finalize;
}

static void
scripted_server_init (ScriptedServer *self)
{
  self->polled = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->interval = 5;
  self->expires_in = 600;
  self->begin_error = -1;
}

typedef struct
{
  ManualClock *clock;
  ScriptedServer *server;
  KeyfobDeviceFlow *flow;
  GCancellable *cancellable;
  KeyfobToken *token;
  GError *error;
  gboolean ended;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (NOW);
  fixture->server = g_object_new (SCRIPTED_TYPE_SERVER, NULL);
  fixture->server->clock = fixture->clock;
  fixture->flow =
      keyfob_device_flow_new (KEYFOB_SERVER (fixture->server), KEYFOB_CLOCK (fixture->clock));
  fixture->cancellable = g_cancellable_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
  g_clear_object (&fixture->token);
  g_clear_error (&fixture->error);
  g_clear_object (&fixture->cancellable);
  g_assert_finalize_object (fixture->flow);
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->clock);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->token = keyfob_flow_run_finish (KEYFOB_FLOW (source), result, &fixture->error);
  fixture->ended = TRUE;
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
start (Fixture *fixture, const int *script)
{
  fixture->server->script = script;
  keyfob_flow_run_async (KEYFOB_FLOW (fixture->flow), fixture->cancellable, on_ended, fixture);
  spin ();
}

static void
assert_gaps (Fixture *fixture, const guint *seconds, guint n)
{
  gint64 before = G_USEC_PER_SEC;

  g_assert_cmpuint (fixture->server->polled->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      gint64 at = g_array_index (fixture->server->polled, gint64, i);

      g_assert_cmpint ((at - before) / G_USEC_PER_SEC, ==, seconds[i]);
      before = at;
    }
}

static void
test_shows_the_code (Fixture *fixture, gconstpointer data)
{
  static const int script[] = { KEYFOB_AUTH_ERROR_PENDING, -1, 0 };

  g_assert_null (keyfob_device_flow_get_user_code (fixture->flow));
  start (fixture, script);
  g_assert_cmpstr (keyfob_device_flow_get_user_code (fixture->flow), ==, "WDJB-MJHT");
  g_assert_cmpstr (keyfob_device_flow_get_verification_uri (fixture->flow), ==,
                   "https://auth.example.org/device");
  g_assert_cmpstr (keyfob_device_flow_get_verification_uri_complete (fixture->flow), ==,
                   "https://auth.example.org/device?code=WDJB-MJHT");
  g_assert_cmpint (keyfob_device_flow_get_expires (fixture->flow), ==, NOW + 600);

  manual_clock_advance (fixture->clock, 10);
  g_assert_true (fixture->ended);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (keyfob_token_get_access_token (fixture->token), ==, "access");
  g_assert_null (keyfob_device_flow_get_user_code (fixture->flow));
  g_assert_null (keyfob_device_flow_get_verification_uri (fixture->flow));
  g_assert_null (keyfob_device_flow_get_verification_uri_complete (fixture->flow));
  g_assert_cmpint (keyfob_device_flow_get_expires (fixture->flow), ==, 0);
}

static void
test_pending_for_long (Fixture *fixture, gconstpointer data)
{
  static const int script[] = {
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, -1, 0,
  };
  guint gaps[21];

  G_STATIC_ASSERT (KEYFOB_AUTH_ERROR_PENDING == 16);
  for (guint i = 0; i < G_N_ELEMENTS (gaps); i++)
    gaps[i] = 5;

  start (fixture, script);
  manual_clock_advance (fixture->clock, 21 * 5);
  g_assert_nonnull (fixture->token);
  assert_gaps (fixture, gaps, G_N_ELEMENTS (gaps));
}

static void
test_slow_down_lasts (Fixture *fixture, gconstpointer data)
{
  static const int script[] = {
    KEYFOB_AUTH_ERROR_PENDING,
    KEYFOB_AUTH_ERROR_SLOW_DOWN,
    KEYFOB_AUTH_ERROR_PENDING,
    KEYFOB_AUTH_ERROR_SLOW_DOWN,
    KEYFOB_AUTH_ERROR_PENDING,
    -1,
    0,
  };
  static const guint gaps[] = { 5, 5, 10, 10, 15, 15 };

  start (fixture, script);
  manual_clock_advance (fixture->clock, 60);
  g_assert_nonnull (fixture->token);
  assert_gaps (fixture, gaps, G_N_ELEMENTS (gaps));
}

static void
test_backs_off_and_recovers (Fixture *fixture, gconstpointer data)
{
  static const int script[] = {
    KEYFOB_AUTH_ERROR_NETWORK,
    KEYFOB_AUTH_ERROR_UNAVAILABLE,
    KEYFOB_AUTH_ERROR_NETWORK,
    KEYFOB_AUTH_ERROR_BAD_ANSWER,
    KEYFOB_AUTH_ERROR_NETWORK,
    KEYFOB_AUTH_ERROR_PENDING,
    KEYFOB_AUTH_ERROR_NETWORK,
    -1,
    0,
  };
  static const guint gaps[] = { 5, 10, 20, 40, 60, 60, 5, 10 };

  start (fixture, script);
  manual_clock_advance (fixture->clock, 5 + 10 + 20 + 40 + 60 + 60 + 5 + 10);
  g_assert_nonnull (fixture->token);
  assert_gaps (fixture, gaps, G_N_ELEMENTS (gaps));
}

static void
test_runs_out (Fixture *fixture, gconstpointer data)
{
  static const int script[] = { KEYFOB_AUTH_ERROR_PENDING, 0 };

  fixture->server->expires_in = 12;
  start (fixture, script);
  manual_clock_advance (fixture->clock, 11.5);
  g_assert_false (fixture->ended);
  manual_clock_advance (fixture->clock, 0.5);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
  g_assert_cmpuint (fixture->server->polled->len, ==, 2);
  g_assert_null (keyfob_device_flow_get_user_code (fixture->flow));
}

static void
test_outage_ends_with_the_code (Fixture *fixture, gconstpointer data)
{
  static const int script[] = { KEYFOB_AUTH_ERROR_NETWORK, 0 };

  fixture->server->expires_in = 60;
  start (fixture, script);
  manual_clock_advance (fixture->clock, 60);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
}

static void
test_wall_clock_jumps (Fixture *fixture, gconstpointer data)
{
  static const int script[] = { KEYFOB_AUTH_ERROR_PENDING, -1, 0 };

  start (fixture, script);
  manual_clock_set_now (fixture->clock, NOW + 86400);
  manual_clock_advance (fixture->clock, 10);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (fixture->token);
}

static void
test_final_answers (Fixture *fixture, gconstpointer data)
{
  int script[] = { GPOINTER_TO_INT (data), 0 };

  start (fixture, script);
  manual_clock_advance (fixture->clock, 600);
  g_assert_true (fixture->ended);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, GPOINTER_TO_INT (data));
  g_assert_cmpuint (fixture->server->polled->len, ==, 1);
}

static void
test_cancel_while_waiting (Fixture *fixture, gconstpointer data)
{
  static const int script[] = { KEYFOB_AUTH_ERROR_PENDING, 0 };

  start (fixture, script);
  manual_clock_advance (fixture->clock, 7);
  g_cancellable_cancel (fixture->cancellable);
  spin ();
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
  g_assert_null (keyfob_device_flow_get_user_code (fixture->flow));

  manual_clock_advance (fixture->clock, 600);
  g_assert_cmpuint (fixture->server->polled->len, ==, 1);
}

static void
test_no_device_flow (Fixture *fixture, gconstpointer data)
{
  fixture->server->begin_error = KEYFOB_AUTH_ERROR_UNSUPPORTED;
  start (fixture, NULL);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED);
  g_assert_cmpuint (fixture->server->polled->len, ==, 0);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_notifies (Fixture *fixture, gconstpointer data)
{
  static const char *names[] = { "user-code", "verification-uri", "verification-uri-complete",
                                 "expires" };
  static const int script[] = { -1, 0 };
  guint counts[G_N_ELEMENTS (names)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal_name = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect (fixture->flow, signal_name, G_CALLBACK (count_notify), &counts[i]);
    }

  start (fixture, script);
  manual_clock_advance (fixture->clock, 5);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpuint (counts[i], ==, 2);
}

#define ADD(path, data, func) \
  g_test_add ("/device-flow/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("shows-the-code", NULL, test_shows_the_code);
  ADD ("pending-for-long", NULL, test_pending_for_long);
  ADD ("slow-down-lasts", NULL, test_slow_down_lasts);
  ADD ("backs-off-and-recovers", NULL, test_backs_off_and_recovers);
  ADD ("runs-out", NULL, test_runs_out);
  ADD ("outage-ends-with-the-code", NULL, test_outage_ends_with_the_code);
  ADD ("wall-clock-jumps", NULL, test_wall_clock_jumps);
  ADD ("denied", GINT_TO_POINTER (KEYFOB_AUTH_ERROR_DENIED), test_final_answers);
  ADD ("expired", GINT_TO_POINTER (KEYFOB_AUTH_ERROR_EXPIRED), test_final_answers);
  ADD ("unsupported", GINT_TO_POINTER (KEYFOB_AUTH_ERROR_UNSUPPORTED), test_final_answers);
  ADD ("server-error", GINT_TO_POINTER (KEYFOB_AUTH_ERROR_SERVER), test_final_answers);
  ADD ("cancel-while-waiting", NULL, test_cancel_while_waiting);
  ADD ("no-device-flow", NULL, test_no_device_flow);
  ADD ("notifies", NULL, test_notifies);

  return g_test_run ();
}
