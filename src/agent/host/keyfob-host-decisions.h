/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/*
 * What a host does next, by itself or because something outside has changed: save, renew, look into
 * the store again, move its token.
 */

/**
 * keyfob_host_start_decisions:
 *
 * From now on @host does what is due whenever an activity ends.
 */
void keyfob_host_start_decisions (KeyfobHost *host);

/** Does what has become due, by the wall clock; at rest only. */
void keyfob_host_check (KeyfobHost *host);

/** Somebody uses the host or looks at it, so its session is to live on. */
void keyfob_host_note_used (KeyfobHost *host);

/** The network or the stores have changed, or the machine woke up: tries again what failed. */
void keyfob_host_try_again (KeyfobHost *host);

/**
 * keyfob_host_shift_clock:
 * @seconds: by which this machine's clock was set forward
 *
 * What was measured with it moves along; the store is looked at again.
 */
void keyfob_host_shift_clock (KeyfobHost *host, gint64 seconds);

G_END_DECLS
