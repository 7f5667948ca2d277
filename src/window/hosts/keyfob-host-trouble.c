/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-trouble.h"

#include <glib/gi18n-lib.h>

#include "keyfob-clock-format.h"

typedef enum
{
  NO_MEND,
  TRY_AGAIN,
  SIGN_IN,
  SIGN_IN_ANEW,
  FIND_ADDRESS,
  CHANGE_ADDRESS,
  FREE_PORT,
  USE_DEVICE,
  UNLOCK,
  UNLOCK_TOKENS,
  SETTINGS,
} Mend;

static const struct
{
  const char *label;
  const char *accessible; /* %s is the name of the server */
  const char *action;
} mends[] = {
  [NO_MEND] = { NULL, NULL, NULL },
  [TRY_AGAIN] = { N_ ("Try again"), N_ ("Try again with %s"), "host.refresh" },
  [SIGN_IN] = { N_ ("Sign in"), N_ ("Sign in to %s"), "host.sign-in" },
  [SIGN_IN_ANEW] = { N_ ("Try again"), N_ ("Try again with %s"), "host.sign-in" },
  [FIND_ADDRESS] = { N_ ("Find the address"), N_ ("Find the address of %s"), "host.find-address" },
  [CHANGE_ADDRESS] = { N_ ("Change address"), N_ ("Change address of %s"), "host.change-address" },
  [FREE_PORT] = { N_ ("Free the port"), N_ ("Free the port for %s"), "host.settings" },
  [USE_DEVICE] = { N_ ("Use another device"), N_ ("Use another device for %s"), "host.use-device" },
  [UNLOCK] = { N_ ("Unlock"), N_ ("Unlock %s"), "win.unlock" },
  [UNLOCK_TOKENS] = { N_ ("Unlock"), N_ ("Unlock %s"), "win.unlock-tokens" },
  [SETTINGS] = { N_ ("Settings"), N_ ("Settings of %s"), "host.settings" },
};

/* What mends an error, by its word: where a token is there, and where the user has to sign in. */
static const struct
{
  const char *word;
  Mend with_token;
  Mend without;
} table[] = {
  { "Network", TRY_AGAIN, SIGN_IN_ANEW },
  { "Unavailable", TRY_AGAIN, SIGN_IN_ANEW },
  { "Server", TRY_AGAIN, SIGN_IN_ANEW },
  { "Tls", TRY_AGAIN, CHANGE_ADDRESS },
  { "BadAnswer", TRY_AGAIN, FIND_ADDRESS },
  { "Unsupported", NO_MEND, FIND_ADDRESS },
  { "InvalidHost", CHANGE_ADDRESS, CHANGE_ADDRESS },
  { "Expired", SIGN_IN, SIGN_IN },
  { "InteractionRequired", SIGN_IN, SIGN_IN },
  { "TimedOut", NO_MEND, SIGN_IN_ANEW },
  { "Denied", NO_MEND, SIGN_IN_ANEW },
  { "NoPort", FREE_PORT, FREE_PORT },
  { "NoBrowser", NO_MEND, USE_DEVICE },
  { "Locked", UNLOCK, UNLOCK },
  { "Store", SETTINGS, SETTINGS },
  { "TokensLocked", UNLOCK_TOKENS, UNLOCK_TOKENS },
};

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
needs_user (KeyfobHostState state)
{
  return keyfob_host_state_needs_user (state);
}

/* @status: of the answer; of a path that is wrong a server says 404, or 405 where it has something
 * else there */
static Mend
find_mend (const KeyfobHostFacts *facts, const char *word, guint status)
{
  if (facts->state == KEYFOB_HOST_SIGNING_IN || facts->state == KEYFOB_HOST_REFRESHING)
    return NO_MEND;
  if (needs_user (facts->state) && (status == 404 || status == 405))
    return FIND_ADDRESS;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].word, word) == 0)
      return needs_user (facts->state) ? table[i].without : table[i].with_token;

  if (facts->state == KEYFOB_HOST_OFFLINE)
    return TRY_AGAIN;

  return needs_user (facts->state) ? SIGN_IN : NO_MEND;
}

static char *
dup_hint (const KeyfobHostFacts *facts)
{
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) today = NULL;

  if (!keyfob_host_state_has_token (facts->state) || facts->expires <= facts->now)
    return NULL;

  end = g_date_time_new_from_unix_local (facts->expires);
  today = g_date_time_new_from_unix_local (facts->now);
  if (end == NULL || today == NULL)
    return NULL;
  if (g_date_time_get_year (end) == g_date_time_get_year (today)
      && g_date_time_get_day_of_year (end) == g_date_time_get_day_of_year (today))
    return keyfob_clock_format_print (end, _ ("Your token is good until %H:%M."));

  return keyfob_clock_format_print (end, _ ("Your token is good until %-d %B, %H:%M."));
}

static KeyfobHostTrouble *
trouble_new (const KeyfobHostFacts *facts, const char *icon, const char *sentence, Mend mend)
{
  KeyfobHostTrouble *self = g_new0 (KeyfobHostTrouble, 1);

  self->icon = icon;
  self->sentence = g_strdup (sentence);
  self->hint = dup_hint (facts);
  self->label = mends[mend].label != NULL ? _ (mends[mend].label) : NULL;
  self->accessible = mends[mend].accessible != NULL ? _ (mends[mend].accessible) : NULL;
  self->action = mends[mend].action;

  return self;
}

static const char *
choose_icon (const KeyfobHostFacts *facts, const char *word)
{
  if (facts->state == KEYFOB_HOST_LOCKED || g_strcmp0 (word, "Locked") == 0
      || g_strcmp0 (word, "TokensLocked") == 0)
    return "changes-prevent-symbolic";
  if (g_strcmp0 (word, "Network") == 0)
    return "network-offline-symbolic";

  return "dialog-warning-symbolic";
}

/* What mends the failure of a call: what was looked for in vain is not looked for again. */
static Mend
find_mend_of_call (const KeyfobHostFacts *facts)
{
  Mend mend = find_mend (facts, facts->failure_word, 0);

  return mend == FIND_ADDRESS ? CHANGE_ADDRESS : mend;
}

/* That the keyring is locked is told by the notice above the list. */
KeyfobHostTrouble *
keyfob_host_trouble_find (const KeyfobHostFacts *facts)
{
  gboolean in_locked_keyring;

  g_return_val_if_fail (facts != NULL, NULL);

  in_locked_keyring =
      facts->state == KEYFOB_HOST_LOCKED && g_strcmp0 (facts->store, "keyring") == 0;
  if (has_text (facts->error) && !(in_locked_keyring && facts->store_locked))
    return trouble_new (facts, choose_icon (facts, facts->word), facts->error,
                        in_locked_keyring ? UNLOCK : find_mend (facts, facts->word, facts->status));
  if (facts->failure != NULL)
    return trouble_new (facts, choose_icon (facts, facts->failure_word), facts->failure,
                        find_mend_of_call (facts));
  if (in_locked_keyring && !facts->store_locked)
    return trouble_new (facts, choose_icon (facts, NULL),
                        _ ("The token is in a keyring that is locked."), UNLOCK);
  if (!facts->saved && keyfob_host_state_has_token (facts->state))
    return trouble_new (facts, "dialog-warning-symbolic",
                        _ ("The token is kept in memory only: it could not be stored yet. Keyfob "
                           "goes on trying."),
                        facts->store_locked ? UNLOCK : NO_MEND);

  return NULL;
}

void
keyfob_host_trouble_free (KeyfobHostTrouble *self)
{
  g_free (self->sentence);
  g_free (self->hint);
  g_free (self);
}
