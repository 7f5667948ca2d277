/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-session.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-refresh-plan.h"
#include "keyfob-request-pace.h"

#define FIRST_SAVE_RETRY 60  /* seconds */
#define LAST_SAVE_RETRY 3600 /* seconds */

struct _KeyfobHostSession
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobHostState state;
  KeyfobToken *token;
  KeyfobRequestPace pace;
  KeyfobRetry save; /* of the token at hand; failures is 0 while nothing has to be stored */
  char *save_error; /* a sentence for the user, empty while nothing has to be stored */
  char *account;
  char *error;
  char *store_error;  /* why the store could not be used last, empty where it could */
  GError *lock_error; /* (nullable): while locked */

  double jitter;    /* of this token */
  gboolean dead;    /* the server does not take its refresh token any more */
  gint64 last_used; /* by a program or a person */
  gboolean always_used;
  gint64 lapse_after; /* seconds without use; 0 never */
  gint64 since;       /* from then on this machine's clock is known to go on steadily */
};

G_DEFINE_FINAL_TYPE (KeyfobHostSession, keyfob_host_session, G_TYPE_OBJECT)

static void
set_text (char **text, const char *value)
{
  char *old = *text;

  *text = g_strdup (value);
  g_free (old);
}

static void
set_state (KeyfobHostSession *self, KeyfobHostState state)
{
  self->state = state;
  g_clear_error (&self->lock_error);
}

static KeyfobRefreshFacts
get_refresh_facts (KeyfobHostSession *self)
{
  gint64 received = keyfob_token_get_received (self->token);

  return (KeyfobRefreshFacts){
    .received = received > 0 ? received : self->since,
    .expires = keyfob_token_get_expires (self->token),
    .refresh_expires = keyfob_token_get_refresh_expires (self->token),
    .broker = keyfob_token_is_broker (self->token),
    .last_used = self->always_used ? G_MAXINT64 : self->last_used,
    .lapse_after = self->lapse_after,
  };
}

static gint64
get_refresh_due (KeyfobHostSession *self)
{
  const KeyfobRefreshFacts facts = get_refresh_facts (self);

  return keyfob_refresh_plan_due (&facts, self->jitter);
}

static gboolean
is_good (KeyfobHostSession *self)
{
  return self->token != NULL
         && keyfob_token_get_seconds_left (self->token, keyfob_clock_now (self->clock)) > 0;
}

/* A server whose tokens are dead on arrival, or whose clock is wrong, is not asked without end. */
static void
note_arrival (KeyfobHostSession *self)
{
  if (keyfob_token_get_seconds_left (self->token, keyfob_clock_now (self->clock)) > 0)
    keyfob_request_pace_reset (&self->pace);
  else
    keyfob_request_pace_note_dead_token (&self->pace, keyfob_clock_now (self->clock),
                                         g_random_double ());
}

/* A locked keyring tells when it is open again, so it is asked by itself only now and then. */
static void
note_save_failure (KeyfobHostSession *self, const GError *error)
{
  gint64 now = keyfob_clock_now (self->clock);

  keyfob_retry_note_failure (&self->save, now, 0);
  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    self->save.not_before = now + LAST_SAVE_RETRY;

  g_free (self->save_error);
  self->save_error = g_strdup_printf (_ ("You are signed in, but the token could not be saved. %s"),
                                      error->message);
}

/* The token is stored, or need not be any more. */
static void
end_saving (KeyfobHostSession *self)
{
  keyfob_retry_reset (&self->save);
  set_text (&self->save_error, "");
}

/* Sets a time that was read from this machine's clock while it went on steadily. */
static void
shift_time (KeyfobHostSession *self, gint64 *time, gint64 seconds)
{
  gint64 before = keyfob_clock_now (self->clock) - seconds;

  if (*time >= self->since && *time <= before)
    *time += seconds;
}

static void
shift_token (KeyfobHostSession *self, gint64 seconds)
{
  gint64 received = keyfob_token_get_received (self->token);
  gint64 shifted = received;
  g_autoptr (KeyfobToken) token = NULL;

  shift_time (self, &shifted, seconds);
  if (shifted == received)
    return;

  token = keyfob_token_shifted (self->token, seconds);
  g_set_object (&self->token, token);
}

static void
keyfob_host_session_dispose (GObject *object)
{
  KeyfobHostSession *self = KEYFOB_HOST_SESSION (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->token);

  G_OBJECT_CLASS (keyfob_host_session_parent_class)->dispose (object);
}

static void
keyfob_host_session_finalize (GObject *object)
{
  KeyfobHostSession *self = KEYFOB_HOST_SESSION (object);

  g_free (self->account);
  g_free (self->error);
  g_free (self->store_error);
  g_free (self->save_error);
  g_clear_error (&self->lock_error);

  G_OBJECT_CLASS (keyfob_host_session_parent_class)->finalize (object);
}

static void
keyfob_host_session_class_init (KeyfobHostSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_host_session_finalize;
}

static void
keyfob_host_session_init (KeyfobHostSession *self)
{
  self->state = KEYFOB_HOST_SIGNED_OUT;
  self->error = g_strdup ("");
  self->store_error = g_strdup ("");
  self->save = (KeyfobRetry){ .base = FIRST_SAVE_RETRY, .cap = LAST_SAVE_RETRY };
  self->save_error = g_strdup ("");
  keyfob_request_pace_init (&self->pace);
}

KeyfobHostSession *
keyfob_host_session_new (KeyfobClock *clock, const char *account)
{
  KeyfobHostSession *self = g_object_new (KEYFOB_TYPE_HOST_SESSION, NULL);

  self->clock = g_object_ref (clock);
  self->account = g_strdup (account);
  self->since = keyfob_clock_now (clock);
  self->last_used = self->since;

  return self;
}

KeyfobHostState
keyfob_host_session_get_state (KeyfobHostSession *self)
{
  return self->state;
}

KeyfobToken *
keyfob_host_session_get_token (KeyfobHostSession *self)
{
  return self->token;
}

gint64
keyfob_host_session_get_expires (KeyfobHostSession *self)
{
  return self->token != NULL ? keyfob_token_get_expires (self->token) : 0;
}

const char *
keyfob_host_session_get_error (KeyfobHostSession *self)
{
  return self->error;
}

void
keyfob_host_session_set_error (KeyfobHostSession *self, const char *sentence)
{
  set_text (&self->error, sentence);
}

void
keyfob_host_session_note_store_failure (KeyfobHostSession *self, const GError *error)
{
  set_text (&self->store_error, error->message);
  set_text (&self->error, error->message);
}

void
keyfob_host_session_end_store_failure (KeyfobHostSession *self)
{
  if (g_str_equal (self->error, self->store_error))
    set_text (&self->error, "");
  set_text (&self->store_error, "");
}

const char *
keyfob_host_session_get_account (KeyfobHostSession *self)
{
  return self->account;
}

void
keyfob_host_session_set_account (KeyfobHostSession *self, const char *account)
{
  set_text (&self->account, account);
}

gint64
keyfob_host_session_get_last_used (KeyfobHostSession *self)
{
  return self->last_used;
}

void
keyfob_host_session_set_last_used (KeyfobHostSession *self, gint64 time)
{
  self->last_used = time;
}

void
keyfob_host_session_note_used (KeyfobHostSession *self)
{
  self->last_used = MAX (self->last_used, keyfob_clock_now (self->clock));
}

void
keyfob_host_session_set_always_used (KeyfobHostSession *self, gboolean always)
{
  self->always_used = always;
}

void
keyfob_host_session_set_lapse_after (KeyfobHostSession *self, gint64 seconds)
{
  self->lapse_after = seconds;
}

void
keyfob_host_session_take_token (KeyfobHostSession *self,
                                KeyfobToken *token,
                                const GError *store_error)
{
  if (store_error != NULL)
    note_save_failure (self, store_error);
  else
    end_saving (self);

  if (g_set_object (&self->token, token))
    {
      self->jitter = g_random_double ();
      self->dead = FALSE;
    }
  set_state (self, KEYFOB_HOST_SIGNED_IN);
  note_arrival (self);
  set_text (&self->error, self->save_error);
}

void
keyfob_host_session_note_saved (KeyfobHostSession *self, KeyfobToken *token)
{
  gboolean is_shown = g_str_equal (self->error, self->save_error);

  if (token != self->token)
    {
      keyfob_host_session_take_token (self, token, NULL);
      return;
    }

  end_saving (self);
  if (is_shown)
    set_text (&self->error, "");
}

void
keyfob_host_session_note_not_saved (KeyfobHostSession *self, const GError *error)
{
  gboolean is_shown = g_str_equal (self->error, self->save_error);

  note_save_failure (self, error);
  if (is_shown)
    set_text (&self->error, self->save_error);
}

gboolean
keyfob_host_session_is_saved (KeyfobHostSession *self)
{
  return self->save.failures == 0;
}

gint64
keyfob_host_session_get_save_due (KeyfobHostSession *self)
{
  return self->save.failures > 0 ? self->save.not_before : G_MAXINT64;
}

void
keyfob_host_session_sign_out (KeyfobHostSession *self)
{
  set_state (self, KEYFOB_HOST_SIGNED_OUT);
  keyfob_request_pace_reset (&self->pace);
  end_saving (self);
  g_clear_object (&self->token);
  self->dead = FALSE;
  set_text (&self->account, "");
  set_text (&self->error, "");
}

void
keyfob_host_session_lock (KeyfobHostSession *self, const GError *error)
{
  set_state (self, KEYFOB_HOST_LOCKED);
  self->lock_error = g_error_copy (error);
  set_text (&self->error, error->message);
}

const GError *
keyfob_host_session_get_lock_error (KeyfobHostSession *self)
{
  return self->lock_error;
}

void
keyfob_host_session_expire (KeyfobHostSession *self, const char *sentence)
{
  gboolean good = is_good (self);

  set_state (self, good ? KEYFOB_HOST_SIGNED_IN : KEYFOB_HOST_EXPIRED);
  self->dead = TRUE;
  keyfob_request_pace_reset (&self->pace);
  if (!good)
    end_saving (self);
  set_text (&self->error, good ? self->save_error : sentence);
}

void
keyfob_host_session_lapse (KeyfobHostSession *self, const char *sentence)
{
  set_state (self, KEYFOB_HOST_EXPIRED);
  keyfob_request_pace_reset (&self->pace);
  set_text (&self->error, sentence);
}

void
keyfob_host_session_go_offline (KeyfobHostSession *self, const GError *error)
{
  set_state (self, KEYFOB_HOST_OFFLINE);
  keyfob_request_pace_note_failure (&self->pace, keyfob_clock_now (self->clock), error,
                                    g_random_double ());
  set_text (&self->error, error->message);
}

void
keyfob_host_session_note_asked (KeyfobHostSession *self)
{
  keyfob_request_pace_note_asked (&self->pace, keyfob_clock_now (self->clock));
}

void
keyfob_host_session_forget_failures (KeyfobHostSession *self)
{
  keyfob_request_pace_hurry (&self->pace);
  self->save.not_before = 0;
}

void
keyfob_host_session_shift (KeyfobHostSession *self, gint64 seconds)
{
  if (self->token != NULL)
    shift_token (self, seconds);
  shift_time (self, &self->last_used, seconds);
  keyfob_request_pace_shift (&self->pace, seconds);
  self->since += seconds;
}

gboolean
keyfob_host_session_can_refresh (KeyfobHostSession *self)
{
  KeyfobRefreshFacts facts;

  if (self->token == NULL || self->dead || keyfob_token_get_refresh_token (self->token) == NULL)
    return FALSE;

  facts = get_refresh_facts (self);
  return keyfob_refresh_plan_is_possible (&facts);
}

gboolean
keyfob_host_session_has_ended (KeyfobHostSession *self)
{
  return self->dead || self->state == KEYFOB_HOST_EXPIRED;
}

gboolean
keyfob_host_session_is_put_off (KeyfobHostSession *self)
{
  return self->state == KEYFOB_HOST_OFFLINE
         && keyfob_request_pace_is_put_off (&self->pace, keyfob_clock_now (self->clock));
}

gboolean
keyfob_host_session_get_renews (KeyfobHostSession *self)
{
  return keyfob_host_session_can_refresh (self) && get_refresh_due (self) != KEYFOB_REFRESH_NEVER;
}

gint64
keyfob_host_session_get_due (KeyfobHostSession *self)
{
  gboolean renews = keyfob_host_session_get_renews (self);

  if (self->state == KEYFOB_HOST_SIGNED_OUT || self->state == KEYFOB_HOST_LOCKED
      || (self->state == KEYFOB_HOST_EXPIRED && !renews))
    return G_MAXINT64;
  if (!renews)
    return keyfob_token_get_expires (self->token);
  if (self->state == KEYFOB_HOST_OFFLINE)
    return keyfob_request_pace_get_retry (&self->pace, keyfob_clock_now (self->clock));

  return MAX (get_refresh_due (self),
              keyfob_request_pace_get_pause_end (&self->pace, keyfob_clock_now (self->clock)));
}

gint64
keyfob_host_session_get_renewed (KeyfobHostSession *self)
{
  return self->token != NULL ? keyfob_token_get_received (self->token) : 0;
}

gint64
keyfob_host_session_get_renews_at (KeyfobHostSession *self)
{
  gint64 due =
      keyfob_host_session_get_renews (self) ? keyfob_host_session_get_due (self) : G_MAXINT64;

  return due != G_MAXINT64 ? due : 0;
}
