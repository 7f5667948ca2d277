/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobSignInOptions:
 * @device: by a code on another device; else in the browser
 * @force: also when signed in
 * @interactive: sign in when nothing else helps (always for `SignIn`)
 * @prompt: (nullable): for the provider
 * @open_browser: open the browser, too
 * @activation_token: (nullable): lets the browser come to the front
 *
 * The options of `Host1.SignIn` and `Host1.GetToken`.
 */
typedef struct
{
  gboolean device;
  gboolean force;
  gboolean interactive;
  char *prompt;
  gboolean open_browser;
  char *activation_token;
} KeyfobSignInOptions;

/**
 * keyfob_sign_in_options_new:
 * @options: `a{sv}`
 * @error: G_DBUS_ERROR_INVALID_ARGS, naming what is wrong
 *
 * Returns: (transfer full): the options, or %NULL
 */
KeyfobSignInOptions *keyfob_sign_in_options_new (GVariant *options, GError **error);

void keyfob_sign_in_options_free (KeyfobSignInOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobSignInOptions, keyfob_sign_in_options_free)

G_END_DECLS
