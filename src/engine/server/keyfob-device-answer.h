/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

#include "keyfob-server.h"

G_BEGIN_DECLS

/**
 * keyfob_device_answer_parse:
 * @answer: what the device route sent (RFC 8628 section 3.2)
 * @host: who sent it, for the sentence
 * @error: KEYFOB_AUTH_ERROR_BAD_ANSWER where a code or the verification URI is of no use
 *
 * Where interval or lifetime are absent or nonsense, 5 and 600 seconds are taken; a lifetime is at
 * most a day.
 *
 * Returns: (transfer full): the codes, or %NULL
 */
KeyfobDeviceCode *keyfob_device_answer_parse (JsonObject *answer, const char *host, GError **error);

G_END_DECLS
