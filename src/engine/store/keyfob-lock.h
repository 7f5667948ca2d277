/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobLock:
 *
 * A lock between programs, and between threads of one program. It is a lock on one byte of a lock
 * file and belongs to the open file description, so the kernel releases it when the program ends,
 * however that happens.
 *
 * The lock file is private to the user and is never deleted. Where it cannot be made or locked (a
 * folder that is read-only, a file system without locks) a file in the user's runtime folder is
 * locked instead, which works between the programs of one machine.
 */
typedef struct _KeyfobLock KeyfobLock;

/**
 * keyfob_lock_acquire_async:
 * @path: absolute path of the lock file; its folder is made where it is missing
 * @name: (nullable): the part of the store to lock, such as the key of a host; %NULL is the store
 *   itself. Locks of different names do not exclude each other
 *
 * Waits until the lock is free; it is polled for, so that waiting occupies no thread. A cancelled
 * request returns at once. A caller that needs both takes the lock of the host first, then the lock
 * of the store.
 */
void keyfob_lock_acquire_async (const char *path,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: (transfer full): the lock, or %NULL with KEYFOB_AUTH_ERROR_STORE where neither the lock
 * file nor its substitute can be locked */
KeyfobLock *keyfob_lock_acquire_finish (GAsyncResult *result, GError **error);

/** Returns: whether the folder of the lock file is shared with other machines, whose programs do
 * not see this lock, since it is on the substitute */
gboolean keyfob_lock_is_for_one_machine (KeyfobLock *self);

/** Releases the lock. */
void keyfob_lock_free (KeyfobLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobLock, keyfob_lock_free)

G_END_DECLS
