/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-standing.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-refresh-plan.h"

#define FIRST_RETRY 60  /* seconds; doubles with each failure */
#define LAST_RETRY 3600 /* seconds */

struct _KeyfobStanding
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobHostState state;
  KeyfobToken *token;
  char *account;
  char *error;
  guint failures; /* one after the other */
  gint64 retry_at;
  gint64 asked_at; /* Unix seconds; 0 never */
};

G_DEFINE_FINAL_TYPE (KeyfobStanding, keyfob_standing, G_TYPE_OBJECT)

static void
set_text (char **text, const char *value)
{
  char *old = *text;

  *text = g_strdup (value);
  g_free (old);
}

static void
keyfob_standing_dispose (GObject *object)
{
  KeyfobStanding *self = KEYFOB_STANDING (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->token);

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

void
keyfob_standing_take_token (KeyfobStanding *self, KeyfobToken *token, const GError *store_error)
{
  g_autofree char *sentence = NULL;

  if (store_error != NULL)
    sentence = g_strdup_printf (_ ("You are signed in, but the token could not be saved. %s"),
                                store_error->message);

  self->state = KEYFOB_HOST_SIGNED_IN;
  self->failures = 0;
  g_set_object (&self->token, token);
  set_text (&self->error, sentence != NULL ? sentence : "");
}

void
keyfob_standing_sign_out (KeyfobStanding *self)
{
  self->state = KEYFOB_HOST_SIGNED_OUT;
  self->failures = 0;
  g_clear_object (&self->token);
  set_text (&self->account, "");
  set_text (&self->error, "");
}

void
keyfob_standing_expire (KeyfobStanding *self, const char *sentence)
{
  self->state = KEYFOB_HOST_EXPIRED;
  self->failures = 0;
  set_text (&self->error, sentence);
}

void
keyfob_standing_go_offline (KeyfobStanding *self, const GError *error)
{
  gint64 wait = MIN ((gint64) FIRST_RETRY << MIN (self->failures, 16), LAST_RETRY);

  self->state = KEYFOB_HOST_OFFLINE;
  self->failures++;
  self->retry_at =
      keyfob_clock_now (self->clock) + MAX (wait, keyfob_auth_error_get_retry_after (error));
  set_text (&self->error, error->message);
}

void
keyfob_standing_note_asked (KeyfobStanding *self)
{
  self->asked_at = keyfob_clock_now (self->clock);
}

/* A server whose tokens are dead on arrival, or whose clock is wrong, is not asked without end. */
static gint64
get_refresh_due (KeyfobStanding *self)
{
  gint64 expires = keyfob_token_get_expires (self->token);
  gint64 now = keyfob_clock_now (self->clock);

  /* a time in the future is of a clock that was set back since */
  if (!keyfob_standing_can_refresh (self) || self->asked_at == 0 || self->asked_at > now)
    return expires;

  return MAX (expires, self->asked_at + KEYFOB_REFRESH_SPACING);
}

void
keyfob_standing_forget_failures (KeyfobStanding *self)
{
  self->failures = 0;
  self->retry_at = 0;
}

gboolean
keyfob_standing_can_refresh (KeyfobStanding *self)
{
  return self->token != NULL && self->state != KEYFOB_HOST_EXPIRED
         && keyfob_token_get_refresh_token (self->token) != NULL;
}

gint64
keyfob_standing_get_due (KeyfobStanding *self)
{
  switch (self->state)
    {
    case KEYFOB_HOST_SIGNED_IN:
      return get_refresh_due (self);
    case KEYFOB_HOST_OFFLINE:
      return self->retry_at;
    case KEYFOB_HOST_SIGNED_OUT:
    case KEYFOB_HOST_EXPIRED:
    default:
      return G_MAXINT64;
    }
}
