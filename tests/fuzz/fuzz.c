/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What comes from outside, each kind given to what reads it. Built once for each target, with its
 * name in TARGET; a finding is a crash, a warning of a library, or a promise of a header that does
 * not hold.
 */

#include "keyfob-config-build.h"

#include <glib/gstdio.h>
#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-base-url.h"
#include "keyfob-callback.h"
#include "keyfob-claims.h"
#include "keyfob-config-options.h"
#include "keyfob-config.h"
#include "keyfob-device-code.h"
#include "keyfob-host-file.h"
#include "keyfob-json.h"
#include "keyfob-login-redirect.h"
#include "keyfob-loopback-request.h"
#include "keyfob-token-text.h"
#include "keyfob-token.h"

#define NOW 1800000000
#define URL "https://portal.example.org"

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef void (*Target) (const char *text, gsize length);

/* @text ends with a NUL, and may contain others. */
static void
fuzz_base_url (const char *text, gsize length)
{
  g_autofree char *key = NULL;
  g_autofree char *url = keyfob_base_url_normalise (text, TRUE, &key, NULL);
  g_autofree char *again = NULL;

  if (url == NULL)
    return;

  again = keyfob_base_url_normalise (url, TRUE, NULL, NULL);
  g_assert_cmpstr (again, ==, url);
}

static void
fuzz_callback (const char *text, gsize length)
{
  g_autoptr (KeyfobLoopbackRequest) request =
      keyfob_loopback_request_parse ((const guint8 *) text, length, FALSE);
  g_autoptr (KeyfobCallback) callback =
      keyfob_callback_parse (request != NULL ? request->query : text);
  g_autoptr (GError) error = NULL;

  if (request != NULL)
    {
      keyfob_loopback_request_is_navigation (request);
      keyfob_loopback_request_is_prefetch (request);
    }
  if (callback == NULL)
    return;

  keyfob_callback_matches (callback, "state", "http://localhost:53100/callback");
  if (callback->error != NULL)
    error = keyfob_callback_to_error (callback);
}

static void
fuzz_claims (const char *text, gsize length)
{
  g_autofree char *account = keyfob_claims_dup_account (text);
  g_autofree char *json = NULL;
  GVariant *claims = keyfob_claims_list (text, &json);

  if (claims != NULL)
    {
      g_assert_true (keyfob_json_is_valid (json, strlen (json), FALSE));
      g_variant_unref (g_variant_ref_sink (claims));
    }
  g_assert_true (account == NULL || g_utf8_validate (account, -1, NULL));
  keyfob_claims_get_issued_at (text);
  keyfob_claims_get_expires (text);
}

/* Claims as they are before they are encoded. */
static void
fuzz_claims_inside (const char *text, gsize length)
{
  g_autofree char *encoded = g_base64_encode ((const guint8 *) text, length);
  g_autofree char *token = NULL;

  g_strdelimit (encoded, "+", '-');
  g_strdelimit (encoded, "/", '_');
  token = g_strdup_printf ("e30.%.*s.x", (int) strcspn (encoded, "="), encoded);
  fuzz_claims (token, strlen (token));
}

/* What a token has when it arrives it still has when it was stored and read again. */
static void
check_token (JsonObject *object)
{
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_answer (object, NOW, 0, NULL);
  g_autoptr (KeyfobSecret) stored = token != NULL ? keyfob_token_to_json (token, NOW) : NULL;
  g_autoptr (JsonObject) entry = NULL;
  g_autoptr (KeyfobToken) again = NULL;

  if (token == NULL)
    return;

  g_assert_nonnull (stored);
  entry = keyfob_json_parse_stored (stored, strlen (stored));
  g_assert_nonnull (entry);
  again = keyfob_token_new_from_entry (entry, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (keyfob_token_get_access_token (again), ==,
                   keyfob_token_get_access_token (token));
  g_assert_cmpstr (keyfob_token_get_refresh_token (again), ==,
                   keyfob_token_get_refresh_token (token));
  g_assert_cmpint (keyfob_token_get_expires (again), ==, keyfob_token_get_expires (token));
}

/* The first byte chooses route and status. */
static void
fuzz_answer (const char *text, gsize length)
{
  static const guint statuses[] = { 200, 201, 302, 400, 401, 403, 404, 422, 429, 500, 502, 503 };
  guint choice = (guchar) *text;
  KeyfobRequest request = choice % (KEYFOB_REQUEST_USERINFO + 1);
  KeyfobAnswer answer = {
    .url = (char *) URL "/auth/v2/token",
    .status = statuses[choice / 8 % G_N_ELEMENTS (statuses)],
    .content_type = (char *) "text/html",
    .body = (char *) text + 1,
    .length = length > 0 ? length - 1 : 0,
    .now = NOW,
  };
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (length == 0)
    return;

  object = keyfob_answer_to_object (&answer, request, &failure);
  error = keyfob_answer_to_error (&answer, request);
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (object != NULL)
    check_token (object);
}

static void
fuzz_device_code (const char *text, gsize length)
{
  g_autoptr (JsonObject) object = keyfob_json_parse_object (text, length);
  g_autoptr (KeyfobDeviceCode) code =
      object != NULL ? keyfob_device_code_parse (object, URL "/auth/v2/device", NULL) : NULL;

  if (code == NULL)
    return;

  g_assert_cmpint (g_ascii_strncasecmp (code->verification_uri, "http", 4), ==, 0);
  g_assert_cmpint (code->interval, >, 0);
}

static void
fuzz_hosts (const char *text, gsize length)
{
  static char *folder;
  g_autofree char *path = NULL;
  g_autofree char *problem = NULL;
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (KeyfobHostFile) file = NULL;
  g_autoptr (GPtrArray) hosts = NULL;
  g_autoptr (GDir) left = NULL;
  const char *name;

  if (folder == NULL)
    folder = g_dir_make_tmp ("keyfob-fuzz-XXXXXX", NULL);
  path = g_build_filename (folder, "hosts.ini", NULL);
  g_file_set_contents (path, text, length, NULL);

  file = keyfob_host_file_new (path, clock);
  hosts = keyfob_host_file_load (file, &problem);
  g_assert_true (problem == NULL || g_utf8_validate (problem, -1, NULL));

  left = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (left)) != NULL)
    {
      g_autofree char *other = g_build_filename (folder, name, NULL);

      g_unlink (other);
    }
}

/* The gate says yes: then what is printed of that is read alike by the gate and by the JSON
 * library. */
static void
fuzz_json (const char *text, gsize length)
{
  g_autoptr (JsonObject) object = keyfob_json_parse_object (text, length);
  g_autoptr (KeyfobSecret) printed = object != NULL ? keyfob_json_print (object) : NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) gated = NULL;
  g_autoptr (JsonNode) parsed = NULL;

  if (object == NULL)
    return;

  g_assert_true (g_utf8_validate (text, length, NULL));
  /* json-glib prints some numbers in a way that is no JSON, so the field is left out of what is
   * stored */
  if (printed == NULL)
    return;

  gated = keyfob_json_parse (printed, strlen (printed));
  g_assert_nonnull (gated);
  g_assert_true (json_parser_load_from_data (parser, printed, -1, NULL));
  parsed = json_parser_steal_root (parser);
  g_assert_true (json_node_equal (gated, parsed));
}

static void
fuzz_login_redirect (const char *text, gsize length)
{
  g_autoptr (KeyfobLogin) login = keyfob_login_redirect_parse (
      URL "/auth/v2/login", text, "http://localhost:53100/callback", FALSE, NULL);

  if (login != NULL)
    g_assert_true (g_utf8_validate (login->uri, -1, NULL));
}

/* What a program on the bus may send. */
static void
fuzz_options (const char *text, gsize length)
{
  /* aligned as the bus aligns it */
  gpointer copy = g_memdup2 (text, length);
  g_autoptr (GVariant) raw = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, copy, length, FALSE, g_free, copy));
  g_autoptr (GVariant) options = g_variant_get_normal_form (raw);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, options, NULL);
  g_autoptr (GVariant) kept = NULL;
  g_autoptr (KeyfobConfig) again = NULL;

  if (config == NULL)
    return;

  kept = g_variant_ref_sink (keyfob_config_to_options (config));
  again = keyfob_config_new (keyfob_config_get_base_url (config), kept, NULL);
  g_assert_nonnull (again);
}

/* The same as text, which gets further. */
static void
fuzz_options_text (const char *text, gsize length)
{
  g_autoptr (GVariant) options =
      g_utf8_validate (text, length, NULL)
          ? g_variant_parse (G_VARIANT_TYPE_VARDICT, text, text + length, NULL, NULL)
          : NULL;

  if (options != NULL)
    fuzz_options (g_variant_get_data (options), g_variant_get_size (options));
}

/* A host that is written leaves those of others as they are. */
static void
fuzz_token_file (const char *text, gsize length)
{
  g_autoptr (KeyfobTokenText) store = keyfob_token_text_parse (text, length);
  g_autoptr (GHashTable) owners = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (KeyfobTokenText) again = NULL;
  g_autoptr (JsonObject) entry = NULL;
  g_auto (GStrv) hosts = NULL;
  g_auto (GStrv) hosts_after = NULL;
  g_autofree char *printed = NULL;

  keyfob_token_text_was_token_store (text, length);
  if (store == NULL || !keyfob_token_text_is_token_store (store))
    return;

  keyfob_token_text_is_bare_token (store);
  keyfob_token_text_set_entry (store, URL,
                               "{\"token\": {\"access_token\": \"a\"}, \"stored_at\": 1}", URL);
  hosts = keyfob_token_text_list (store, owners, NOW);
  printed = keyfob_token_text_print (store);
  again = keyfob_token_text_parse (printed, strlen (printed));
  g_assert_nonnull (again);
  g_assert_true (keyfob_token_text_is_token_store (again));
  entry = keyfob_token_text_dup_entry (again, URL);
  g_assert_nonnull (entry);
  hosts_after = keyfob_token_text_list (again, owners, NOW);
  g_assert_cmpuint (g_strv_length (hosts_after), ==, g_strv_length (hosts));
}

static const struct
{
  const char *name;
  Target run;
} targets[] = {
  { "answer", fuzz_answer },
  { "base-url", fuzz_base_url },
  { "callback", fuzz_callback },
  { "claims", fuzz_claims },
  { "claims-inside", fuzz_claims_inside },
  { "device-code", fuzz_device_code },
  { "hosts", fuzz_hosts },
  { "json", fuzz_json },
  { "login-redirect", fuzz_login_redirect },
  { "options", fuzz_options },
  { "options-text", fuzz_options_text },
  { "token-file", fuzz_token_file },
};

static Target target;

/* The agent says in its log what it does with a bad file. */
static GLogWriterOutput
write_no_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  return level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)
             ? g_log_writer_default (level, fields, n_fields, data)
             : G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  g_log_set_writer_func (write_no_log, NULL, NULL);
  g_set_prgname (TARGET);
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    if (g_str_equal (targets[i].name, TARGET))
      target = targets[i].run;
  g_assert_nonnull (target);

  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_malloc (size + 1);

  memcpy (text, data, size);
  text[size] = '\0';
  target (text, size);

  return 0;
}
