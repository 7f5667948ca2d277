/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-session.h"

#include "keyfob-back-off.h"
#include "keyfob-refresh-plan.h"
#include "keyfob-unsaved.h"

struct _KeyfobHostSession
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobHostState state;
  KeyfobToken *token;
  KeyfobBackOff *back_off;
  KeyfobUnsaved *unsaved;
  char *account;
  char *error;

  double jitter;      /* of this token */
  gboolean dead;      /* the server does not take its refresh token any more */
  gint64 last_used;   /* by a program or a person */
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

static gint64
get_refresh_due (KeyfobHostSession *self)
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
note_arrival (KeyfobHostSession *self)
{
  if (keyfob_token_get_seconds_left (self->token, keyfob_clock_now (self->clock)) > 0)
    keyfob_back_off_forget (self->back_off);
  else
    keyfob_back_off_note_dead_token (self->back_off);
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
  g_clear_object (&self->back_off);
  g_clear_object (&self->unsaved);

  G_OBJECT_CLASS (keyfob_host_session_parent_class)->dispose (object);
}

static void
keyfob_host_session_finalize (GObject *object)
{
  KeyfobHostSession *self = KEYFOB_HOST_SESSION (object);

  g_free (self->account);
  g_free (self->error);

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
}

KeyfobHostSession *
keyfob_host_session_new (KeyfobClock *clock, const char *account)
{
  KeyfobHostSession *self = g_object_new (KEYFOB_TYPE_HOST_SESSION, NULL);

  self->clock = g_object_ref (clock);
  self->account = g_strdup (account);
  self->since = keyfob_clock_now (clock);
  self->last_used = self->since;
  self->back_off = keyfob_back_off_new (clock);
  self->unsaved = keyfob_unsaved_new (clock);

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
keyfob_host_session_note_saved (KeyfobHostSession *self, KeyfobToken *token)
{
  gboolean told = g_str_equal (self->error, keyfob_unsaved_get_sentence (self->unsaved));

  if (token != self->token)
    {
      keyfob_host_session_take_token (self, token, NULL);
      return;
    }

  keyfob_unsaved_clear (self->unsaved);
  if (told)
    set_text (&self->error, "");
}

void
keyfob_host_session_note_not_saved (KeyfobHostSession *self, const GError *error)
{
  gboolean told = g_str_equal (self->error, keyfob_unsaved_get_sentence (self->unsaved));

  keyfob_unsaved_note_failure (self->unsaved, error);
  if (told)
    set_text (&self->error, keyfob_unsaved_get_sentence (self->unsaved));
}

gboolean
keyfob_host_session_is_saved (KeyfobHostSession *self)
{
  return !keyfob_unsaved_is_pending (self->unsaved);
}

gint64
keyfob_host_session_get_save_due (KeyfobHostSession *self)
{
  return keyfob_unsaved_get_due (self->unsaved);
}

void
keyfob_host_session_sign_out (KeyfobHostSession *self)
{
  self->state = KEYFOB_HOST_SIGNED_OUT;
  keyfob_back_off_forget (self->back_off);
  keyfob_unsaved_clear (self->unsaved);
  g_clear_object (&self->token);
  set_text (&self->account, "");
  set_text (&self->error, "");
}

void
keyfob_host_session_expire (KeyfobHostSession *self, const char *sentence)
{
  self->state = KEYFOB_HOST_EXPIRED;
  self->dead = TRUE;
  keyfob_unsaved_clear (self->unsaved);
  keyfob_back_off_forget (self->back_off);
  set_text (&self->error, sentence);
}

void
keyfob_host_session_lapse (KeyfobHostSession *self, const char *sentence)
{
  self->state = KEYFOB_HOST_EXPIRED;
  keyfob_back_off_forget (self->back_off);
  set_text (&self->error, sentence);
}

void
keyfob_host_session_go_offline (KeyfobHostSession *self, const GError *error)
{
  self->state = KEYFOB_HOST_OFFLINE;
  keyfob_back_off_note_failure (self->back_off, error);
  set_text (&self->error, error->message);
}

void
keyfob_host_session_note_asked (KeyfobHostSession *self)
{
  keyfob_back_off_note_asked (self->back_off);
}

void
keyfob_host_session_forget_failures (KeyfobHostSession *self)
{
  keyfob_back_off_hurry (self->back_off);
  keyfob_unsaved_hurry (self->unsaved);
}

void
keyfob_host_session_shift (KeyfobHostSession *self, gint64 seconds)
{
  if (self->token != NULL)
    shift_token (self, seconds);
  shift_time (self, &self->last_used, seconds);
  keyfob_back_off_shift (self->back_off, seconds);
  self->since += seconds;
}

gboolean
keyfob_host_session_can_refresh (KeyfobHostSession *self)
{
  return self->token != NULL && !self->dead && keyfob_token_get_refresh_token (self->token) != NULL;
}

gboolean
keyfob_host_session_is_put_off (KeyfobHostSession *self)
{
  return self->state == KEYFOB_HOST_OFFLINE && keyfob_back_off_is_put_off (self->back_off);
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

  if (self->state == KEYFOB_HOST_SIGNED_OUT || (self->state == KEYFOB_HOST_EXPIRED && !renews))
    return G_MAXINT64;
  if (!renews)
    return keyfob_token_get_expires (self->token);
  if (self->state == KEYFOB_HOST_OFFLINE)
    return keyfob_back_off_get_retry (self->back_off);

  return MAX (get_refresh_due (self), keyfob_back_off_get_pause_end (self->back_off));
}
