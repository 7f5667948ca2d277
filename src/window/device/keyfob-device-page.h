/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"
#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_DEVICE_PAGE (keyfob_device_page_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobDevicePage, keyfob_device_page, KEYFOB, DEVICE_PAGE, AdwBin)

/**
 * KeyfobDevicePage:
 *
 * Signs in to a host by a code that the user enters on another device (RFC 8628): the code as text,
 * the address as text and QR code, how long they are good, and how it ended.
 *
 * Emits `done` with a short text when something was done that the page itself does not show, and
 * `closed` when there is nothing left to show: the user is signed in, left, or the host is gone.
 */

/** Sets what says what time it is; needed before keyfob_device_page_start(). */
void keyfob_device_page_set_clock (KeyfobDevicePage *self, KeyfobClock *clock);

/**
 * keyfob_device_page_start:
 * @host: where to sign in
 *
 * Asks for a code and shows it. Joins a sign-in by code that runs already, and replaces one in the
 * browser.
 */
void keyfob_device_page_start (KeyfobDevicePage *self, KeyfobBusHost1 *host);

/** Returns: (nullable) (transfer none): the host since the start, %NULL once the page has closed */
KeyfobBusHost1 *keyfob_device_page_get_host (KeyfobDevicePage *self);

/** Ends the sign-in, if it still runs, and closes the page. */
void keyfob_device_page_cancel (KeyfobDevicePage *self);

G_END_DECLS
