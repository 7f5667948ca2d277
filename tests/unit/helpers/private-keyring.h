/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

G_BEGIN_DECLS

/** The password of the login keyring. */
#define PRIVATE_KEYRING_PASSWORD "test"

/**
 * PrivateKeyring:
 *
 * A message bus of its own with the real gnome-keyring-daemon on it, in folders of its own.
 */
typedef struct _PrivateKeyring PrivateKeyring;

/** Returns: (transfer full): a bus without a keyring so far */
PrivateKeyring *private_keyring_new (void);

/** Ends the daemon, the bus and the folders. */
void private_keyring_free (PrivateKeyring *self);

/**
 * private_keyring_start:
 * @unlock: makes the login keyring where there is none, and unlocks it
 *
 * Returns when the daemon is on the bus.
 */
void private_keyring_start (PrivateKeyring *self, gboolean unlock);

/** Returns when the daemon has left the bus. */
void private_keyring_stop (PrivateKeyring *self);

/** Stops the daemon from answering, without ending it. */
void private_keyring_hang (PrivateKeyring *self);

/** Lets it answer again. */
void private_keyring_go_on (PrivateKeyring *self);

/** Locks the default collection, as another program would. */
void private_keyring_lock (PrivateKeyring *self);

/** Unlocks the login keyring, as the log-in to the desktop would. */
void private_keyring_unlock (PrivateKeyring *self);

/** Returns: (transfer full): a Secret Service with its session open */
SecretService *private_keyring_open (PrivateKeyring *self);

/** Makes another keyring, which opens with @password, and the default one from now on. */
void private_keyring_make_default (PrivateKeyring *self, const char *label, const char *password);

/**
 * private_keyring_run:
 * @command: a shell command, run in the folders and on the bus of the keyring
 *
 * Returns: (transfer full): what it printed
 */
char *private_keyring_run (PrivateKeyring *self, const char *command);

G_END_DECLS
