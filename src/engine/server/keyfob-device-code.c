/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-device-code.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

/* RFC 8628 section 3.2 */
#define DEFAULT_INTERVAL 5
#define MAX_INTERVAL 3600
#define DEFAULT_LIFETIME 600
#define MAX_LIFETIME (24 * 60 * 60)
#define MAX_DEVICE_CODE 65536
#define MAX_USER_CODE 64
#define MAX_URI 2000

static const char *
get_web_uri (JsonObject *answer, const char *member)
{
  const char *text = keyfob_json_get_string (answer, member);
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (text == NULL || strlen (text) > MAX_URI || !g_str_is_ascii (text)
      || !keyfob_text_is_clean (text))
    return NULL;

  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || g_uri_get_userinfo (uri) != NULL)
    return NULL;

  scheme = g_uri_get_scheme (uri);

  return strcmp (scheme, "https") == 0 || strcmp (scheme, "http") == 0 ? text : NULL;
}

static gboolean
is_user_code (const char *text)
{
  return text != NULL && *text != '\0' && keyfob_text_is_clean (text)
         && g_utf8_strlen (text, -1) <= MAX_USER_CODE;
}

static gboolean
is_device_code (const char *text)
{
  return text != NULL && *text != '\0' && strlen (text) <= MAX_DEVICE_CODE;
}

static guint
get_seconds (JsonObject *answer, const char *member, guint fallback, guint maximum)
{
  double seconds;

  if (!keyfob_json_get_number (answer, member, &seconds) || seconds < 1)
    return fallback;

  return (guint) MIN (seconds, maximum);
}

void
keyfob_device_code_free (KeyfobDeviceCode *self)
{
  keyfob_secret_free (self->device_code);
  keyfob_secret_free (self->user_code);
  g_free (self->verification_uri);
  keyfob_secret_free (self->verification_uri_complete);
  g_free (self);
}

KeyfobDeviceCode *
keyfob_device_code_parse (JsonObject *answer, const char *host, GError **error)
{
  KeyfobDeviceCode *code;
  const char *device_code = keyfob_json_get_string (answer, "device_code");
  const char *user_code = keyfob_json_get_string (answer, "user_code");
  const char *uri = get_web_uri (answer, "verification_uri");

  if (!is_device_code (device_code) || !is_user_code (user_code) || uri == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                   _ ("%s sent no code that can be used on another device. Sign in with the "
                      "browser."),
                   host);
      return NULL;
    }

  code = g_new0 (KeyfobDeviceCode, 1);
  code->device_code = g_strdup (device_code);
  code->user_code = g_strdup (user_code);
  code->verification_uri = g_strdup (uri);
  code->verification_uri_complete = g_strdup (get_web_uri (answer, "verification_uri_complete"));
  code->interval = get_seconds (answer, "interval", DEFAULT_INTERVAL, MAX_INTERVAL);
  code->expires_in = get_seconds (answer, "expires_in", DEFAULT_LIFETIME, MAX_LIFETIME);

  return code;
}
