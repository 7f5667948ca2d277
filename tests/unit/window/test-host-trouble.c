/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-host-trouble.h"

#define NOW 1795255200 /* Saturday 21 November 2026 at 11:00 in Berlin */

typedef struct
{
  const char *name;
  KeyfobHostFacts facts;
  const char *label;  /* NULL for no button */
  const char *action; /* likewise */
} Case;

#define OUT .state = KEYFOB_HOST_SIGNED_OUT, .saved = TRUE
#define IN .state = KEYFOB_HOST_SIGNED_IN, .saved = TRUE
#define OFFLINE .state = KEYFOB_HOST_OFFLINE, .saved = TRUE
#define KEYRING .state = KEYFOB_HOST_LOCKED, .store = "keyring", .saved = TRUE

static const Case cases[] = {
  { "offline", { OFFLINE, .error = "e", .word = "Network" }, "Try again", "host.refresh" },
  { "no network", { OUT, .error = "e", .word = "Network" }, "Try again", "host.sign-in" },
  { "out of order", { OFFLINE, .error = "e", .word = "Unavailable" }, "Try again", "host.refresh" },
  { "no TLS", { OUT, .error = "e", .word = "Tls" }, "Change address", "host.change-address" },
  { "no TLS for now", { OFFLINE, .error = "e", .word = "Tls" }, "Try again", "host.refresh" },
  { "a web page",
    { OUT, .error = "e", .word = "BadAnswer" },
    "Find the address",
    "host.find-address" },
  { "wrong path",
    { OUT, .error = "e", .word = "Server", .status = 404 },
    "Find the address",
    "host.find-address" },
  { "refused",
    { OUT, .error = "e", .word = "Server", .status = 400 },
    "Try again",
    "host.sign-in" },
  { "not found for now",
    { OFFLINE, .error = "e", .word = "Server", .status = 404 },
    "Try again",
    "host.refresh" },
  { "ended",
    { .state = KEYFOB_HOST_EXPIRED, .saved = TRUE, .error = "e", .word = "Expired" },
    "Sign in",
    "host.sign-in" },
  { "ended while copying",
    { IN, .failure = "f", .failure_word = "InteractionRequired" },
    "Sign in",
    "host.sign-in" },
  { "no port", { OUT, .error = "e", .word = "NoPort" }, "Free the port", "host.settings" },
  { "no browser",
    { OUT, .error = "e", .word = "NoBrowser" },
    "Use another device",
    "host.use-device" },
  { "nobody came", { OUT, .error = "e", .word = "TimedOut" }, "Try again", "host.sign-in" },
  { "unknown", { OUT, .error = "e" }, "Sign in", "host.sign-in" },
  { "unknown, ended",
    { .state = KEYFOB_HOST_EXPIRED, .saved = TRUE, .error = "e" },
    "Sign in",
    "host.sign-in" },
  { "unknown, offline", { OFFLINE, .error = "e" }, "Try again", "host.refresh" },
  { "unknown with a token", { IN, .error = "e" }, NULL, NULL },
  { "in the browser",
    { .state = KEYFOB_HOST_SIGNING_IN, .error = "e", .word = "Network" },
    NULL,
    NULL },
  { "locked elsewhere", { KEYRING, .error = "e" }, "Unlock", "win.unlock" },
  { "locked without a word", { KEYRING }, "Unlock", "win.unlock" },
  { "memory only, keyring locked",
    { .state = KEYFOB_HOST_SIGNED_IN, .store_locked = TRUE },
    "Unlock",
    "win.unlock" },
  { "memory only", { .state = KEYFOB_HOST_SIGNED_IN }, NULL, NULL },
  { "tokens locked",
    { IN, .failure = "f", .failure_word = "TokensLocked" },
    "Unlock",
    "win.unlock-tokens" },
  { "disk full", { IN, .error = "e", .word = "Store" }, "Settings", "host.settings" },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *row = &cases[i];
      g_autoptr (KeyfobHostTrouble) trouble = keyfob_host_trouble_find (&row->facts);

      g_test_message ("%s", row->name);
      g_assert_nonnull (trouble);
      g_assert_cmpstr (trouble->label, ==, row->label);
      g_assert_cmpstr (trouble->action, ==, row->action);
      g_assert_cmpstr (trouble->sentence, !=, "");
      if (row->facts.error != NULL)
        g_assert_cmpstr (trouble->sentence, ==, row->facts.error);
    }
}

/* The notice above the list tells of the locked keyring. */
static void
test_no_trouble (void)
{
  const KeyfobHostFacts without[] = {
    { OUT },
    { OUT, .error = "" },
    { IN },
    { KEYRING, .store_locked = TRUE },
    { KEYRING, .store_locked = TRUE, .error = "e" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    g_assert_null (keyfob_host_trouble_find (&without[i]));
}

/* What the agent says is more exact than the failure of a call. */
static void
test_error_first (void)
{
  const KeyfobHostFacts facts = { OUT, .error = "e", .word = "NoPort", .failure = "f" };
  g_autoptr (KeyfobHostTrouble) trouble = keyfob_host_trouble_find (&facts);

  g_assert_cmpstr (trouble->sentence, ==, "e");
}

static void
test_hint (void)
{
  static const struct
  {
    KeyfobHostState state;
    gint64 left;
    const char *hint;
  } rows[] = {
    { KEYFOB_HOST_OFFLINE, 20 * 60, "Your token is good until 11:20." },
    { KEYFOB_HOST_OFFLINE, 26 * 60 * 60, "Your token is good until 22 November, 13:00." },
    { KEYFOB_HOST_OFFLINE, -60, NULL },
    { KEYFOB_HOST_EXPIRED, 20 * 60, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const KeyfobHostFacts facts = { .state = rows[i].state,
                                      .saved = TRUE,
                                      .error = "e",
                                      .word = "Network",
                                      .expires = NOW + rows[i].left,
                                      .now = NOW };
      g_autoptr (KeyfobHostTrouble) trouble = keyfob_host_trouble_find (&facts);

      g_assert_cmpstr (trouble->hint, ==, rows[i].hint);
    }
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "Europe/Berlin", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/host-trouble/table", test_table);
  g_test_add_func ("/host-trouble/none", test_no_trouble);
  g_test_add_func ("/host-trouble/error-first", test_error_first);
  g_test_add_func ("/host-trouble/hint", test_hint);

  return g_test_run ();
}
