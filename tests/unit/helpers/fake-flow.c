/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-flow.h"

#include "fake-server.h"
#include "keyfob-auth-error.h"

static void fake_flow_iface_init (KeyfobFlowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeFlow,
                               fake_flow,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_FLOW, fake_flow_iface_init))

static void
fake_flow_run_async (KeyfobFlow *flow,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  FakeFlow *self = FAKE_FLOW (flow);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_run++;
  if (self->error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->error, "the user did not help");
  else
    g_task_return_pointer (task, fake_server_make_token (self->now, "interactive", 300),
                           g_object_unref);
}

static void
fake_flow_iface_init (KeyfobFlowInterface *iface)
{
  iface->run_async = fake_flow_run_async;
}

static void
fake_flow_class_init (FakeFlowClass *klass)
{
}

static void
fake_flow_init (FakeFlow *self)
{
  self->error = -1;
}

FakeFlow *
fake_flow_new (gint64 now)
{
  FakeFlow *self = g_object_new (FAKE_TYPE_FLOW, NULL);

  self->now = now;

  return self;
}
