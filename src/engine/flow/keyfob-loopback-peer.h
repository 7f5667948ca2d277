/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobLoopbackPeer:
 * @KEYFOB_LOOPBACK_PEER_OWN: a program of this user
 * @KEYFOB_LOOPBACK_PEER_OTHER: a program of another user, or one that has closed its connection and
 *   gets no answer any more
 * @KEYFOB_LOOPBACK_PEER_UNKNOWN: it cannot be told: the system has no entry for it, or root passes
 *   on what somebody else sends, or its user has no number in the user namespace of the agent
 *
 * Whose program is at the other end of a connection.
 */
typedef enum
{
  KEYFOB_LOOPBACK_PEER_OWN,
  KEYFOB_LOOPBACK_PEER_OTHER,
  KEYFOB_LOOPBACK_PEER_UNKNOWN,
} KeyfobLoopbackPeer;

/**
 * keyfob_loopback_peer_look_up:
 * @fd: an accepted TCP connection over the loopback interface
 *
 * Asks the kernel for the owner of the socket at the other end, by its two addresses
 * (sock_diag(7)). The time that takes does not depend on how many connections the machine has. A
 * browser in namespaces of its own (Flatpak, Snap, a container that passes connections on) has a
 * socket of its user, too.
 */
KeyfobLoopbackPeer keyfob_loopback_peer_look_up (int fd);

G_END_DECLS
