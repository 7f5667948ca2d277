/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-ctl.h"

G_BEGIN_DECLS

/**
 * KeyfobCtlSignIn:
 * @flow: (nullable): `browser` or `device`; %NULL chooses by where this runs
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
 * keyfob_ctl_sign_in:
 * @host: the object of a host
 * @code: (out): the exit code where there is no token
 *
 * Gets a token, and has the user sign in where there is no other way. What the user needs for that,
 * an address or a code, is printed to standard error. Ctrl-C ends the sign-in.
 *
 * Returns: (transfer full) (nullable): `a{sv}`, the token as Host1.GetToken gives it
 */
GVariant *keyfob_ctl_sign_in (KeyfobCtl *self,
                              const char *host,
                              const KeyfobCtlSignIn *options,
                              KeyfobExit *code);

G_END_DECLS
