/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_MEMORY_TRIMMER (keyfob_memory_trimmer_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobMemoryTrimmer, keyfob_memory_trimmer, KEYFOB, MEMORY_TRIMMER, GObject)

/**
 * KeyfobMemoryTrimmer:
 *
 * Gives back what requests have needed: connections that nobody uses are closed soon, and then the
 * memory goes back to the system, and with it the certificates of the authorities, which are read
 * again for the next request. Wakes up once after the last request, and not again.
 */

/** Returns: (transfer full): a trimmer of @session */
KeyfobMemoryTrimmer *keyfob_memory_trimmer_new (SoupSession *session, KeyfobClock *clock);

G_END_DECLS
