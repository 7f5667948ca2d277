/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-standing.h"

#include "keyfob-auth-error.h"
#include "keyfob-refresh-plan.h"
#include "keyfob-unsaved.h"

#define FIRST_RETRY 120 /* seconds; doubles with each failure */
#define LAST_RETRY 2880 /* seconds */
#define RETRY_JITTER 0.25
/* between two tries to reach a server, where the network comes and goes, seconds */
#define LEAST_PAUSE 3
/* for programs that ask; it may have been a gateway, not the server, that wanted more, seconds */
#define LONGEST_PUT_OFF 600

struct _KeyfobStanding
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobHostState state;
  KeyfobToken *token;
  KeyfobUnsaved *unsaved;
  char *account;
  char *error;

  double jitter;  /* of this token */
  gboolean dead;  /* the server does not take its refresh token any more */
  guint failures; /* one after the other */
  gint64 retry_at;
  gint64 asked_at;    /* 0 never */
  gboolean woken;     /* since then: the world has changed while the server is asked */
  gint64 pause;       /* seconds after that in which the agent leaves the server alone */
  gint64 put_off;     /* seconds after that in which programs are told to wait */
  gint64 last_used;   /* by a program or a person */
  gint64 lapse_after; /* seconds without use; 0 never */
  gint64 since;       /* from then on this machine's clock is known to go on steadily */
};

G_DEFINE_FINAL_TYPE (KeyfobStanding, keyfob_standing, G_TYPE_OBJECT)

static void
set_text (char **text, const char *value)
{
  char *old = *text;

  *text = g_strdup (value);
  g_free (old);
}

/* Later each time, and not by all machines at the same second. */
static gint64
draw_next_wait (KeyfobStanding *self)
{
  gint64 wait = MIN ((gint64) FIRST_RETRY << MIN (self->failures, 16), LAST_RETRY);

  self->failures++;

  return wait + (gint64) (wait * RETRY_JITTER * g_random_double ());
}

/* Returns: when the server may be asked again by itself */
static gint64
get_pause_end (KeyfobStanding *self)
{
  /* a time in the future is of a clock that was set back since */
  if (self->asked_at == 0 || self->asked_at > keyfob_clock_now (self->clock))
    return 0;

  return self->asked_at + self->pause;
}

static gint64
get_refresh_due (KeyfobStanding *self)
{
  gint64 received = keyfob_token_get_received (self->token);
  const KeyfobRefreshFacts facts = {
    .received = received > 0 ? received : self->since,
    .expires = keyfob_token_get_expires (self->token),
    .refresh_expires = keyfob_token_get_refresh_expires (self->token),
    .broker = keyfob_token_is_broker (self->token),
    .last_used = self->last_used,
    .lapse_after = self->lapse_after,
  };

  return keyfob_refresh_plan_due (&facts, self->jitter);
}

/* A server whose tokens are dead on arrival, or whose clock is wrong, is not asked without end. */
static void
note_arrival (KeyfobStanding *self)
{
  gint64 now = keyfob_clock_now (self->clock);

  if (self->asked_at == 0 || keyfob_token_get_seconds_left (self->token, now) > 0)
    {
      self->failures = 0;
      return;
    }

  self->pause = draw_next_wait (self);
}

/* @wanted: seconds that the server wants to be left alone */
static void
plan_retry (KeyfobStanding *self, gint64 wanted)
{
  gint64 now = keyfob_clock_now (self->clock);

  if (self->woken)
    {
      self->retry_at = 0;
      return;
    }

  /* a program that asks again and again must not make the agent wait for longer and longer */
  if (self->state != KEYFOB_HOST_OFFLINE || now >= self->retry_at)
    self->retry_at = now + draw_next_wait (self);
  self->retry_at = MAX (self->retry_at, now + MAX (FIRST_RETRY, wanted));
}

/* Sets a time that was read from this machine's clock while it went on steadily. */
static void
shift_time (KeyfobStanding *self, gint64 *time, gint64 seconds)
{
  gint64 before = keyfob_clock_now (self->clock) - seconds;

  if (*time >= self->since && *time <= before)
    *time += seconds;
}

static void
shift_token (KeyfobStanding *self, gint64 seconds)
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
keyfob_standing_dispose (GObject *object)
{
  KeyfobStanding *self = KEYFOB_STANDING (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->token);
  g_clear_object (&self->unsaved);

  G_OBJECT_CLASS (keyfob_standing_parent_class)->dispose (object);
}

static void
keyfob_standing_finalize (GObject *object)
{
  KeyfobStanding *self = KEYFOB_STANDING (object);

  g_free (self->account);
  g_free (self->error);

  G_OBJECT_CLASS (keyfob_standing_parent_class)->finalize (object);
}

static void
keyfob_standing_class_init (KeyfobStandingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_standing_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_standing_finalize;
}

static void
keyfob_standing_init (KeyfobStanding *self)
{
  self->state = KEYFOB_HOST_SIGNED_OUT;
  self->error = g_strdup ("");
}

KeyfobStanding *
keyfob_standing_new (KeyfobClock *clock, const char *account)
{
  KeyfobStanding *self = g_object_new (KEYFOB_TYPE_STANDING, NULL);

  self->clock = g_object_ref (clock);
  self->account = g_strdup (account);
  self->since = keyfob_clock_now (clock);
  self->last_used = self->since;
  self->unsaved = keyfob_unsaved_new (clock);

  return self;
}

KeyfobHostState
keyfob_standing_get_state (KeyfobStanding *self)
{
  return self->state;
}

KeyfobToken *
keyfob_standing_get_token (KeyfobStanding *self)
{
  return self->token;
}

const char *
keyfob_standing_get_error (KeyfobStanding *self)
{
  return self->error;
}

void
keyfob_standing_set_error (KeyfobStanding *self, const char *sentence)
{
  set_text (&self->error, sentence);
}

const char *
keyfob_standing_get_account (KeyfobStanding *self)
{
  return self->account;
}

void
keyfob_standing_set_account (KeyfobStanding *self, const char *account)
{
  set_text (&self->account, account);
}

gint64
keyfob_standing_get_last_used (KeyfobStanding *self)
{
  return self->last_used;
}

void
keyfob_standing_set_last_used (KeyfobStanding *self, gint64 time)
{
  self->last_used = time;
}

void
keyfob_standing_note_used (KeyfobStanding *self)
{
  self->last_used = MAX (self->last_used, keyfob_clock_now (self->clock));
}

void
keyfob_standing_set_lapse_after (KeyfobStanding *self, gint64 seconds)
{
  self->lapse_after = seconds;
}

void
keyfob_standing_take_token (KeyfobStanding *self, KeyfobToken *token, const GError *store_error)
{
  if (store_error != NULL)
    keyfob_unsaved_note_failure (self->unsaved, store_error);
  else
    keyfob_unsaved_clear (self->unsaved);

  if (g_set_object (&self->token, token))
    {
      self->jitter = g_random_double ();
      self->dead = FALSE;
    }
  self->state = KEYFOB_HOST_SIGNED_IN;
  note_arrival (self);
  set_text (&self->error, keyfob_unsaved_get_sentence (self->unsaved));
}

void
keyfob_standing_note_saved (KeyfobStanding *self, KeyfobToken *token)
{
  gboolean told = g_str_equal (self->error, keyfob_unsaved_get_sentence (self->unsaved));

  if (token != self->token)
    {
      keyfob_standing_take_token (self, token, NULL);
      return;
    }

  keyfob_unsaved_clear (self->unsaved);
  if (told)
    set_text (&self->error, "");
}

void
keyfob_standing_note_not_saved (KeyfobStanding *self, const GError *error)
{
  gboolean told = g_str_equal (self->error, keyfob_unsaved_get_sentence (self->unsaved));

  keyfob_unsaved_note_failure (self->unsaved, error);
  if (told)
    set_text (&self->error, keyfob_unsaved_get_sentence (self->unsaved));
}

gboolean
keyfob_standing_is_saved (KeyfobStanding *self)
{
  return !keyfob_unsaved_is_pending (self->unsaved);
}

gint64
keyfob_standing_get_save_due (KeyfobStanding *self)
{
  return keyfob_unsaved_get_due (self->unsaved);
}

void
keyfob_standing_sign_out (KeyfobStanding *self)
{
  self->state = KEYFOB_HOST_SIGNED_OUT;
  self->failures = 0;
  keyfob_unsaved_clear (self->unsaved);
  g_clear_object (&self->token);
  set_text (&self->account, "");
  set_text (&self->error, "");
}

void
keyfob_standing_expire (KeyfobStanding *self, const char *sentence)
{
  self->state = KEYFOB_HOST_EXPIRED;
  self->dead = TRUE;
  keyfob_unsaved_clear (self->unsaved);
  self->failures = 0;
  set_text (&self->error, sentence);
}

void
keyfob_standing_lapse (KeyfobStanding *self, const char *sentence)
{
  self->state = KEYFOB_HOST_EXPIRED;
  self->failures = 0;
  set_text (&self->error, sentence);
}

void
keyfob_standing_go_offline (KeyfobStanding *self, const GError *error)
{
  gint64 wanted = keyfob_auth_error_get_retry_after (error);
  /* a captive portal gives a bad answer */
  gboolean reached = g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER)
                     || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);

  self->put_off = MIN (wanted, LONGEST_PUT_OFF);
  self->pause = MAX (reached ? KEYFOB_REFRESH_SPACING : LEAST_PAUSE, wanted);
  plan_retry (self, wanted);
  self->state = KEYFOB_HOST_OFFLINE;
  set_text (&self->error, error->message);
}

void
keyfob_standing_note_asked (KeyfobStanding *self)
{
  self->asked_at = keyfob_clock_now (self->clock);
  self->pause = KEYFOB_REFRESH_SPACING;
  self->woken = FALSE;
}

void
keyfob_standing_forget_failures (KeyfobStanding *self)
{
  self->failures = 0;
  self->retry_at = 0;
  self->put_off = 0;
  keyfob_unsaved_hurry (self->unsaved);
  self->woken = TRUE;
}

void
keyfob_standing_shift (KeyfobStanding *self, gint64 seconds)
{
  if (self->token != NULL)
    shift_token (self, seconds);
  shift_time (self, &self->asked_at, seconds);
  shift_time (self, &self->last_used, seconds);
  self->retry_at += seconds;
  self->since += seconds;
}

gboolean
keyfob_standing_can_refresh (KeyfobStanding *self)
{
  return self->token != NULL && !self->dead && keyfob_token_get_refresh_token (self->token) != NULL;
}

gboolean
keyfob_standing_is_put_off (KeyfobStanding *self)
{
  gint64 now = keyfob_clock_now (self->clock);

  return self->state == KEYFOB_HOST_OFFLINE && now >= self->asked_at
         && now < self->asked_at + self->put_off;
}

gboolean
keyfob_standing_get_renews (KeyfobStanding *self)
{
  return keyfob_standing_can_refresh (self) && get_refresh_due (self) != KEYFOB_REFRESH_NEVER;
}

gint64
keyfob_standing_get_due (KeyfobStanding *self)
{
  gboolean renews = keyfob_standing_get_renews (self);

  if (self->state == KEYFOB_HOST_SIGNED_OUT || (self->state == KEYFOB_HOST_EXPIRED && !renews))
    return G_MAXINT64;
  if (!renews)
    return keyfob_token_get_expires (self->token);
  if (self->state == KEYFOB_HOST_OFFLINE)
    return MAX (self->retry_at, get_pause_end (self));

  return MAX (get_refresh_due (self), get_pause_end (self));
}
