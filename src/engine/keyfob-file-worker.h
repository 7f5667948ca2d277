/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a #KeyfobFileStore has its threads do. The data of each task is its #KeyfobFileJob. */

/**
 * keyfob_file_worker_look_up:
 * @batch: returns nothing of its own; its data is a GPtrArray of the tasks of look-ups
 *
 * The file is read once for all of them.
 */
void keyfob_file_worker_look_up (GTask *batch,
                                 gpointer source,
                                 gpointer data,
                                 GCancellable *cancellable);

/** Returns a GStrv. */
void
keyfob_file_worker_list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/** Returns whether a token was removed. */
void
keyfob_file_worker_ask (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/** Saves or removes. */
void
keyfob_file_worker_modify (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

/** Only looks which file is there. */
void
keyfob_file_worker_check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

G_END_DECLS
