/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobSandbox:
 * @KEYFOB_SANDBOX_NONE: the program is outside a sandbox, and acts for the user
 * @KEYFOB_SANDBOX_FLATPAK: in one of Flatpak
 * @KEYFOB_SANDBOX_SNAP: in one of Snap
 * @KEYFOB_SANDBOX_UNKNOWN: a sandbox cannot be excluded, or it is a program of another user
 *
 * What a program is confined by.
 */
typedef enum
{
  KEYFOB_SANDBOX_NONE,
  KEYFOB_SANDBOX_FLATPAK,
  KEYFOB_SANDBOX_SNAP,
  KEYFOB_SANDBOX_UNKNOWN,
} KeyfobSandbox;

/**
 * KeyfobCaller:
 * @sandbox: what the program is confined by
 * @uid: its user
 * @pid: its process; 0 unknown
 * @executable: (nullable): absolute path of its executable
 * @unit: (nullable): the systemd unit or scope that it runs in
 * @app: (nullable): the id of a Flatpak, or the name of a Snap
 * @id: what is the same whenever the program runs: `flatpak:ID`, `snap:NAME`, or the path of its
 *   executable, followed by `:NAME` where the process has another name, as a script has;
 * `name:NAME` for a program outside a sandbox that keeps its executable private; `pid:NUMBER` for
 * any other
 * @name: what to call it, for the user; valid UTF-8 on one line
 * @interpreter: (nullable): where the executable runs programs that others wrote, as that of a
 *   script does, its name; valid UTF-8 on one line
 *
 * A program that calls on the bus. It does not change; its references are counted, in any thread.
 */
typedef struct
{
  KeyfobSandbox sandbox;
  guint uid;
  guint pid;
  char *executable;
  char *unit;
  char *app;
  char *id;
  char *name;
  char *interpreter;
} KeyfobCaller;

/** Returns: (transfer full): @self with one more reference */
KeyfobCaller *keyfob_caller_ref (KeyfobCaller *self);

/** Gives a reference back; the last one frees @self. */
void keyfob_caller_unref (KeyfobCaller *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobCaller, keyfob_caller_unref)

/** Returns: (transfer full): this process, as the peer of a connection without a bus */
KeyfobCaller *keyfob_caller_new_own (void);

/**
 * KeyfobCredentials:
 * @uid: user; %G_MAXUINT unknown
 * @pid: process; 0 unknown
 * @pidfd: the same process, or -1
 * @label: (nullable): of the security module
 * @called: when the process was there, in microseconds of CLOCK_BOOTTIME: one that started later
 * has taken the number of one that ended
 *
 * What the bus tells of a program.
 */
typedef struct
{
  guint uid;
  guint pid;
  int pidfd;
  const char *label;
  gint64 called;
} KeyfobCredentials;

/** Reads /proc. Returns: (transfer full): the program */
KeyfobCaller *keyfob_caller_new (const KeyfobCredentials *credentials);

/** Returns: whether the program may do no more than one in a sandbox */
gboolean keyfob_caller_is_restricted (KeyfobCaller *self);

/**
 * Returns: (array zero-terminated=1): the names on the bus by which Keyfob's own programs are told;
 *   what keyfob_caller_look_up_async() finds holds no longer than such a name has the same owner
 */
const char *const *keyfob_caller_get_telling_names (void);

/**
 * keyfob_caller_look_up_async:
 * @name: unique name on the bus
 * @called: when its first call came, see #KeyfobCredentials
 *
 * Finds out which program has @name.
 */
void keyfob_caller_look_up_async (GDBusConnection *connection,
                                  const char *name,
                                  gint64 called,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** Returns: (nullable) (transfer full): the program; %NULL where @name has left the bus */
KeyfobCaller *keyfob_caller_look_up_finish (GAsyncResult *result, GError **error);

G_END_DECLS
