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
 * Signs in to a host by a code that the user enters on another device (RFC 8628). Shows the code as
 * text, the address as text and QR code, how long both are good, and how the sign-in ended.
 *
 * Emits `done` with a short text after an action whose result the page itself does not show, and
 * `closed` when there is nothing left to show: the user is signed in, left, or the host is gone.
 */

/** Sets the clock of the countdown; to be called before keyfob_device_page_start(). */
void keyfob_device_page_set_clock (KeyfobDevicePage *self, KeyfobClock *clock);

/**
 * keyfob_device_page_start:
 * @host: the host to sign in to
 *
 * Asks the agent for a code and shows it. Joins a sign-in by code that is already running, and
 * replaces a sign-in in the browser.
 */
void keyfob_device_page_start (KeyfobDevicePage *self, KeyfobBusHost1 *host);

/** Returns: (nullable) (transfer none): the host of the sign-in, %NULL once the page has closed */
KeyfobBusHost1 *keyfob_device_page_get_host (KeyfobDevicePage *self);

/** Ends the sign-in, if there is still one running, and closes the page. */
void keyfob_device_page_cancel (KeyfobDevicePage *self);

G_END_DECLS
