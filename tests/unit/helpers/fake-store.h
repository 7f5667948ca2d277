/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

#define FAKE_TYPE_STORE (fake_store_get_type ())
G_DECLARE_FINAL_TYPE (FakeStore, fake_store, FAKE, STORE, GObject)

/**
 * FakeStore:
 *
 * A #KeyfobTokenStore for one token. Errors are codes of KEYFOB_AUTH_ERROR, -1 for none.
 */
struct _FakeStore
{
  GObject parent_instance;

  int lookup_error;
  int save_error;
  gboolean locked;
  gboolean hangs;             /* while it saves */
  GTask *saving;              /* (nullable): the save that hangs; returned by who set that */
  KeyfobToken *put_by_others; /* (nullable): what it holds from the second look-up on */
  int remove_error;
  gboolean forgets;                /* what it saves */
  gboolean loses;                  /* what is gone was lost by another program */
  GCancellable *cancelled_by_save; /* (nullable) (unowned): cancelled while it saves */
  KeyfobToken *token;              /* (nullable) */
  gboolean asked_user;             /* whether the last save might */
  guint n_lookups;
  guint n_saves;
  guint n_removes;
};

/** @token: (nullable): what it holds at first */
FakeStore *fake_store_new (KeyfobToken *token);

G_END_DECLS
