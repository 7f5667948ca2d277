/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-back-off.h"

#include "keyfob-auth-error.h"
#include "keyfob-refresh-plan.h"

#define FIRST_RETRY 120 /* seconds; doubles with each failure */
#define LAST_RETRY 2880 /* seconds */
#define RETRY_JITTER 0.25
/* between two tries to reach a server, where the network comes and goes, seconds; doubles, too */
#define LEAST_PAUSE 3
/* for programs that ask; it may have been a gateway, not the server, that wanted more, seconds */
#define LONGEST_PUT_OFF 600

struct _KeyfobBackOff
{
  GObject parent_instance;

  KeyfobClock *clock;
  guint failures; /* one after the other */
  gint64 retry_at;
  guint rushes;     /* tries one after the other that did not reach the server */
  gint64 asked_at;  /* 0 never */
  gboolean hurried; /* since then */
  gint64 pause;     /* seconds after that in which the agent leaves the server alone */
  gint64 put_off;   /* seconds after that in which programs are told to wait */
};

G_DEFINE_FINAL_TYPE (KeyfobBackOff, keyfob_back_off, G_TYPE_OBJECT)

static gint64
now (KeyfobBackOff *self)
{
  return keyfob_clock_now (self->clock);
}

/* A network that comes and goes for good gains nothing over one that stays away. */
static gint64
take_next_pause (KeyfobBackOff *self)
{
  gint64 pause = MIN (LEAST_PAUSE << MIN (self->rushes, 16), KEYFOB_REFRESH_SPACING);

  self->rushes++;

  return pause;
}

static gint64
draw_next_wait (KeyfobBackOff *self)
{
  gint64 wait = MIN ((gint64) FIRST_RETRY << MIN (self->failures, 16), LAST_RETRY);

  self->failures++;

  return wait + (gint64) (wait * RETRY_JITTER * g_random_double ());
}

/* Returns: whether it was the server who answered; a captive portal gives a bad answer */
static gboolean
is_answer (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
}

/* A time in the future is of a clock that was set back since. */
static gboolean
was_asked (KeyfobBackOff *self)
{
  return self->asked_at > 0 && self->asked_at <= now (self);
}

static void
keyfob_back_off_dispose (GObject *object)
{
  KeyfobBackOff *self = KEYFOB_BACK_OFF (object);

  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_back_off_parent_class)->dispose (object);
}

static void
keyfob_back_off_class_init (KeyfobBackOffClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_back_off_dispose;
}

static void
keyfob_back_off_init (KeyfobBackOff *self)
{
}

KeyfobBackOff *
keyfob_back_off_new (KeyfobClock *clock)
{
  KeyfobBackOff *self = g_object_new (KEYFOB_TYPE_BACK_OFF, NULL);

  self->clock = g_object_ref (clock);

  return self;
}

void
keyfob_back_off_note_asked (KeyfobBackOff *self)
{
  if (now (self) >= keyfob_back_off_get_pause_end (self) + KEYFOB_REFRESH_SPACING)
    self->rushes = 0;
  self->asked_at = now (self);
  self->pause = KEYFOB_REFRESH_SPACING;
  self->put_off = 0;
  self->hurried = FALSE;
}

void
keyfob_back_off_note_failure (KeyfobBackOff *self, const GError *error)
{
  gint64 wanted = keyfob_auth_error_get_retry_after (error);

  self->pause = is_answer (error) ? KEYFOB_REFRESH_SPACING : take_next_pause (self);
  self->pause = MAX (self->pause, wanted);
  self->put_off = MIN (wanted, LONGEST_PUT_OFF);

  if (self->hurried)
    {
      self->retry_at = 0;
      return;
    }

  if (now (self) >= self->retry_at)
    self->retry_at = now (self) + draw_next_wait (self);
  self->retry_at = MAX (self->retry_at, now (self) + MAX (FIRST_RETRY, wanted));
}

void
keyfob_back_off_note_dead_token (KeyfobBackOff *self)
{
  if (was_asked (self))
    self->pause = draw_next_wait (self);
}

void
keyfob_back_off_forget (KeyfobBackOff *self)
{
  self->failures = 0;
  self->rushes = 0;
  self->retry_at = 0;
}

void
keyfob_back_off_hurry (KeyfobBackOff *self)
{
  self->failures = 0;
  self->retry_at = 0;
  self->put_off = 0;
  self->hurried = TRUE;
}

void
keyfob_back_off_shift (KeyfobBackOff *self, gint64 seconds)
{
  self->retry_at += seconds;
  if (self->asked_at > 0)
    self->asked_at += seconds;
}

gint64
keyfob_back_off_get_retry (KeyfobBackOff *self)
{
  return MAX (self->retry_at, keyfob_back_off_get_pause_end (self));
}

gint64
keyfob_back_off_get_pause_end (KeyfobBackOff *self)
{
  return was_asked (self) ? self->asked_at + self->pause : 0;
}

gboolean
keyfob_back_off_is_put_off (KeyfobBackOff *self)
{
  return was_asked (self) && now (self) < self->asked_at + self->put_off;
}
