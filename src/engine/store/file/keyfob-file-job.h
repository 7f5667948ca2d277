/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-config.h"
#include "keyfob-file-cache.h"
#include "keyfob-file-id.h"
#include "keyfob-lock.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobFileJob:
 *
 * One piece of work on the token file, for a thread. Functions that look at the file block, and
 * fail with KEYFOB_AUTH_ERROR_STORE.
 */
typedef struct _KeyfobFileJob KeyfobFileJob;

/**
 * KeyfobFileJobReportFunc:
 * @name: what kind of thing it is: `damaged-file`, `readable-file` or `shared-place`
 * @sentence: what the user should know
 */
typedef void (*KeyfobFileJobReportFunc) (const char *name,
                                         const char *sentence,
                                         gpointer user_data);

/**
 * keyfob_file_job_new:
 * @path: absolute path of the token file
 * @host: (nullable): whose place in the file it is about
 * @token: (nullable): the token to put down
 * @now: Unix time in seconds
 * @cache: (transfer none): what other jobs have read; one job at a time works, and none outlives it
 *
 * Returns: (transfer full): the job
 */
KeyfobFileJob *keyfob_file_job_new (const char *path,
                                    KeyfobConfig *host,
                                    KeyfobToken *token,
                                    gint64 now,
                                    KeyfobFileCache *cache);

void keyfob_file_job_free (KeyfobFileJob *self);

/** Takes the lock of the file where nobody has it. Returns: whether it has it now. Blocks. */
gboolean keyfob_file_job_try_lock (KeyfobFileJob *self);

/** @lock: (transfer full) (nullable): the lock of the file, which the job lets go when it is done
 */
void keyfob_file_job_take_lock (KeyfobFileJob *self, KeyfobLock *lock);

/** @tidies: whether it also deletes what writers that were killed have left beside the file */
void keyfob_file_job_set_tidies (KeyfobFileJob *self, gboolean tidies);

/** Looks which file is there. Returns: whether that could be told */
gboolean keyfob_file_job_check (KeyfobFileJob *self, GError **error);

/**
 * keyfob_file_job_lookup:
 * @token: (out) (nullable) (transfer full): the token, %NULL where there is none
 *
 * Returns: whether the file could be asked
 */
gboolean keyfob_file_job_lookup (KeyfobFileJob *self, KeyfobToken **token, GError **error);

/** No look-up of this time follows: drops what was read, which is full of secrets. */
void keyfob_file_job_drop_text (KeyfobFileJob *self);

/** Returns: (transfer full): the base URLs of all tokens in the file that are still good */
GStrv keyfob_file_job_list (KeyfobFileJob *self, GError **error);

/** Returns: whether a look-up found nothing, and see keyfob_token_store_lookup_was_lost() */
gboolean keyfob_file_job_was_lost (KeyfobFileJob *self);

/**
 * keyfob_file_job_modify:
 * @error: the file is then as it was before
 *
 * Puts the token down or removes the one that is there. What belongs to other hosts, and what
 * other programs keep beside the token, stays to the letter, also where a program that honours no
 * lock writes at the same time.
 *
 * Returns: whether it is on disk
 */
gboolean keyfob_file_job_modify (KeyfobFileJob *self, GError **error);

/** Returns: (nullable): absolute path of the file itself, once the job could look at it */
const char *keyfob_file_job_get_target (KeyfobFileJob *self);

/** Returns: whether another program has changed the file since it was as @seen, or while it was
 *   written */
gboolean keyfob_file_job_saw_change (KeyfobFileJob *self, const KeyfobFileId *seen);

/** Returns: what the job left */
const KeyfobFileId *keyfob_file_job_get_left (KeyfobFileJob *self);

/** Tells all that the user should know of this job. */
void keyfob_file_job_report (KeyfobFileJob *self, KeyfobFileJobReportFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobFileJob, keyfob_file_job_free)

G_END_DECLS
