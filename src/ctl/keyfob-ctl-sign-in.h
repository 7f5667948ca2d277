/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-ctl.h"

G_BEGIN_DECLS

/**
 * KeyfobCtlSignIn:
 * @flow: (nullable): `browser` or `device`; %NULL chooses by where the user is
 * @prompt: (nullable): for the provider, as Host1.SignIn has it
 * @force: sign in also where there is a good token
 * @no_open: print the address, and do not open the browser
 * @timeout: seconds until the user has to be done; 0 leaves it to the host
 *
 * How a person signs in.
 */
typedef struct
{
  const char *flow;
  const char *prompt;
  gboolean force;
  gboolean no_open;
  int timeout;
} KeyfobCtlSignIn;

/**
 * keyfob_ctl_has_display:
 *
 * Returns: whether the user sees a browser that the agent opens: that of a display which ssh leads
 *   on is not seen
 */
gboolean keyfob_ctl_has_display (void);

/**
 * keyfob_ctl_sign_in:
 * @host: the object of a host
 *
 * Gets a token, and has the user sign in where there is no other way. What the user needs for that,
 * an address or a code, is printed to standard error; an address that a browser on another machine
 * ended at is read from the terminal. Ctrl-C ends the sign-in.
 *
 * Returns: (transfer full) (nullable): `a{sv}`, the token as Host1.GetToken gives it
 */
GVariant *keyfob_ctl_sign_in (KeyfobCtl *self,
                              const char *host,
                              const KeyfobCtlSignIn *options,
                              GError **error);

G_END_DECLS
