/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-server.h"

G_BEGIN_DECLS

#define FAKE_OWN_STATE "own-state"
#define FAKE_OWN_VERIFIER "own-verifier"
#define FAKE_SERVER_VERIFIER "server-verifier"

typedef enum
{
  FAKE_STEP_NONE,
  FAKE_STEP_BEGIN_LOGIN,
  FAKE_STEP_EXCHANGE,
  FAKE_STEP_REFRESH,
  FAKE_STEP_PROBE,
} FakeStep;

#define FAKE_TYPE_SERVER (fake_server_get_type ())
G_DECLARE_FINAL_TYPE (FakeServer, fake_server, FAKE, SERVER, GObject)

/**
 * FakeServer:
 *
 * A #KeyfobServer that answers at once, as its fields tell it to. Errors are codes of
 * KEYFOB_AUTH_ERROR, -1 for none.
 */
struct _FakeServer
{
  GObject parent_instance;

  /* what it does */
  gint64 now;          /* Unix seconds: its tokens are good for five minutes from then */
  FakeStep hangs_at;   /* does not answer until it is cancelled, or fake_server_answer_refresh() */
  gboolean has_page;   /* answers the login route with a page: its state cannot be known */
  gboolean bare_state; /* its own state holds no verifier */
  int begin_error;
  int exchange_error;
  int refresh_error;
  int probe_error;

  /* what was asked of it */
  FakeStep reached;
  guint n_begun;
  guint n_exchanged;
  guint n_refreshed;
  guint n_probed;
  char *prompt;
  char *code;
  char *redirect_uri;
  char *verifier;
  char *refresh_token;
  GTask *held_refresh; /* (nullable) */
};

FakeServer *fake_server_new (gint64 now);

/** Answers the refresh that hangs. */
void fake_server_answer_refresh (FakeServer *self);

/** A token with refresh token `old-refresh`. */
KeyfobToken *fake_server_make_token (gint64 now, const char *access_token, int expires_in);

G_END_DECLS
