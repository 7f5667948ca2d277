/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-device-code.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
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

/* Returns: whether @uri may be shown to the user of the server at @url */
static gboolean
is_safe_uri (const char *uri, const char *url)
{
  return uri != NULL && strlen (uri) <= MAX_URI && g_str_is_ascii (uri) && strchr (uri, ' ') == NULL
         && keyfob_text_is_clean (uri) && keyfob_base_url_may_lead_to (url, uri);
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
  g_clear_pointer (&self->provider, keyfob_provider_free);
  g_free (self);
}

/* It is the address that leads to @provider with the code in it (RFC 8628 section 3.3.1). One that
 * leads elsewhere is left out, since only @provider is compared with where earlier sign-ins led.
 *
 * Returns: whether @complete can be shown */
static gboolean
is_complete_uri (const char *complete, const KeyfobProvider *provider, const char *url)
{
  g_autoptr (KeyfobProvider) target =
      is_safe_uri (complete, url) ? keyfob_provider_new (complete, NULL) : NULL;

  return target != NULL && keyfob_provider_has_same_origin (target, provider);
}

KeyfobDeviceCode *
keyfob_device_code_parse (JsonObject *answer, const char *url, GError **error)
{
  KeyfobDeviceCode *code;
  g_autoptr (KeyfobProvider) provider = NULL;
  g_autofree char *host = keyfob_answer_dup_host (url);
  const char *device_code = keyfob_json_get_string (answer, "device_code");
  const char *user_code = keyfob_json_get_string (answer, "user_code");
  const char *uri = keyfob_json_get_string (answer, "verification_uri");
  const char *complete = keyfob_json_get_string (answer, "verification_uri_complete");

  if (!is_device_code (device_code) || !is_user_code (user_code) || uri == NULL || *uri == '\0')
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                   _ ("%s sent no code that can be used on another device. Sign in with the "
                      "browser."),
                   host);
      return NULL;
    }
  if (is_safe_uri (uri, url))
    provider = keyfob_provider_new (uri, NULL);
  if (provider == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                   _ ("The address that %s wants to send you to is not safe to open, so its code "
                      "is not shown. Sign in with the browser, or ask whoever runs it."),
                   host);
      return NULL;
    }

  code = g_new0 (KeyfobDeviceCode, 1);
  code->device_code = g_strdup (device_code);
  code->user_code = g_strdup (user_code);
  code->verification_uri = g_strdup (uri);
  if (is_complete_uri (complete, provider, url))
    code->verification_uri_complete = g_strdup (complete);
  code->provider = g_steal_pointer (&provider);
  code->interval = get_seconds (answer, "interval", DEFAULT_INTERVAL, MAX_INTERVAL);
  code->expires_in = get_seconds (answer, "expires_in", DEFAULT_LIFETIME, MAX_LIFETIME);

  return code;
}
