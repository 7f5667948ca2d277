/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-provider.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_FLOW (keyfob_flow_get_type ())
G_DECLARE_INTERFACE (KeyfobFlow, keyfob_flow, KEYFOB, FLOW, GObject)

/**
 * KeyfobFlow:
 *
 * One attempt to sign in with the help of the user. Runs once. An implementation completes it with
 * a #GTask whose source object is the flow and whose value is a #KeyfobToken.
 */
struct _KeyfobFlowInterface
{
  GTypeInterface parent_iface;

  void (*run_async) (KeyfobFlow *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
};

/**
 * KeyfobFlowCheck:
 * @provider: what the attempt leads to
 *
 * Called before the user is sent anywhere.
 *
 * Returns: (transfer full) (nullable): what to ask the user first; with %NULL the attempt goes on
 */
typedef char *(*KeyfobFlowCheck) (const KeyfobProvider *provider, gpointer user_data);

/** Runs the attempt until the user has signed in, an error or the time limit of the flow. */
void keyfob_flow_run_async (KeyfobFlow *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/** Returns: (transfer full): the token, or %NULL with a KEYFOB_AUTH_ERROR */
KeyfobToken *keyfob_flow_run_finish (KeyfobFlow *self, GAsyncResult *result, GError **error);

G_END_DECLS
