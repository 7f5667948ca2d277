/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-flow.h"
#include "keyfob-server.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_IMPORT_FLOW (keyfob_import_flow_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobImportFlow, keyfob_import_flow, KEYFOB, IMPORT_FLOW, GObject)

/**
 * KeyfobImportFlow:
 *
 * Signs in with a token that the user has got elsewhere, once the server has accepted it. A token
 * that has ended is refreshed instead, which ends the session for whoever else has it, and so is
 * one that the server cannot check otherwise. Nothing secret is sent to a server that does not look
 * like one.
 */

/** Returns: (transfer full): a #KeyfobFlow */
KeyfobImportFlow *
keyfob_import_flow_new (KeyfobServer *server, KeyfobClock *clock, KeyfobToken *token);

/** Returns: whether nothing could tell that the server accepts the token, which was taken as it is
 */
gboolean keyfob_import_flow_is_unchecked (KeyfobImportFlow *self);

G_END_DECLS
