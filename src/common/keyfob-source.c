/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-source.h"

void
keyfob_source_free (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}
