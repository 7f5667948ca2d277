/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-agent.h"

#include <glib/gstdio.h>

#include "fake-launcher.h"
#include "fake-network.h"
#include "fake-web-server.h"
#include "keyfob-host-decisions.h"
#include "keyfob-host-storage.h"
#include "keyfob-host.h"
#include "keyfob-http.h"
#include "manual-clock.h"
#include "wait.h"

/* A whole agent without a bus, with one host, on a clock that is turned by hand. */

#define START G_GINT64_CONSTANT (1900000000)
#define HOUR (60 * 60)
#define DAY (24 * HOUR)

#define NEW_TOKEN \
  "{\"access_token\": \"new\", \"refresh_token\": \"new-refresh\", \"expires_in\": 3600}"

typedef struct
{
  ManualClock *clock;
  FakeNetwork *network;
  FakeWebServer *server;
  char *folder;
  char *store_path;
  KeyfobContext *context;
  KeyfobAgent *agent;
  KeyfobHost *host; /* of agent */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (START);
  fixture->network = fake_network_new ();
  fixture->server = fake_web_server_new (NULL);
  fake_web_server_answer (fixture->server, 200, "application/json", NEW_TOKEN, -1);
  fixture->folder = g_dir_make_tmp ("keyfob-agent-XXXXXX", NULL);
  fixture->store_path = g_build_filename (fixture->folder, "tokens.json", NULL);
}

static void
dispatch_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_no_errno (g_remove (file));
    }
  g_assert_no_errno (g_rmdir (path));
}

static void
on_quit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  keyfob_agent_quit_finish (KEYFOB_AGENT (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gboolean has_quit = FALSE;

  keyfob_agent_quit_async (fixture->agent, on_quit, &has_quit);
  wait_while (!has_quit);
  dispatch_pending ();

  g_object_unref (fixture->agent);
  keyfob_context_unref (fixture->context);
  g_object_unref (fixture->server);
  g_object_unref (fixture->network);
  g_object_unref (fixture->clock);

  remove_folder (fixture->folder);
  g_free (fixture->store_path);
  g_free (fixture->folder);
}

/* A token that lives for an hour from @stored_at, and when its host was last used. */
static void
write_files (Fixture *fixture, gint64 stored_at, gint64 last_used)
{
  g_autofree char *hosts = g_build_filename (fixture->folder, "hosts.ini", NULL);
  g_autofree char *url =
      g_strdup_printf ("http://localhost:%u", fake_web_server_get_port (fixture->server));
  g_autofree char *entry = g_strdup_printf (
      "{\"%s\": {\"token\": {\"access_token\": \"old\", \"refresh_token\": \"old-refresh\", "
      "\"token_type\": \"Bearer\", \"expires\": %" G_GINT64_FORMAT "}, "
      "\"stored_at\": %" G_GINT64_FORMAT "}}",
      url, stored_at + HOUR, stored_at);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (last_used);
  g_autofree char *text = g_date_time_format_iso8601 (date);
  g_autofree char *group =
      g_strdup_printf ("[%s]\naccount=alice\nlast-used=%s\nstore=file\n", url, text);

  g_assert_true (g_file_set_contents_full (fixture->store_path, entry, -1, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
  g_assert_true (g_file_set_contents (hosts, group, -1, NULL));
}

static KeyfobContext *
make_context (Fixture *fixture)
{
  KeyfobClock *clock = KEYFOB_CLOCK (fixture->clock);
  g_autofree char *hosts = g_build_filename (fixture->folder, "hosts.ini", NULL);
  g_autofree char *notices_path = g_build_filename (fixture->folder, "notices.ini", NULL);
  g_autoptr (KeyfobHostFile) file = keyfob_host_file_new (hosts, clock);
  g_autoptr (KeyfobNotices) notices = keyfob_notices_new (notices_path, clock);
  g_autoptr (KeyfobSettings) settings = keyfob_settings_new ();
  g_autofree char *lock_path = g_build_filename (fixture->folder, "lock.ini", NULL);
  /* on no bus either */
  g_autoptr (KeyfobScreenMonitor) screen = g_object_new (KEYFOB_TYPE_SCREEN_MONITOR, NULL);
  g_autoptr (KeyfobTokenLock) lock = keyfob_token_lock_new (lock_path, clock, settings, screen);
  g_autofree char *permissions_path = g_build_filename (fixture->folder, "permissions.ini", NULL);
  g_autoptr (KeyfobPermissions) permissions =
      keyfob_permissions_new (permissions_path, clock, settings, screen);
  g_autoptr (KeyfobQuestions) questions =
      keyfob_questions_new (NULL, clock, permissions, lock, screen);
  g_autoptr (KeyfobKeyring) keyring = keyfob_keyring_new (clock);
  g_autoptr (KeyfobStores) stores = keyfob_stores_new (keyring, fixture->store_path, TRUE, clock);
  g_autoptr (FakeLauncher) launcher = fake_launcher_new ();
  g_autoptr (SoupSession) session = keyfob_http_session_new ();
  /* of a bus that nobody is on */
  g_autoptr (GDBusConnection) connection = g_object_new (G_TYPE_DBUS_CONNECTION, NULL);

  return keyfob_context_new (connection, NULL, session, clock, KEYFOB_LAUNCHER (launcher), file,
                             notices, settings, lock, questions, stores, fixture->folder);
}

static KeyfobBusHost1 *
get_skeleton (Fixture *fixture)
{
  return keyfob_host_get_skeleton (fixture->host);
}

static void
wait_for_rest (Fixture *fixture)
{
  dispatch_pending ();
  wait_while (keyfob_host_get_activity (fixture->host) != KEYFOB_HOST_AT_REST);
}

static void
assert_state (Fixture *fixture, const char *state)
{
  wait_for_rest (fixture);
  g_assert_cmpstr (keyfob_bus_host1_get_state (get_skeleton (fixture)), ==, state);
}

/* What the host does takes no time by this clock. */
static void
pass (Fixture *fixture, double seconds)
{
  while (seconds > 0)
    {
      double next = manual_clock_next (fixture->clock);
      double step = next >= 0 ? MIN (next, seconds) : seconds;

      manual_clock_advance (fixture->clock, step);
      wait_for_rest (fixture);
      seconds -= step;
    }
}

static void
assert_asked (Fixture *fixture, guint n_requests)
{
  assert_state (fixture, "signed-in");
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), ==, n_requests);
}

static void
start (Fixture *fixture, const char *state)
{
  g_autoptr (KeyfobWakeMonitor) monitor =
      keyfob_wake_monitor_new (G_NETWORK_MONITOR (fixture->network), KEYFOB_CLOCK (fixture->clock));
  g_autoptr (KeyfobHost) host = NULL;

  fixture->context = make_context (fixture);
  fixture->agent = keyfob_agent_new (fixture->context, monitor);
  host = g_list_model_get_item (keyfob_agent_get_hosts (fixture->agent), 0);
  fixture->host = host;
  assert_state (fixture, state);
}

static gint64
get_expires (Fixture *fixture)
{
  return keyfob_bus_host1_get_expires (get_skeleton (fixture));
}

static void
test_ahead_of_need (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START);
  start (fixture, "signed-in");
  g_assert_true (keyfob_bus_host1_get_renews (get_skeleton (fixture)));

  pass (fixture, HOUR * 0.8 - 181);
  assert_asked (fixture, 0);
  pass (fixture, 181);
  assert_asked (fixture, 1);
  g_assert_cmpstr (fake_web_server_get_field (fixture->server, "refresh-token"), ==, "old-refresh");
  g_assert_cmpint (get_expires (fixture), >, START + HOUR + 2000);

  /* and so on, as long as somebody uses the host */
  pass (fixture, HOUR * 0.8);
  assert_asked (fixture, 2);
}

/* py-oidc-auth writes so where the provider says nothing. */
static void
test_hint_is_not_believed (Fixture *fixture, gconstpointer data)
{
  fake_web_server_answer (fixture->server, 200, "application/json",
                          "{\"access_token\": \"new\", \"refresh_token\": \"new-refresh\", "
                          "\"expires_in\": 3600, \"refresh_expires_in\": 180}",
                          -1);
  write_files (fixture, START - HOUR, START);
  start (fixture, "signed-in");
  assert_asked (fixture, 1);

  pass (fixture, DAY);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), >=, 1 + DAY / 2880);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), <=, 1 + DAY / 2700);
}

/* The access token is the refresh token, and the session of the server ends at the hint. */
static void
test_broker_is_let_go (Fixture *fixture, gconstpointer data)
{
  guint n_requests;

  fake_web_server_answer (fixture->server, 200, "application/json",
                          "{\"access_token\": \"new\", \"refresh_token\": \"new\", "
                          "\"expires_in\": 3600, \"refresh_expires_in\": 180}",
                          -1);
  write_files (fixture, START - HOUR, START);
  start (fixture, "signed-in");
  g_assert_true (keyfob_bus_host1_get_broker (get_skeleton (fixture)));

  /* for an hour after it was used last it is renewed in time, every two minutes */
  pass (fixture, 2 * HOUR - 300);
  g_assert_false (keyfob_bus_host1_get_renews (get_skeleton (fixture)));
  n_requests = fake_web_server_get_n_requests (fixture->server);
  g_assert_cmpuint (n_requests, >=, HOUR / 140);
  g_assert_cmpuint (n_requests, <=, 2 * (1 + HOUR / 120)); /* each asks first whether it is there */

  assert_state (fixture, "signed-in");
  pass (fixture, HOUR);
  assert_state (fixture, "expired");
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), ==, n_requests);
}

static void
test_server_out_of_order_for_a_day (Fixture *fixture, gconstpointer data)
{
  fake_web_server_answer (fixture->server, 502, "text/html", "<html>Bad Gateway</html>", -1);
  write_files (fixture, START - HOUR, START);
  start (fixture, "offline");

  pass (fixture, DAY);
  assert_state (fixture, "offline");
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), >=, DAY / HOUR);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), <=, 6 + DAY / 2880);

  fake_web_server_answer (fixture->server, 200, "application/json", NEW_TOKEN, -1);
  pass (fixture, HOUR);
  assert_state (fixture, "signed-in");
}

static void
test_no_timer_where_nothing_is_due (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START - HOUR, START - 40 * DAY);
  start (fixture, "expired");
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
}

static void
test_lapses (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START - 40 * DAY);
  start (fixture, "signed-in");
  g_assert_false (keyfob_bus_host1_get_renews (get_skeleton (fixture)));

  pass (fixture, HOUR - 1);
  assert_asked (fixture, 0);
  pass (fixture, 1);
  assert_state (fixture, "expired");

  keyfob_host_note_used (fixture->host);
  assert_asked (fixture, 1);
}

static void
assert_in_file (Fixture *fixture, const char *expected)
{
  g_auto (GStrv) paths = keyfob_bearer_files_dup_paths (
      fixture->context->bearer_files,
      keyfob_config_get_base_url (keyfob_host_get_config (fixture->host)));
  g_autofree char *content = NULL;

  g_file_get_contents (paths[0], &content, NULL, NULL);
  g_assert_cmpstr (content, ==, expected);
}

static void
keep_token_file (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) paths = keyfob_host_keep_token_file (fixture->host, FALSE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (paths), ==, 1);
}

static void
test_token_file_is_a_use (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START - 40 * DAY);
  start (fixture, "signed-in");
  g_assert_false (keyfob_bus_host1_get_renews (get_skeleton (fixture)));

  keep_token_file (fixture);
  assert_in_file (fixture, "old\n");
  g_assert_true (keyfob_bus_host1_get_renews (get_skeleton (fixture)));
  for (guint i = 0; i < 5 * HOUR / 100; i++)
    {
      pass (fixture, 100);
      assert_in_file (fixture,
                      fake_web_server_get_n_requests (fixture->server) == 0 ? "old\n" : "new\n");
      /* good for a while for whoever reads it now */
      g_assert_cmpint (get_expires (fixture), >=,
                       keyfob_clock_now (KEYFOB_CLOCK (fixture->clock)) + 120);
    }
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), >=, 5);

  /* from now on it has to be used */
  keyfob_host_drop_token_file (fixture->host);
  g_assert_true (keyfob_bus_host1_get_renews (get_skeleton (fixture)));
  g_assert_cmpint (keyfob_host_session_get_last_used (keyfob_host_get_session (fixture->host)), ==,
                   START + 5 * HOUR);
}

static void
test_token_file_goes_with_its_token (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START);
  start (fixture, "signed-in");
  keep_token_file (fixture);
  fake_web_server_answer (fixture->server, 502, "text/html", "<html>Bad Gateway</html>", -1);

  pass (fixture, HOUR - 1);
  assert_state (fixture, "offline");
  assert_in_file (fixture, "old\n");
  pass (fixture, 1);
  assert_in_file (fixture, NULL);

  fake_web_server_answer (fixture->server, 200, "application/json", NEW_TOKEN, -1);
  pass (fixture, HOUR);
  assert_state (fixture, "signed-in");
  assert_in_file (fixture, "new\n");
}

static void
test_token_file_is_tried_again (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) paths = NULL;

  write_files (fixture, START, START);
  start (fixture, "signed-in");
  keep_token_file (fixture);
  paths = g_strdupv ((char **) keyfob_bus_host1_get_token_files (get_skeleton (fixture)));
  g_assert_no_errno (g_unlink (paths[0]));
  g_assert_no_errno (g_mkdir (paths[0], 0700));

  pass (fixture, HOUR);
  assert_asked (fixture, 1);
  g_assert_nonnull (strstr (keyfob_bus_host1_get_error (get_skeleton (fixture)), paths[0]));

  g_assert_no_errno (g_rmdir (paths[0]));
  pass (fixture, 15 * 60);
  assert_in_file (fixture, "new\n");
  g_assert_cmpstr (keyfob_bus_host1_get_error (get_skeleton (fixture)), ==, "");
  assert_asked (fixture, 1);
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (keyfob_host_configure_finish (KEYFOB_HOST (source), result, &error));
  ++*(guint *) user_data;
}

static void
configure (Fixture *fixture, const char *options, guint *n_configured)
{
  keyfob_host_configure_async (fixture->host, g_variant_new_parsed (options), on_configured,
                               n_configured);
}

/* The first one waits for a look-up, and is told of its end only after the second one has come. */
static void
test_last_configuration_counts (Fixture *fixture, gconstpointer data)
{
  guint n_configured = 0;

  write_files (fixture, START, START);
  start (fixture, "signed-in");

  keyfob_host_begin (fixture->host, KEYFOB_HOST_LOADING);
  configure (fixture, "{'name': <'First'>, 'timeout': <@u 60>}", &n_configured);
  keyfob_host_finish (fixture->host, NULL, NULL);
  configure (fixture, "{'name': <'Second'>}", &n_configured);
  wait_while (n_configured < 2);
  g_assert_cmpstr (keyfob_bus_host1_get_name (get_skeleton (fixture)), ==, "Second");
}

static void
test_sleep (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START);
  start (fixture, "signed-in");

  manual_clock_sleep (fixture->clock, 1000);
  assert_asked (fixture, 0);
  manual_clock_sleep (fixture->clock, 8 * HOUR);
  assert_asked (fixture, 1);
  g_assert_cmpint (get_expires (fixture), ==, START + 1000 + 9 * HOUR);
}

/* It wakes up in a train, finds the network of the train, and comes home. */
static void
test_sleep_and_flight (Fixture *fixture, gconstpointer data)
{
  write_files (fixture, START, START);
  start (fixture, "signed-in");
  fake_web_server_answer (fixture->server, 200, "text/html", "<html>Please log in</html>", -1);

  manual_clock_sleep (fixture->clock, 8 * HOUR);
  assert_state (fixture, "offline");
  pass (fixture, 119);
  dispatch_pending ();
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->server), ==, 1);

  fake_web_server_answer (fixture->server, 200, "application/json", NEW_TOKEN, -1);
  fake_network_set_portal (fixture->network, FALSE);
  assert_asked (fixture, 2);
}

static void
test_clock_is_set (Fixture *fixture, gconstpointer data)
{
  static const gint64 jumps[] = { 2 * HOUR, -2 * HOUR, 400 * DAY };
  gint64 now = START;
  gint64 expires;

  write_files (fixture, START - HOUR, START);
  start (fixture, "signed-in");
  assert_asked (fixture, 1);
  expires = get_expires (fixture);

  /* the server's clock was not set: the token is good for as long as before */
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      now += jumps[i];
      expires += jumps[i];
      manual_clock_set_now (fixture->clock, now);
      assert_asked (fixture, 1);
      g_assert_cmpint (get_expires (fixture), ==, expires);
    }

  pass (fixture, HOUR * 0.8);
  assert_asked (fixture, 2);
}

/* A machine that does not know the time when it starts, until a time server tells it. */
static void
test_clock_was_wrong_at_the_start (Fixture *fixture, gconstpointer data)
{
  manual_clock_set_now (fixture->clock, START - 1000 * DAY);
  write_files (fixture, START, START);
  start (fixture, "signed-in");

  manual_clock_set_now (fixture->clock, START + 600);
  assert_asked (fixture, 0);
  g_assert_cmpint (get_expires (fixture), ==, START + HOUR);

  pass (fixture, HOUR * 0.8 - 600);
  assert_asked (fixture, 1);
}

int
main (int argc, char *argv[])
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function) g_test_add ("/agent/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("ahead-of-need", test_ahead_of_need);
  ADD ("hint-is-not-believed", test_hint_is_not_believed);
  ADD ("broker-is-let-go", test_broker_is_let_go);
  ADD ("server-out-of-order-for-a-day", test_server_out_of_order_for_a_day);
  ADD ("no-timer-where-nothing-is-due", test_no_timer_where_nothing_is_due);
  ADD ("lapses", test_lapses);
  ADD ("token-file-is-a-use", test_token_file_is_a_use);
  ADD ("token-file-goes-with-its-token", test_token_file_goes_with_its_token);
  ADD ("token-file-is-tried-again", test_token_file_is_tried_again);
  ADD ("last-configuration-counts", test_last_configuration_counts);
  ADD ("sleep", test_sleep);
  ADD ("sleep-and-flight", test_sleep_and_flight);
  ADD ("clock-is-set", test_clock_is_set);
  ADD ("clock-was-wrong-at-the-start", test_clock_was_wrong_at_the_start);

  return g_test_run ();
}
