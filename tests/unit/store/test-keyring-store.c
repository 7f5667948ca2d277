/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "acquire-lock.h"
#include "keyfob-auth-error.h"
#include "keyfob-keyring-store.h"
#include "manual-clock.h"
#include "private-keyring.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1800000000)
#define HOST "https://a.example/api"

/* What services change: KeePassXC replaces what stands in braces, and a keyring file without a
 * password has escapes of its own. */
#define AWKWARD "{USERNAME} \\{TITLE} \"}{"

typedef struct
{
  PrivateKeyring *keyring;
  KeyfobTokenStore *store;
  const char *note; /* in the tokens that are saved, beside the access token */
} Fixture;

static void
open_store (Fixture *fixture)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (SecretService) service = private_keyring_open (fixture->keyring);

  fixture->store = keyfob_keyring_store_new (service, KEYFOB_CLOCK (clock));
}

static void
close_store (Fixture *fixture)
{
  GWeakRef ref;
  GObject *still = NULL;

  /* What it has asked the service may still be on its way. */
  g_weak_ref_init (&ref, fixture->store);
  g_clear_object (&fixture->store);
  while ((still = g_weak_ref_get (&ref)) != NULL)
    {
      g_object_unref (still);
      g_main_context_iteration (NULL, TRUE);
    }
  g_weak_ref_clear (&ref);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->note = AWKWARD;
  fixture->keyring = private_keyring_new ();
  private_keyring_start (fixture->keyring, TRUE);
  open_store (fixture);
}

static void
set_up_without_collection (Fixture *fixture, gconstpointer data)
{
  fixture->note = AWKWARD;
  fixture->keyring = private_keyring_new ();
  private_keyring_start (fixture->keyring, FALSE);
  open_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_store (fixture);
  private_keyring_free (fixture->keyring);
}

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  wait_while (*result == NULL);
}

static void
wait_for_locked (Fixture *fixture, gboolean locked)
{
  wait_while (keyfob_token_store_get_locked (fixture->store) != locked);
}

static KeyfobToken *
token (Fixture *fixture, const char *access_token)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  KeyfobToken *made = NULL;

  json_object_set_string_member (answer, "access_token", access_token);
  json_object_set_string_member (answer, "scope", fixture->note);
  json_object_set_string_member (answer, fixture->note, fixture->note);
  json_object_set_int_member (answer, "expires", NOW + 3600);

  made = keyfob_token_new_from_answer (answer, NOW, 0, NULL);
  g_assert_nonnull (made);

  return made;
}

static gboolean
look_up (Fixture *fixture, const char *url, KeyfobToken **found, GError **error)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_lookup_async (fixture->store, config, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_lookup_finish (fixture->store, result, found, error);
}

static gboolean
save_as (Fixture *fixture,
         const char *url,
         const char *access_token,
         gboolean asks_user,
         GError **error)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, NULL, NULL);
  g_autoptr (KeyfobToken) saved = token (fixture, access_token);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_save_async (fixture->store, config, saved, asks_user, NULL, got_result_cb,
                                 &result);
  wait_for (&result);

  return keyfob_token_store_save_finish (fixture->store, result, error);
}

static gboolean
save (Fixture *fixture, const char *url, const char *access_token, GError **error)
{
  return save_as (fixture, url, access_token, TRUE, error);
}

static gboolean
remove_host (Fixture *fixture, const char *url, GError **error)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_remove_async (fixture->store, config, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_remove_finish (fixture->store, result, error);
}

static gboolean
unlock (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_unlock_async (fixture->store, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_unlock_finish (fixture->store, result, error);
}

static void
assert_saved (Fixture *fixture, const char *url, const char *access_token)
{
  g_autoptr (GError) error = NULL;

  save (fixture, url, access_token, &error);
  g_assert_no_error (error);
}

static void
assert_stored (Fixture *fixture, const char *url, const char *access_token)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  look_up (fixture, url, &found, &error);
  g_assert_no_error (error);

  if (access_token == NULL)
    g_assert_null (found);
  else
    {
      g_assert_nonnull (found);
      g_assert_cmpstr (keyfob_token_get_access_token (found), ==, access_token);
    }
}

static void
assert_look_up_fails (Fixture *fixture, const char *url, int code)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (look_up (fixture, url, &found, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, code);
  g_assert_null (found);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_assert_true (keyfob_token_store_is_keyring (fixture->store));
  assert_stored (fixture, HOST, NULL);

  assert_saved (fixture, HOST, "one");
  assert_saved (fixture, "https://a.example", "root");
  assert_stored (fixture, HOST, "one");
  assert_stored (fixture, "https://a.example", "root");
  assert_stored (fixture, "https://a.example/ap", NULL);

  assert_saved (fixture, HOST, "two");
  assert_stored (fixture, HOST, "two");

  g_assert_true (remove_host (fixture, HOST, NULL));
  assert_stored (fixture, HOST, NULL);
  assert_stored (fixture, "https://a.example", "root");
  g_assert_true (remove_host (fixture, HOST, NULL));
}

static void
test_what_others_see (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL;
  g_autofree char *secret = NULL;
  g_autoptr (JsonNode) root = NULL;

  fixture->note = "openid";
  assert_saved (fixture, HOST, "one");
  assert_saved (fixture, HOST, "two");

  found = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_cmpuint (count (found, "secret = "), ==, 1);
  g_assert_nonnull (strstr (found, "label = Keyfob: a.example/api\n"));
  g_assert_nonnull (strstr (found, "schema = org.keyfob.Keyfob.Token\n"));
  g_assert_nonnull (strstr (found, "attribute.host = " HOST "\n"));
  g_assert_cmpuint (count (found, "attribute."), ==, 1);

  secret = private_keyring_run (fixture->keyring, "secret-tool lookup host " HOST);
  g_assert_null (strchr (secret, '\n'));
  root = json_from_string (secret, NULL);
  g_assert_true (json_object_has_member (json_node_get_object (root), "token"));
  g_assert_true (json_object_has_member (json_node_get_object (root), "stored_at"));
}

/* A name that is shown is no template for what else is in the item. */
static void
test_awkward_label (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) plain = keyfob_config_new (HOST, NULL, NULL);
  GVariantDict options;
  g_autoptr (KeyfobConfig) config = NULL;
  g_autoptr (KeyfobToken) saved = token (fixture, "one");
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *found = NULL;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "name", "s", "{PASSWORD} \\o/");
  config = keyfob_config_with_options (plain, g_variant_dict_end (&options), NULL);
  keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL, got_result_cb, &result);
  wait_for (&result);
  g_assert_true (keyfob_token_store_save_finish (fixture->store, result, NULL));

  found = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_nonnull (strstr (found, "label = Keyfob: "));
  g_assert_null (strstr (found, "{PASSWORD}"));
  g_assert_null (strchr (found, '\\'));
}

static void
test_default_changes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL;

  assert_saved (fixture, HOST, "old");
  private_keyring_make_default (fixture->keyring, "Second", "second");
  assert_stored (fixture, HOST, "old");

  assert_saved (fixture, HOST, "new");
  assert_stored (fixture, HOST, "new");
  found = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_cmpuint (count (found, "secret = "), ==, 1);
}

/* As an older Keyfob has left them. */
static void
test_newest_of_several (Fixture *fixture, gconstpointer data)
{
  const char *const put = "printf '{\"token\": {\"access_token\": \"%s\", \"expires\": %d}, "
                          "\"stored_at\": %d}' | secret-tool store --label=Any host " HOST
                          " xdg:schema org.keyfob.Keyfob.Token";

  for (int i = 0; i < 2; i++)
    {
      gboolean first = (data != NULL) == (i == 0);
      g_autofree char *command =
          g_strdup_printf (put, first ? "older" : "newer", (int) NOW + (first ? 100 : 7200),
                           (int) NOW - (first ? 3600 : 60));
      g_autofree char *output = private_keyring_run (fixture->keyring, command);

      g_assert_cmpstr (output, ==, "");
      if (i == 0)
        private_keyring_make_default (fixture->keyring, "Second", "second");
    }

  assert_stored (fixture, HOST, "newer");
  g_assert_true (remove_host (fixture, HOST, NULL));
  assert_stored (fixture, HOST, NULL);
}

static void
test_empty_password (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) found = NULL;

  private_keyring_make_default (fixture->keyring, "Blank", "");
  assert_saved (fixture, HOST, "one");
  fixture->note = "openid";
  assert_saved (fixture, "https://a.example", "plain");
  close_store (fixture);
  private_keyring_stop (fixture->keyring);
  private_keyring_start (fixture->keyring, FALSE);
  open_store (fixture);

  g_assert_true (look_up (fixture, HOST, &found, NULL));
  g_assert_cmpstr (keyfob_token_get_access_token (found), ==, "one");
  g_assert_cmpstr (keyfob_token_get_scope (found), ==, AWKWARD);
  assert_stored (fixture, "https://a.example", "plain");
  g_assert_false (keyfob_token_store_get_locked (fixture->store));

  private_keyring_lock (fixture->keyring);
  wait_for_locked (fixture, FALSE);
  assert_stored (fixture, HOST, "one");
}

static void
test_items_of_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *put = private_keyring_run (
      fixture->keyring, "printf theirs | secret-tool store --label=Theirs host " HOST
                        " xdg:schema org.example.Other");
  g_autofree char *found = NULL;

  g_assert_nonnull (put);
  assert_stored (fixture, HOST, NULL);
  g_assert_true (remove_host (fixture, HOST, NULL));
  assert_saved (fixture, HOST, "one");
  assert_stored (fixture, HOST, "one");
  g_assert_true (remove_host (fixture, HOST, NULL));

  found = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_nonnull (strstr (found, "secret = theirs\n"));
  g_assert_cmpuint (count (found, "secret = "), ==, 1);
}

static void
test_item_without_token (Fixture *fixture, gconstpointer data)
{
  g_autofree char *put = private_keyring_run (
      fixture->keyring, "printf '[[[' | secret-tool store --label=Bad host " HOST
                        " xdg:schema org.keyfob.Keyfob.Token");

  g_assert_nonnull (put);
  assert_look_up_fails (fixture, HOST, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
  assert_saved (fixture, HOST, "one");
  assert_stored (fixture, HOST, "one");
}

static guint
count_items (Fixture *fixture)
{
  g_autofree char *found =
      private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);

  return count (found, "secret = ");
}

/* A removal that was cut off has overwritten the token, and not deleted the item. */
static void
test_cut_off_removal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *put =
      private_keyring_run (fixture->keyring, "printf 7 | secret-tool store --label=Left host " HOST
                                             " xdg:schema org.keyfob.Keyfob.Token");

  g_assert_nonnull (put);
  assert_stored (fixture, HOST, NULL);
  close_store (fixture); /* when all is done */
  g_assert_cmpuint (count_items (fixture), ==, 0);
  open_store (fixture);
}

/* Another program that stores a token just now uses the same item for it. */
static void
test_cut_off_removal_and_new_token (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (fixture->store);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (HOST, NULL, NULL);
  KeyfobLock *lock = acquire_lock (path, keyfob_config_get_host_key (config), NULL);
  g_autofree char *put =
      private_keyring_run (fixture->keyring, "printf 7 | secret-tool store --label=Left host " HOST
                                             " xdg:schema org.keyfob.Keyfob.Token");

  g_assert_nonnull (put);
  assert_stored (fixture, HOST, NULL);
  assert_saved (fixture, HOST, "new");
  keyfob_lock_free (lock);
  close_store (fixture); /* when all is done */
  open_store (fixture);
  assert_stored (fixture, HOST, "new");
}

/* With the attributes and the secret of an item that the agent of 0.1 has stored. */
static void
test_written_by_0_1 (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file =
      g_test_build_filename (G_TEST_DIST, "store", "data", "keyring-secret-0.1.json", NULL);
  g_autofree char *command =
      g_strdup_printf ("secret-tool store --label='Keyfob: a.example/api' host " HOST
                       " xdg:schema org.keyfob.Keyfob.Token < '%s'",
                       file);
  g_autofree char *put = private_keyring_run (fixture->keyring, command);
  g_autoptr (KeyfobToken) found = NULL;
  g_autofree char *after = NULL;

  g_assert_nonnull (put);
  g_assert_true (look_up (fixture, HOST, &found, NULL));
  g_assert_cmpstr (keyfob_token_get_access_token (found), ==, "access-keyring");
  g_assert_cmpstr (keyfob_token_get_refresh_token (found), ==, "refresh-keyring");
  g_assert_cmpint (keyfob_token_get_expires (found), ==, 1900000000);

  assert_saved (fixture, HOST, "new");
  after = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_cmpuint (count (after, "secret = "), ==, 1);
  g_assert_true (remove_host (fixture, HOST, NULL));
  assert_stored (fixture, HOST, NULL);
}

static void
test_survives_restart (Fixture *fixture, gconstpointer data)
{
  assert_saved (fixture, HOST, "one");
  private_keyring_stop (fixture->keyring);
  private_keyring_start (fixture->keyring, TRUE);

  assert_stored (fixture, HOST, "one");
  assert_saved (fixture, HOST, "two");
  assert_stored (fixture, HOST, "two");
}

static void
test_vanishes_and_returns (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_saved (fixture, HOST, "one");
  private_keyring_stop (fixture->keyring);

  assert_look_up_fails (fixture, HOST, KEYFOB_AUTH_ERROR_STORE);
  g_assert_false (save (fixture, HOST, "two", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "does not answer"));

  private_keyring_start (fixture->keyring, TRUE);
  assert_stored (fixture, HOST, "one");
}

static void
count_notify_cb (guint *n)
{
  (*n)++;
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  guint notified = 0;

  assert_saved (fixture, HOST, "one");
  g_assert_false (keyfob_token_store_get_locked (fixture->store));
  g_signal_connect_swapped (fixture->store, "notify::locked", G_CALLBACK (count_notify_cb),
                            &notified);

  private_keyring_lock (fixture->keyring);
  wait_for_locked (fixture, TRUE);
  g_assert_cmpuint (notified, ==, 1);
  assert_look_up_fails (fixture, HOST, KEYFOB_AUTH_ERROR_LOCKED);
  assert_look_up_fails (fixture, "https://none.example", KEYFOB_AUTH_ERROR_LOCKED);

  private_keyring_unlock (fixture->keyring);
  wait_for_locked (fixture, FALSE);
  g_assert_cmpuint (notified, ==, 2);
  assert_stored (fixture, HOST, "one");
  assert_stored (fixture, "https://none.example", NULL);
  g_assert_true (unlock (fixture, NULL));
}

static void
test_starts_locked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *found = NULL;

  assert_saved (fixture, HOST, "one");
  close_store (fixture);
  private_keyring_stop (fixture->keyring);
  private_keyring_start (fixture->keyring, FALSE);
  open_store (fixture);

  wait_for_locked (fixture, TRUE);
  assert_look_up_fails (fixture, HOST, KEYFOB_AUTH_ERROR_LOCKED);
  assert_look_up_fails (fixture, "https://none.example", KEYFOB_AUTH_ERROR_LOCKED);

  private_keyring_unlock (fixture->keyring);
  wait_for_locked (fixture, FALSE);
  assert_stored (fixture, HOST, "one");
  assert_stored (fixture, "https://none.example", NULL);

  assert_saved (fixture, HOST, "two");
  found = private_keyring_run (fixture->keyring, "secret-tool search --all host " HOST);
  g_assert_cmpuint (count (found, "secret = "), ==, 1);
  g_assert_true (remove_host (fixture, HOST, NULL));
  assert_stored (fixture, HOST, NULL);
}

/* No display: what asks the user cannot even come up, which is a refusal. */
static void
test_nobody_to_unlock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) save_error = NULL;
  g_autoptr (GError) remove_error = NULL;
  g_autoptr (GError) unlock_error = NULL;

  assert_saved (fixture, HOST, "one");
  private_keyring_lock (fixture->keyring);

  g_assert_false (unlock (fixture, &unlock_error));
  g_assert_error (unlock_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_false (save (fixture, HOST, "two", &save_error));
  g_assert_error (save_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_false (remove_host (fixture, HOST, &remove_error));
  g_assert_error (remove_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);

  private_keyring_unlock (fixture->keyring);
  assert_stored (fixture, HOST, "one");
}

static void
test_no_collection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unasked = NULL;

  assert_stored (fixture, HOST, NULL);
  g_assert_false (keyfob_token_store_get_locked (fixture->store));
  g_assert_true (remove_host (fixture, HOST, NULL));

  /* The first keyring needs a password, and nobody is there to choose one. */
  g_assert_false (save (fixture, HOST, "one", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);

  /* Where nobody may be asked, it is told what there is to ask. */
  g_assert_false (save_as (fixture, HOST, "one", FALSE, &unasked));
  g_assert_error (unasked, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_nonnull (strstr (unasked->message, "There is no keyring yet"));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_new (HOST, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  private_keyring_hang (fixture->keyring);
  keyfob_token_store_lookup_async (fixture->store, config, cancellable, got_result_cb, &result);
  g_cancellable_cancel (cancellable);
  wait_for (&result);

  g_assert_false (keyfob_token_store_lookup_finish (fixture->store, result, &found, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, up, function) \
  g_test_add ("/keyring-store/" name, Fixture, NULL, up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("round-trip", set_up, test_round_trip);
  ADD ("what-others-see", set_up, test_what_others_see);
  ADD ("awkward-label", set_up, test_awkward_label);
  ADD ("default-changes", set_up, test_default_changes);
  g_test_add ("/keyring-store/newest-of-several/last", Fixture, NULL, set_up,
              test_newest_of_several, tear_down);
  g_test_add ("/keyring-store/newest-of-several/first", Fixture, HOST, set_up,
              test_newest_of_several, tear_down);
  ADD ("empty-password", set_up, test_empty_password);
  ADD ("items-of-others", set_up, test_items_of_others);
  ADD ("item-without-token", set_up, test_item_without_token);
  ADD ("written-by-0.1", set_up, test_written_by_0_1);
  ADD ("cut-off-removal", set_up, test_cut_off_removal);
  ADD ("cut-off-removal-and-new-token", set_up, test_cut_off_removal_and_new_token);
  ADD ("survives-restart", set_up, test_survives_restart);
  ADD ("vanishes-and-returns", set_up, test_vanishes_and_returns);
  ADD ("locked", set_up, test_locked);
  ADD ("starts-locked", set_up, test_starts_locked);
  ADD ("nobody-to-unlock", set_up, test_nobody_to_unlock);
  ADD ("no-collection", set_up_without_collection, test_no_collection);
  ADD ("cancelled", set_up, test_cancelled);

  return g_test_run ();
}
