/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_SLEEP_GUARD (keyfob_sleep_guard_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSleepGuard, keyfob_sleep_guard, KEYFOB, SLEEP_GUARD, GObject)

/**
 * KeyfobSleepGuard:
 *
 * Lets the machine fall asleep only once the tokens that are being renewed have arrived and are
 * stored: an answer that is lost then may have been the only key to a session. It has a delay lock
 * of logind for that, which is the user's patience for some seconds at most; does without where
 * there is no logind.
 */

/**
 * keyfob_sleep_guard_new:
 * @hosts: (element-type KeyfobHost)
 *
 * Returns: (transfer full): a guard of @hosts
 */
KeyfobSleepGuard *keyfob_sleep_guard_new (GListModel *hosts);

G_END_DECLS
