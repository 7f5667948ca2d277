/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-config.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobFileJob:
 *
 * One piece of work on the token file, for a thread: the place of one host in it.
 */
typedef struct _KeyfobFileJob KeyfobFileJob;

/**
 * keyfob_file_job_new:
 * @path: absolute path of the token file
 * @token: (nullable): the token to put down; %NULL looks up or removes
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the job
 */
KeyfobFileJob *
keyfob_file_job_new (const char *path, KeyfobConfig *host, KeyfobToken *token, gint64 now);

void keyfob_file_job_free (KeyfobFileJob *self);

/**
 * keyfob_file_job_lookup:
 * @token: (out) (nullable) (transfer full): the token, %NULL where there is none
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Blocks.
 *
 * Returns: whether the file could be asked
 */
gboolean keyfob_file_job_lookup (KeyfobFileJob *self, KeyfobToken **token, GError **error);

/**
 * keyfob_file_job_modify:
 * @error: KEYFOB_AUTH_ERROR_STORE; the file is then as it was before
 *
 * Puts the token down or removes the one that is there. What belongs to other hosts, and what
 * other programs keep beside the token, stays to the letter. Blocks.
 *
 * Returns: whether it is on disk
 */
gboolean keyfob_file_job_modify (KeyfobFileJob *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobFileJob, keyfob_file_job_free)

G_END_DECLS
