/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_source_free:
 * @source: (transfer full): a source whose reference the caller owns, attached or not
 *
 * Removes @source from its main context, so that its callback is not called again, and gives up the
 * reference. May be called in that callback. For g_clear_pointer().
 */
void keyfob_source_free (GSource *source);

G_END_DECLS
