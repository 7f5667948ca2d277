/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-id.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobFileCache:
 *
 * What was read from a token file, as long as that is the same file: so that a thousand look-ups
 * in a row read it once. For one thread at a time.
 */
typedef struct _KeyfobFileCache KeyfobFileCache;

KeyfobFileCache *keyfob_file_cache_new (void);

void keyfob_file_cache_free (KeyfobFileCache *self);

/** Forgets all that is not of the file that @mark tells. */
void keyfob_file_cache_turn_to (KeyfobFileCache *self, const KeyfobFileId *mark);

/**
 * keyfob_file_cache_take_text:
 * @file: (transfer full): what @text points into
 * @text: (transfer full): what it says
 */
void
keyfob_file_cache_take_text (KeyfobFileCache *self, KeyfobTokenFile *file, KeyfobTokenText *text);

/** Returns: (transfer none) (nullable): the file, where there is a text of it */
KeyfobTokenFile *keyfob_file_cache_get_file (KeyfobFileCache *self);

/** Returns: (transfer none) (nullable): what the file says */
KeyfobTokenText *keyfob_file_cache_get_text (KeyfobFileCache *self);

/** Returns: (transfer none) (nullable): the base URL that an entry without one was given to */
const char *keyfob_file_cache_get_owner (KeyfobFileCache *self, const char *host_key);

/** @base_url: (nullable): whose the entry of @host_key is; %NULL for nobody's */
void
keyfob_file_cache_set_owner (KeyfobFileCache *self, const char *host_key, const char *base_url);

/** @time: real time in microseconds at which the entry was written here, 0 where it was removed */
void keyfob_file_cache_set_written (KeyfobFileCache *self, const char *base_url, gint64 time);

/** Returns: when the entry was last written here; 0 where it was not */
gint64 keyfob_file_cache_get_written (KeyfobFileCache *self, const char *base_url);

/** Lets go of what the file says, which may be a lot; it is wiped. The tokens stay. */
void keyfob_file_cache_drop_text (KeyfobFileCache *self);

/**
 * keyfob_file_cache_put_token:
 *
 * Keeps the token of @base_url, unless the file was written only just now: then it could be written
 * once more without a difference that shows.
 */
void keyfob_file_cache_put_token (KeyfobFileCache *self, const char *base_url, KeyfobToken *token);

/** Returns: (transfer full) (nullable): the token of @base_url */
KeyfobToken *keyfob_file_cache_dup_token (KeyfobFileCache *self, const char *base_url);

G_END_DECLS
