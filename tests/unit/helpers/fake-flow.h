/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-flow.h"

G_BEGIN_DECLS

#define FAKE_TYPE_FLOW (fake_flow_get_type ())
G_DECLARE_FINAL_TYPE (FakeFlow, fake_flow, FAKE, FLOW, GObject)

/**
 * FakeFlow:
 *
 * A #KeyfobFlow that ends at once with a token `interactive`, or with an error.
 */
struct _FakeFlow
{
  GObject parent_instance;

  gint64 now; /* Unix seconds: its token is good for five minutes from then */
  int error;  /* a code of KEYFOB_AUTH_ERROR, -1 for none */
  guint n_run;
};

FakeFlow *fake_flow_new (gint64 now);

G_END_DECLS
