/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobFilePlaces:
 *
 * What Keyfob knows of the places in a token file that the file itself does not say: which base URL
 * has the place of a host (the file has one for all of them, and a Python program that rewrites it
 * drops the note), and when Keyfob emptied it (so that a token that Python's writer lost is told
 * from one that was signed out). Kept in a small file beside the token file; changes are for the
 * holder of its lock. Every function that reads or writes blocks.
 */
typedef struct _KeyfobFilePlaces KeyfobFilePlaces;

/**
 * keyfob_file_places_read:
 * @token_file: absolute path of the token file; of the file itself where it is a link
 *
 * Returns: (transfer full): the places; none where nothing is known of them
 */
KeyfobFilePlaces *keyfob_file_places_read (const char *token_file);

void keyfob_file_places_free (KeyfobFilePlaces *self);

/** Returns: whether that is all of @token_file, and still what is written */
gboolean keyfob_file_places_is_current (KeyfobFilePlaces *self, const char *token_file);

/** Returns: (transfer full) (nullable): the base URL that has the place of @host_key */
char *keyfob_file_places_dup_owner (KeyfobFilePlaces *self, const char *host_key);

/** Returns: Unix seconds at which a Keyfob emptied the place; 0 where it has not */
gint64 keyfob_file_places_get_emptied (KeyfobFilePlaces *self, const char *host_key);

/** Notes that @base_url has the place, as well as that can be noted. */
void keyfob_file_places_take (KeyfobFilePlaces *self, const char *host_key, const char *base_url);

/**
 * keyfob_file_places_empty:
 * @now: Unix time in seconds
 *
 * Notes that nobody has the place any more, as well as that can be noted.
 */
void keyfob_file_places_empty (KeyfobFilePlaces *self, const char *host_key, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobFilePlaces, keyfob_file_places_free)

G_END_DECLS
