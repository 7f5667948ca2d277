/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "fake-store.h"
#include "keyfob-auth-error.h"
#include "keyfob-session.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1800000000)

typedef struct
{
  KeyfobConfig *config;
  FakeStore *from;
  FakeStore *to;
  KeyfobToken *at_hand;
  GError *left_error;
  GError *error;
} Fixture;

static KeyfobToken *
make_token (const char *access, const char *refresh, gint64 received)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_string_member (answer, "access_token", access);
  json_object_set_string_member (answer, "refresh_token", refresh);

  return keyfob_token_new_from_answer (answer, received, 0, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->config = keyfob_config_new ("https://data.example.org", NULL, NULL);
  fixture->at_hand = make_token ("access", "refresh", NOW);
  fixture->from = fake_store_new (fixture->at_hand);
  fixture->to = fake_store_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_error (&fixture->left_error);
  g_clear_error (&fixture->error);
  g_clear_object (&fixture->at_hand);
  g_assert_finalize_object (fixture->from);
  g_assert_finalize_object (fixture->to);
  g_assert_finalize_object (fixture->config);
}

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static KeyfobToken *
move (Fixture *fixture, gboolean dead)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();

  const KeyfobSession session = {
    .config = fixture->config,
    .store = KEYFOB_TOKEN_STORE (fixture->from),
    .clock = clock,
  };

  keyfob_session_move_async (&session, KEYFOB_TOKEN_STORE (fixture->to), fixture->at_hand, dead,
                             got_result_cb, &result);
  wait_while (result == NULL);

  return keyfob_session_move_finish (result, &fixture->left_error, &fixture->error);
}

static void
assert_access (KeyfobToken *token, const char *access)
{
  g_assert_nonnull (token);
  g_assert_cmpstr (keyfob_token_get_access_token (token), ==, access);
}

static void
test_moves (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) moved = move (fixture, FALSE);

  g_assert_no_error (fixture->error);
  g_assert_no_error (fixture->left_error);
  assert_access (moved, "access");
  assert_access (fixture->to->token, "access");
  g_assert_null (fixture->from->token);
}

static void
test_newest_moves (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) rotated = make_token ("rotated", "next", NOW + 10);
  g_autoptr (KeyfobToken) moved = NULL;

  g_set_object (&fixture->from->token, rotated);
  moved = move (fixture, FALSE);

  assert_access (moved, "rotated");
  assert_access (fixture->to->token, "rotated");
}

static void
test_unsaved_one_moves (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) old = make_token ("old", "used", NOW - 10);
  g_autoptr (KeyfobToken) moved = NULL;

  g_set_object (&fixture->from->token, old);
  moved = move (fixture, FALSE);

  assert_access (moved, "access");
  g_assert_null (fixture->from->token);
}

static void
test_from_cannot_be_asked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) moved = NULL;

  fixture->from->lookup_error = KEYFOB_AUTH_ERROR_LOCKED;
  fixture->from->remove_error = KEYFOB_AUTH_ERROR_LOCKED;
  moved = move (fixture, FALSE);

  g_assert_no_error (fixture->error);
  g_assert_error (fixture->left_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  assert_access (moved, "access");
  assert_access (fixture->to->token, "access");
}

static void
test_cannot_be_stored (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) moved = NULL;

  fixture->to->save_error = KEYFOB_AUTH_ERROR_STORE;
  moved = move (fixture, FALSE);

  g_assert_null (moved);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  assert_access (fixture->from->token, "access");
  g_assert_cmpuint (fixture->from->n_removes, ==, 0);
}

static void
test_cannot_be_read_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) moved = NULL;

  fixture->to->forgets = TRUE;
  moved = move (fixture, FALSE);

  g_assert_null (moved);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_cmpuint (fixture->from->n_removes, ==, 0);
}

static void
test_another_is_read_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) other = make_token ("access", "another", NOW);
  g_autoptr (KeyfobToken) moved = NULL;

  g_set_object (&fixture->to->token, other);
  fixture->to->forgets = TRUE;
  moved = move (fixture, FALSE);

  g_assert_null (moved);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  assert_access (fixture->from->token, "access");
}

static void
test_living_one_there_is_replaced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) other = make_token ("other", "another", NOW);
  g_autoptr (KeyfobToken) moved = NULL;

  g_set_object (&fixture->to->token, other);
  moved = move (fixture, FALSE);

  assert_access (moved, "access");
}

static void
test_dead_one_gives_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) other = make_token ("other", "another", NOW);
  g_autoptr (KeyfobToken) moved = NULL;

  g_set_object (&fixture->to->token, other);
  moved = move (fixture, TRUE);

  assert_access (moved, "other");
  g_assert_cmpuint (fixture->to->n_saves, ==, 0);
  g_assert_null (fixture->from->token);
}

static void
test_dead_one_moves_where_there_is_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) moved = move (fixture, TRUE);

  assert_access (moved, "access");
  assert_access (fixture->to->token, "access");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) \
  g_test_add ("/token-move/" name, Fixture, NULL, set_up, function, tear_down)

  ADD ("moves", test_moves);
  ADD ("newest-moves", test_newest_moves);
  ADD ("unsaved-one-moves", test_unsaved_one_moves);
  ADD ("from-cannot-be-asked", test_from_cannot_be_asked);
  ADD ("cannot-be-stored", test_cannot_be_stored);
  ADD ("cannot-be-read-back", test_cannot_be_read_back);
  ADD ("another-is-read-back", test_another_is_read_back);
  ADD ("living-one-there-is-replaced", test_living_one_there_is_replaced);
  ADD ("dead-one-gives-way", test_dead_one_gives_way);
  ADD ("dead-one-moves-where-there-is-none", test_dead_one_moves_where_there_is_none);

  return g_test_run ();
}
