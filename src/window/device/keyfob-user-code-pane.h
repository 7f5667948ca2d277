/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_USER_CODE_PANE (keyfob_user_code_pane_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobUserCodePane, keyfob_user_code_pane, KEYFOB, USER_CODE_PANE, AdwBin)

/**
 * KeyfobUserCodePane:
 *
 * What a person needs to sign in on another device (RFC 8628 section 3.3.1): the address as QR code
 * and text, the code, and how long they are good.
 *
 * `over` says whether they are good no longer. Emits `done` with a short text when something was
 * done that the pane itself does not show.
 */

/** Sets what says what time it is; needed before anything else. */
void keyfob_user_code_pane_set_clock (KeyfobUserCodePane *self, KeyfobClock *clock);

/**
 * keyfob_user_code_pane_show:
 * @code: what to enter, as the server wrote it
 * @uri: where to enter it
 * @complete: (nullable): the same with the code in it
 * @expires: when they run out, Unix time in seconds; 0 where it is not known
 */
void keyfob_user_code_pane_show (KeyfobUserCodePane *self,
                                 const char *code,
                                 const char *uri,
                                 const char *complete,
                                 gint64 expires);

/** Shows no code any more. */
void keyfob_user_code_pane_clear (KeyfobUserCodePane *self);

/** Returns: whether the code ran out, as far as that was looked at */
gboolean keyfob_user_code_pane_get_over (KeyfobUserCodePane *self);

G_END_DECLS
