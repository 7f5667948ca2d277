/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobLock:
 *
 * A lock that any number of programs, and of threads of one program, honour. It is a range of
 * bytes of a lock file, held by the open file: it ends with the program, however that ends.
 *
 * The file is private to the user and stays. Where it cannot be made or locked (a folder that
 * cannot be written, a file system without locks) a file in the user's runtime folder stands in
 * for it, so that the programs of one machine still honour each other.
 */
typedef struct _KeyfobLock KeyfobLock;

/**
 * keyfob_lock_acquire:
 * @path: absolute path of the lock file; its folder is made where it is missing
 * @name: (nullable): what of it to lock, such as the key of a host; %NULL is the store itself.
 *   Locks of different names do not exclude each other
 * @error: KEYFOB_AUTH_ERROR_STORE where no lock is to be had at all
 *
 * Waits until nobody else holds it, so it is for threads. Who needs both takes the host's lock
 * first, then the store's.
 *
 * Returns: (transfer full): the lock
 */
KeyfobLock *keyfob_lock_acquire (const char *path, const char *name, GError **error);

/** Returns: (transfer full) (nullable): the lock where nobody holds it. Blocks only for the disk.
 */
KeyfobLock *keyfob_lock_try (const char *path, const char *name);

/**
 * keyfob_lock_acquire_async:
 *
 * As keyfob_lock_acquire(), for a main loop. It asks for the lock again and again, and holds no
 * thread while another program has it. When it is cancelled it returns at once.
 */
void keyfob_lock_acquire_async (const char *path,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: (transfer full): the lock, or %NULL */
KeyfobLock *keyfob_lock_acquire_finish (GAsyncResult *result, GError **error);

/** Lets go of the lock. */
void keyfob_lock_free (KeyfobLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobLock, keyfob_lock_free)

G_END_DECLS
