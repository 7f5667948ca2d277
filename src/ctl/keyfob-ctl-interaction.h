/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-ctl.h"

G_BEGIN_DECLS

/**
 * keyfob_ctl_can_ask:
 *
 * Returns: whether a person can be asked: standard input and error are a terminal, and the
 *   environment is not that of a batch job
 */
gboolean keyfob_ctl_can_ask (KeyfobCtl *self);

/** Returns: whether this runs in a session of ssh, whose user sits at another machine */
gboolean keyfob_ctl_is_over_ssh (void);

/**
 * keyfob_ctl_say_ways_out:
 * @host: (nullable): as the user has named it
 *
 * Says why nobody is asked here, and how to get a token all the same.
 */
void keyfob_ctl_say_ways_out (KeyfobCtl *self, const char *host);

/**
 * keyfob_ctl_fail_without_token:
 * @host: (nullable): as the user has named it
 * @error: (transfer full): of a call for a token
 * @asks: (out): whether a person who is asked now may get it
 *
 * Prints the sentence of @error, and where a sign-in would help and nobody can be asked, the ways
 * out.
 *
 * Returns: the exit code for it
 */
KeyfobExit
keyfob_ctl_fail_without_token (KeyfobCtl *self, const char *host, GError *error, gboolean *asks);

G_END_DECLS
