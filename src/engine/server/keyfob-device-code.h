/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

#include "keyfob-provider.h"

G_BEGIN_DECLS

/**
 * KeyfobDeviceCode:
 * @device_code: a secret; the server hands out the token for it
 * @user_code: what the user enters
 * @verification_uri: where the user enters it, see keyfob_base_url_may_lead_to()
 * @verification_uri_complete: (nullable): the same with the user code in it
 * @expires_in: lifetime of both codes in seconds
 * @provider: what @verification_uri leads to
 * @interval: seconds between two requests for the token
 *
 * Answer of the device route (RFC 8628 section 3.2). keyfob_device_code_free() overwrites the
 * codes.
 */
typedef struct
{
  char *device_code;
  char *user_code;
  char *verification_uri;
  char *verification_uri_complete;
  KeyfobProvider *provider;
  guint expires_in;
  guint interval;
} KeyfobDeviceCode;

/**
 * keyfob_device_code_parse:
 * @answer: what the device route sent
 * @url: URL of the device route
 * @error: KEYFOB_AUTH_ERROR_BAD_ANSWER where a code or the verification URI cannot be used
 *
 * Takes 5 seconds for an interval and 600 for a lifetime that is missing or no positive number, and
 * at most a day for a lifetime.
 *
 * Returns: (transfer full): the codes, or %NULL
 */
KeyfobDeviceCode *keyfob_device_code_parse (JsonObject *answer, const char *url, GError **error);

void keyfob_device_code_free (KeyfobDeviceCode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobDeviceCode, keyfob_device_code_free)

G_END_DECLS
