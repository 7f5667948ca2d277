/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_SIGN_OUT_DIALOG (keyfob_sign_out_dialog_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSignOutDialog,
                      keyfob_sign_out_dialog,
                      KEYFOB,
                      SIGN_OUT_DIALOG,
                      AdwMessageDialog)

/**
 * KeyfobSignOutDialog:
 *
 * Asks how far a sign-out goes: the token here, or the session of the browser as well. The response
 * of a user who goes on is `sign-out`.
 */

/**
 * keyfob_sign_out_dialog_new:
 * @parent: (nullable): the window that it is for
 * @name: of the host
 *
 * Returns: (transfer floating): the dialog
 */
GtkWidget *keyfob_sign_out_dialog_new (GtkWindow *parent, const char *name);

/** Returns: whether the session in the browser is to end too */
gboolean keyfob_sign_out_dialog_get_end_session (KeyfobSignOutDialog *self);

G_END_DECLS
