/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-flow.h"

G_DEFINE_INTERFACE (KeyfobFlow, keyfob_flow, G_TYPE_OBJECT)

static void
keyfob_flow_default_init (KeyfobFlowInterface *iface)
{
}

void
keyfob_flow_run_async (KeyfobFlow *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_FLOW (self));

  KEYFOB_FLOW_GET_IFACE (self)->run_async (self, cancellable, callback, user_data);
}

KeyfobToken *
keyfob_flow_run_finish (KeyfobFlow *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
