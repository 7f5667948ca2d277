/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-context.h"
#include "keyfob-server.h"

G_BEGIN_DECLS

/* a value of the option `prompt` */
#define KEYFOB_PROMPT_CONSENT "consent"

/**
 * KeyfobSignInWay:
 * @KEYFOB_SIGN_IN_ANY_WAY: in the browser where that works, else by a code
 * @KEYFOB_SIGN_IN_IN_BROWSER: in the browser of this computer
 * @KEYFOB_SIGN_IN_BY_CODE: by a code on another device
 */
typedef enum
{
  KEYFOB_SIGN_IN_ANY_WAY,
  KEYFOB_SIGN_IN_IN_BROWSER,
  KEYFOB_SIGN_IN_BY_CODE,
} KeyfobSignInWay;

/**
 * KeyfobSignInOptions:
 * @way: how the user signs in
 * @force: also when signed in
 * @interactive: sign in when nothing else helps (always for `SignIn`)
 * @min_time: seconds that the token is to be good for, where the server gives one that is
 * @prompt: (nullable): for the provider
 * @open_browser: open the browser, too
 * @activation_token: (nullable): lets the browser come to the front
 * @import: (nullable): sign in with this token, unless there is a session; see #KeyfobImportFlow
 *
 * The options of `Host1.SignIn` and `Host1.GetToken`.
 */
typedef struct
{
  KeyfobSignInWay way;
  gboolean force;
  gboolean interactive;
  guint min_time;
  char *prompt;
  gboolean open_browser;
  char *activation_token;
  KeyfobToken *import;
} KeyfobSignInOptions;

/** Returns: (transfer full): the options of a call without any */
KeyfobSignInOptions *keyfob_sign_in_options_new (void);

/**
 * keyfob_sign_in_options_parse:
 * @options: `a{sv}`
 * @error: G_DBUS_ERROR_INVALID_ARGS, naming what is wrong
 *
 * Returns: (transfer full): the options, or %NULL
 */
KeyfobSignInOptions *keyfob_sign_in_options_parse (GVariant *options, GError **error);

void keyfob_sign_in_options_free (KeyfobSignInOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobSignInOptions, keyfob_sign_in_options_free)

#define KEYFOB_TYPE_SIGN_IN (keyfob_sign_in_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSignIn, keyfob_sign_in, KEYFOB, SIGN_IN, GObject)

/**
 * KeyfobSignIn:
 *
 * One attempt to sign in to one host, on behalf of clients of the bus. It ends by itself when all
 * of them have left.
 *
 * Signal `changed`: what keyfob_sign_in_show() shows, or one of the getters, has changed.
 */

/**
 * keyfob_sign_in_new:
 * @store: (nullable): where the token goes; with %NULL it is not stored
 * @options: (transfer full): what the user asked for
 *
 * Returns: (transfer full): an attempt that does not run yet
 */
KeyfobSignIn *keyfob_sign_in_new (KeyfobContext *context,
                                  KeyfobConfig *config,
                                  KeyfobServer *server,
                                  KeyfobTokenStore *store,
                                  KeyfobSignInOptions *options);

/** Returns: (transfer none) (nullable): where the token goes */
KeyfobTokenStore *keyfob_sign_in_get_store (KeyfobSignIn *self);

/** @name: (nullable): unique bus name of a client; %NULL where there is no bus, only a peer */
void keyfob_sign_in_add_owner (KeyfobSignIn *self, const char *name);

/** Runs the attempt to its end; the browser waits for keyfob_sign_in_conclude() then. */
void
keyfob_sign_in_run_async (KeyfobSignIn *self, GAsyncReadyCallback callback, gpointer user_data);

/**
 * keyfob_sign_in_run_finish:
 * @store_error: (out) (nullable): why the token could not be stored; it is good all the same
 * @error: KEYFOB_AUTH_ERROR_CANCELLED where nobody wants it any more
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_sign_in_run_finish (KeyfobSignIn *self,
                                        GAsyncResult *result,
                                        GError **store_error,
                                        GError **error);

/** Tells the browser how it ended: @failure is %NULL where it worked. */
void keyfob_sign_in_conclude (KeyfobSignIn *self, const char *failure);

/**
 * keyfob_sign_in_open_page:
 * @token: (nullable): lets the browser come to the front
 *
 * Opens the sign-in page in the browser. Does nothing where there is none.
 */
void keyfob_sign_in_open_page (KeyfobSignIn *self, const char *token);

/** Ends the attempt. */
void keyfob_sign_in_cancel (KeyfobSignIn *self);

/** Returns: whether the user has something to go on with: an address, a code or a question */
gboolean keyfob_sign_in_is_under_way (KeyfobSignIn *self);

/** Returns: whether the sign-in was cancelled, and is about to end */
gboolean keyfob_sign_in_is_cancelled (KeyfobSignIn *self);

/**
 * keyfob_sign_in_go_on:
 * @question: the question that the user has answered
 * @activation_token: (nullable): lets the browser come to the front
 *
 * Goes on after the question. To answer no, keyfob_sign_in_cancel().
 *
 * Returns: %FALSE where @question is not what is asked now
 */
gboolean
keyfob_sign_in_go_on (KeyfobSignIn *self, const char *question, const char *activation_token);

/**
 * keyfob_sign_in_take_address:
 * @self: (nullable): %NULL where no sign-in runs
 *
 * Brings the answer of the provider in place of the browser: see keyfob_loopback_take_address().
 */
gboolean keyfob_sign_in_take_address (KeyfobSignIn *self, const char *uri, GError **error);

/** After a sign-in: notes what it led to, to ask the user where a later one leads elsewhere. */
void keyfob_sign_in_note_provider (KeyfobSignIn *self);

/** Returns: (transfer full): why it goes another way than usual, or why no browser opened
 * or came back, and what to do; else empty. The attempt goes on. */
char *keyfob_sign_in_dup_trouble (KeyfobSignIn *self);

/** Returns: whether it is with a token that the user has got elsewhere */
gboolean keyfob_sign_in_is_import (KeyfobSignIn *self);

/** Returns: whether it has brought a token of a file that the server could not check */
gboolean keyfob_sign_in_is_unchecked (KeyfobSignIn *self);

/** Returns: whether it is by a code on another device */
gboolean keyfob_sign_in_is_by_code (KeyfobSignIn *self);

/** Returns: whether the server said that it offers no sign-in by a code */
gboolean keyfob_sign_in_lacks_device_flow (KeyfobSignIn *self);

/** Returns: whether the provider is asked for consent */
gboolean keyfob_sign_in_asks_for_consent (KeyfobSignIn *self);

/** Shows in the properties of @skeleton what the user needs to go on. */
void keyfob_sign_in_show (KeyfobSignIn *self, KeyfobBusHost1 *skeleton);

/** Clears what keyfob_sign_in_show() has shown. */
void keyfob_sign_in_show_nothing (KeyfobBusHost1 *skeleton);

G_END_DECLS
