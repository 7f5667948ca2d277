/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a #KeyfobFileStore has its threads do. The data of each task is its #KeyfobFileJob. */

/** Returns a #KeyfobToken, or %NULL. */
void
keyfob_file_worker_look_up (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/**
 * keyfob_file_worker_look_up_all:
 * @batch: its data is a GPtrArray of the tasks of look-ups, for which the file is read once
 */
void keyfob_file_worker_look_up_all (GTask *batch,
                                     gpointer source,
                                     gpointer data,
                                     GCancellable *cancellable);

/** Returns a GStrv. */
void
keyfob_file_worker_list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/** Saves or removes. */
void
keyfob_file_worker_modify (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/**
 * keyfob_file_worker_try_modify:
 * @attempt: its data is the task of keyfob_file_worker_modify(). Returns whether that was answered,
 *   or somebody else holds the lock
 */
void keyfob_file_worker_try_modify (GTask *attempt,
                                    gpointer source,
                                    gpointer data,
                                    GCancellable *cancellable);

/** Only looks which file is there. */
void
keyfob_file_worker_check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

G_END_DECLS
