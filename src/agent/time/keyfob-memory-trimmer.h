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
 * Gives back the memory that requests have needed: closes idle connections after some seconds,
 * drops the certificates of the authorities, which are read again for the next request, and returns
 * free memory to the system. Its timer is ready once after the last request.
 */

/** Returns: (transfer full): a trimmer of @session */
KeyfobMemoryTrimmer *keyfob_memory_trimmer_new (SoupSession *session, KeyfobClock *clock);

/** Takes care of the requests of @session, too. */
void keyfob_memory_trimmer_watch (KeyfobMemoryTrimmer *self, SoupSession *session);

G_END_DECLS
