/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-host-actions.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_SIGN_IN_SERIES (keyfob_sign_in_series_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSignInSeries, keyfob_sign_in_series, KEYFOB, SIGN_IN_SERIES, AdwBin)

/**
 * KeyfobSignInSeries:
 *
 * Signs in to several servers, one after the other, and says what came of each. Visible from the
 * begin until the user has closed it. Emits `closed` then.
 */

/**
 * keyfob_sign_in_series_start:
 * @items: (element-type KeyfobHostItem): the servers, in their order
 * @context: what the sign-ins work with; has to outlive the series
 *
 * Begins, and gives its button the focus. Leaves out those that need no sign-in. A series that runs
 * is ended.
 */
void keyfob_sign_in_series_start (KeyfobSignInSeries *self,
                                  GPtrArray *items,
                                  const KeyfobHostContext *context);

G_END_DECLS
