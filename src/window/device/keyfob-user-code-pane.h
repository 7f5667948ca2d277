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
 * Shows what a person needs to sign in on another device (RFC 8628 section 3.3.1): the address as
 * QR code and text, the code, and how long both are good.
 *
 * While the pane is visible, its countdown wakes the program every ten seconds, in the last two
 * minutes every second, and not at all afterwards.
 *
 * The property `expired` says whether the code has run out. Emits `done` with a short text after an
 * action whose result the pane itself does not show.
 */

/** Sets the clock of the countdown; to be called before a code is shown. */
void keyfob_user_code_pane_set_clock (KeyfobUserCodePane *self, KeyfobClock *clock);

/**
 * keyfob_user_code_pane_show:
 * @code: the user code, as the server wrote it
 * @uri: the verification address
 * @complete: (nullable): the verification address that contains the code
 * @expires: when the code runs out, Unix time in seconds; 0 where it is not known
 */
void keyfob_user_code_pane_show (KeyfobUserCodePane *self,
                                 const char *code,
                                 const char *uri,
                                 const char *complete,
                                 gint64 expires);

/** @hint: (nullable): why the user needs a code, or what keeps the agent from asking for the token
 */
void keyfob_user_code_pane_set_hint (KeyfobUserCodePane *self, const char *hint);

/** Returns: (transfer none): the button that has the focus first; it tells the code and where to
 * enter it */
GtkWidget *keyfob_user_code_pane_get_copy_button (KeyfobUserCodePane *self);

/** Removes the code from the screen and stops the countdown. */
void keyfob_user_code_pane_clear (KeyfobUserCodePane *self);

/** Returns: whether the code has run out by now */
gboolean keyfob_user_code_pane_is_expired (KeyfobUserCodePane *self);

G_END_DECLS
