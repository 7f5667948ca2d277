/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <libsoup/soup.h>

#include "keyfob-answer.h"
#include "keyfob-auth-error.h"
#include "keyfob-error-detail.h"
#include "keyfob-network-error.h"

#define URL "https://auth.example.org:8443/auth/v2/token"
#define HOST "auth.example.org:8443"
#define JSON "application/json"
#define HTML "text/html"
#define PENDING KEYFOB_AUTH_ERROR_PENDING
#define SLOW KEYFOB_AUTH_ERROR_SLOW_DOWN
#define DENIED KEYFOB_AUTH_ERROR_DENIED
#define EXPIRED KEYFOB_AUTH_ERROR_EXPIRED
#define UNSUPPORTED KEYFOB_AUTH_ERROR_UNSUPPORTED
#define SERVER KEYFOB_AUTH_ERROR_SERVER
#define UNAVAILABLE KEYFOB_AUTH_ERROR_UNAVAILABLE
#define BAD KEYFOB_AUTH_ERROR_BAD_ANSWER
#define REFRESH KEYFOB_REQUEST_REFRESH
#define BROKER KEYFOB_REQUEST_BROKER_REFRESH
#define BROKER_END "{\"detail\":\"Session expired or not found. Please re-authenticate.\"}"
#define NO_RIGHT "{\"detail\":\"Insufficient permissions based on token claims.\"}"
#define QUOTED(code)                                            \
  "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"" code \
  "\\\",\\\"error_description\\\":\\\"so it is\\\"}\"}"

static KeyfobAnswer *
new_answer (guint status, const char *type, const char *body, gsize length)
{
  KeyfobAnswer *answer = g_new0 (KeyfobAnswer, 1);

  answer->url = g_strdup (URL);
  answer->status = status;
  answer->content_type = g_strdup (type);
  answer->body = g_malloc0 (length + 1);
  memcpy (answer->body, body, length);
  answer->length = length;

  return answer;
}

static GError *
get_error (KeyfobRequest request, guint status, const char *type, const char *body, gsize length)
{
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = new_answer (status, type, body, length);
  g_autoptr (JsonObject) object = keyfob_answer_to_object (answer, request, &error);

  g_assert_null (object);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, HOST));

  return error;
}

/* How the code reaches Keyfob, as a py-oidc-auth server and others send it. */
static const struct
{
  guint status;
  const char *type;
  const char *body;
  KeyfobAuthError code;
} shapes[] = {
  { 400, JSON, "{\"error\": \"authorization_pending\"}", PENDING },
  { 400, JSON, "{\"error\": \"slow_down\", \"error_description\": \"Polling too fast\"}", SLOW },
  { 400, JSON, "{\"error\": \"access_denied\"}", DENIED },
  { 400, JSON, "{\"error\": \"expired_token\"}", EXPIRED },
  { 400, JSON, "{\"error\": \"invalid_grant\"}", EXPIRED },
  { 400, JSON, "{\"error\": \"unauthorized_client\"}", UNSUPPORTED },
  { 400, JSON, "{\"error\": \"unsupported_grant_type\"}", UNSUPPORTED },
  { 400, JSON, "{\"error\": \"invalid_client\"}", SERVER },
  { 200, JSON, "{\"error\": \"authorization_pending\"}", PENDING },
  { 200, JSON, "{\"error\": \"whatever\"}", SERVER },
  { 400, JSON,
    "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"authorization_pending\\\","
    "\\\"error_description\\\":\\\"authorization request is still pending\\\"}\"}",
    PENDING },
  { 400, JSON,
    "{\"status_code\": 400, \"detail\": \"Upstream OIDC error: "
    "{\\\"error\\\": \\\"slow_down\\\"}\"}",
    SLOW },
  { 502, JSON,
    "{\"detail\":\"{\\\"detail\\\":\\\"{\\\\\\\"error\\\\\\\":"
    "\\\\\\\"access_denied\\\\\\\"}\\\"}\"}",
    DENIED },
  { 400, JSON,
    "{\"detail\":\"Upstream OIDC error: {\\n  \\\"error\\\" : \\\"expired_token\\\"\\n}\"}",
    EXPIRED },
  { 400, JSON, "{\n  \"detail\":\n    \"Upstream: {\\\"error\\\":\\\"slow_down\\\"} (400)\"\n}",
    SLOW },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"access_denied\\\",\\\"err",
    DENIED },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"authorization_pen", PENDING },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"authorization_pen\"}",
    PENDING },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"a\"}", SERVER },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: {'error': 'access_denied'}\"}", DENIED },
  { 400, JSON, "{\"detail\":\"Upstream OIDC error: authorization_pending\"}", PENDING },
  { 400, JSON, "{\"detail\":\"authorization_pending\"}", PENDING },
  { 400, JSON, "{\"detail\":{\"error\":\"slow_down\"}}", SLOW },
  { 400, JSON, "{\"detail\":{\"error\":{\"error\":\"slow_down\"}}}", SLOW },
  { 400, JSON, "{\"detail\":[{\"msg\":\"slow_down\"}]}", SLOW },
  { 400, JSON, "[{\"error\":\"access_denied\"}]", DENIED },
  { 400, JSON, "\"access_denied\"", DENIED },
  { 400, "text/plain", "access_denied", DENIED },
  { 400, NULL, "error: slow_down\n", SLOW },
  { 400, "text/plain", "\xff\xfe {\"error\": \"slow_down\"} \xff", SLOW },
  { 400, JSON, "{\"detail\":\"x_access_denied_y\"}", SERVER },
  { 400, HTML, "<html><body class=\"access_denied\">", SERVER },
  { 408, NULL, "", UNAVAILABLE },
  { 408, HTML, "<html><body><h1>408 Request Time-out</h1>\n", UNAVAILABLE },
  { 408, JSON, "{\"error\":\"authorization_pending\"}", PENDING },
  { 425, NULL, "", UNAVAILABLE },
  { 429, JSON, "{\"detail\":\"Too many\"}", UNAVAILABLE },
  { 500, JSON, "{\"detail\":\"Token creation failed.\"}", UNAVAILABLE },
  { 500, JSON, "", UNAVAILABLE },
  { 500, JSON, "[]", UNAVAILABLE },
  { 500, JSON, "null", UNAVAILABLE },
  { 401, JSON, "{\"detail\":\"Not authenticated\"}", SERVER },
  { 502, HTML, "<html><title>502 Bad Gateway</title>", UNAVAILABLE },
  { 404, JSON, "{\"detail\":\"Not Found\"}", SERVER },
  { 405, JSON, "{\"detail\":\"Method Not Allowed\"}", SERVER },
  { 302, NULL, "", BAD },
  { 304, NULL, "", BAD },
  { 200, HTML, "<!doctype html><title>Welcome</title>", BAD },
  { 200, JSON, " <html>", BAD },
  { 200, JSON, "", BAD },
  { 200, JSON, "null", BAD },
  { 200, JSON, "[]", BAD },
  { 200, JSON, "\"x\"", BAD },
  { 200, JSON, "{", BAD },
  { 200, JSON, "{\"access_token\": \"\xff\"}", BAD },
  { 200, "text/plain", "hello", BAD },
  { 204, NULL, "", BAD },
};

static void
test_shapes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *shown = g_strescape (shapes[i].body, NULL);

      g_test_message ("%u %s", shapes[i].status, shown);
      error = get_error (KEYFOB_REQUEST_POLL, shapes[i].status, shapes[i].type, shapes[i].body,
                         strlen (shapes[i].body));
      g_assert_error (error, KEYFOB_AUTH_ERROR, (int) shapes[i].code);
    }
}

static const struct
{
  KeyfobRequest request;
  guint status;
  const char *type;
  const char *body;
  KeyfobAuthError code;
  const char *says;
} sentences[] = {
  { KEYFOB_REQUEST_BROKER_REFRESH, 401, JSON, BROKER_END, EXPIRED,
    "session at auth.example.org:8443 has ended. Sign in again" },
  { KEYFOB_REQUEST_EXCHANGE, 400, JSON, "{\"error\":\"invalid_grant\"}", EXPIRED, "used before" },
  { KEYFOB_REQUEST_USERINFO, 401, JSON, "{\"detail\":\"Token expired\"}", DENIED,
    "auth.example.org:8443 does not accept this token: “Token expired”" },
  { KEYFOB_REQUEST_USERINFO, 403, "text/html", "", DENIED, "token: “Forbidden”" },
  { KEYFOB_REQUEST_POLL, 400, JSON, "{\"error\":\"expired_token\"}", EXPIRED, "Get a new one" },
  { KEYFOB_REQUEST_DEVICE, 502, JSON,
    "{\"detail\":\"OIDC endpoint 'device_authorization_endpoint' not found in discovery.\"}",
    UNSUPPORTED, "Sign in with the browser" },
  { KEYFOB_REQUEST_DEVICE, 400, JSON,
    "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"unauthorized_client\\\"}\"}",
    UNSUPPORTED, "Sign in with the browser" },
  { KEYFOB_REQUEST_DEVICE, 404, JSON, "{\"detail\":\"Not Found\"}", UNSUPPORTED, "browser" },
  { KEYFOB_REQUEST_DEVICE, 405, JSON, "", UNSUPPORTED, "browser" },
  { KEYFOB_REQUEST_DEVICE, 501, JSON, "", UNSUPPORTED, "browser" },
  { KEYFOB_REQUEST_DEVICE, 503, JSON, "{\"detail\":\"no device flow\"}", UNSUPPORTED, "browser" },
  { KEYFOB_REQUEST_DEVICE, 503, HTML, "<title>Maintenance</title>", UNAVAILABLE, "Maintenance" },
  { KEYFOB_REQUEST_LOGIN, 404, JSON, "{\"detail\":\"Not Found\"}", SERVER,
    "nothing at https://auth.example.org:8443/auth/v2/token. Check the address" },
  { KEYFOB_REQUEST_EXCHANGE, 500, JSON, "{\"detail\":\"Token creation failed.\"}", UNAVAILABLE,
    "problem of its own (500): “Token creation failed.”" },
  { KEYFOB_REQUEST_EXCHANGE, 422, JSON,
    "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"code\"],\"msg\":\"Field required\","
    "\"input\":\"SECRETSECRETSECRET123\"}]}",
    SERVER, "“Field required”" },
  { KEYFOB_REQUEST_EXCHANGE, 502, JSON,
    "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"server_error\\\","
    "\\\"error_description\\\":\\\"the vault is closed\\\"}\"}",
    UNAVAILABLE, "“the vault is closed”" },
  { KEYFOB_REQUEST_EXCHANGE, 500, JSON, "{\"status\":500,\"error\":\"Internal Server Error\"}",
    UNAVAILABLE, "“Internal Server Error”" },
  { KEYFOB_REQUEST_EXCHANGE, 500, NULL, "", UNAVAILABLE, "“Internal Server Error”" },
  { KEYFOB_REQUEST_EXCHANGE, 502, HTML,
    "<html><style>x{}</style><body><h1>Bad\nGateway</h1><script>evil()</script>nginx</body>",
    UNAVAILABLE, "(502, “Bad Gateway nginx”)" },
  { KEYFOB_REQUEST_EXCHANGE, 502, HTML, "", UNAVAILABLE, "Bad Gateway" },
  { KEYFOB_REQUEST_EXCHANGE, 429, JSON, "", UNAVAILABLE, "Wait a few minutes" },
  { KEYFOB_REQUEST_EXCHANGE, 200, HTML, "<title>Hotel &lt;b&gt;</title>", BAD, "web page (“Hotel" },
  { KEYFOB_REQUEST_POLL, 400, HTML, QUOTED ("authorization_pending"), PENDING, "other device" },
  { KEYFOB_REQUEST_POLL, 400, HTML, " {\"error\":\"slow_down\"}", SLOW, "less often" },
  { KEYFOB_REQUEST_POLL, 400, "text/plain", QUOTED ("authorization_pending"), PENDING,
    "other device" },
  { KEYFOB_REQUEST_POLL, 401, NULL, QUOTED ("authorization_pending"), PENDING, "other device" },
  { KEYFOB_REQUEST_POLL, 400, HTML, "\xef\xbb\xbf{\"error\":\"authorization_pending\"}", PENDING,
    "other device" },
  { KEYFOB_REQUEST_POLL, 400, HTML,
    "{\"error\":\"authorization_pending\",\"error_description\":\"d\xe9j\xe0\"}", PENDING,
    "other device" },
  { KEYFOB_REQUEST_POLL, 200, HTML, "\n{\"error\":\"authorization_pending\"}", PENDING,
    "other device" },
  { KEYFOB_REQUEST_EXCHANGE, 403, JSON, NO_RIGHT, DENIED,
    "lacks a right that auth.example.org:8443 asks for: “Insufficient permissions based on" },
  { KEYFOB_REQUEST_POLL, 401, JSON, NO_RIGHT, DENIED, "Ask whoever runs it" },
  { KEYFOB_REQUEST_USERINFO, 403, JSON, "{\"detail\":\"Token missing required scopes: data:read\"}",
    DENIED, "scopes: data:read" },
  { KEYFOB_REQUEST_EXCHANGE, 400, JSON, "{\"reason\":{\"number\":7}}", SERVER, "“Bad Request”" },
  { KEYFOB_REQUEST_EXCHANGE, 400, JSON,
    "{\"detail\":\"The provider said: {\\\"reason\\\": {\\\"number\\\": 7}, cut\"}", SERVER,
    "“The provider said”" },
  { KEYFOB_REQUEST_EXCHANGE, 400, JSON, "{\"detail\":\"{'reason': 'it is', \"}", SERVER,
    "“Bad Request”" },
  { KEYFOB_REQUEST_EXCHANGE, 400, JSON, "{\"detail\":\"a {brace} of [7] geese\"}", SERVER,
    "“a {brace} of [7] geese”" },
  { KEYFOB_REQUEST_EXCHANGE, 403, JSON, "{\"detail\":\"a\\u0007b\\u202ec\\nd\"}", SERVER,
    "“a bc d”" },
};

static void
test_sentences (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr (GError) error =
          get_error (sentences[i].request, sentences[i].status, sentences[i].type,
                     sentences[i].body, strlen (sentences[i].body));

      g_assert_error (error, KEYFOB_AUTH_ERROR, (int) sentences[i].code);
      g_assert_nonnull (strstr (error->message, sentences[i].says));
      g_assert_null (strstr (error->message, "SECRET"));
    }
}

/* What ends a session, and what must not. */
static const struct
{
  KeyfobRequest request;
  guint status;
  const char *type;
  const char *body;
  KeyfobAuthError code;
} refreshes[] = {
  { REFRESH, 400, JSON, "{\"error\":\"invalid_grant\"}", EXPIRED },
  { REFRESH, 400, JSON, QUOTED ("invalid_grant"), EXPIRED },
  { REFRESH, 400, JSON, "{\"detail\":\"Upstream OIDC error: {\\\"error\\\":\\\"invalid_gr",
    EXPIRED },
  { REFRESH, 401, JSON, QUOTED ("invalid_grant"), EXPIRED },
  { REFRESH, 400, JSON, QUOTED ("expired_token"), EXPIRED },
  { REFRESH, 401, JSON, "{\"error\":\"invalid_token\"}", EXPIRED },
  { REFRESH, 400, JSON, QUOTED ("login_required"), EXPIRED },
  { REFRESH, 400, JSON, QUOTED ("consent_required"), EXPIRED },
  { REFRESH, 400, JSON, QUOTED ("interaction_required"), EXPIRED },
  { REFRESH, 200, JSON, "{\"error\":\"invalid_grant\"}", EXPIRED },
  { REFRESH, 401, JSON, "{\"detail\":\"Invalid refresh token: Not enough segments\"}", EXPIRED },
  { BROKER, 401, JSON, BROKER_END, EXPIRED },
  { BROKER, 401, JSON, "{\"status_code\":401,\"detail\":\"Session expired or not found.\"}",
    EXPIRED },
  { BROKER, 401, JSON, "{\"detail\":\"Invalid refresh token: missing jti.\"}", EXPIRED },
  { BROKER, 400, JSON, QUOTED ("invalid_grant"), EXPIRED },

  /* not the token is meant, but the client, the request, the place or the moment */
  { REFRESH, 401, JSON, QUOTED ("invalid_client"), SERVER },
  { REFRESH, 400, JSON, QUOTED ("invalid_request"), SERVER },
  { REFRESH, 400, JSON, QUOTED ("invalid_scope"), SERVER },
  { REFRESH, 400, JSON, QUOTED ("unauthorized_client"), UNSUPPORTED },
  { REFRESH, 403, JSON, QUOTED ("access_denied"), DENIED },
  { REFRESH, 400, JSON, QUOTED ("temporarily_unavailable"), SERVER },
  { REFRESH, 400, JSON, "{\"detail\":\"Token creation failed: 'scope'\"}", SERVER },
  { REFRESH, 422, JSON, "{\"detail\":[{\"msg\":\"Field required\"}]}", SERVER },
  { REFRESH, 401, JSON, BROKER_END, SERVER },
  { REFRESH, 401, JSON, "", SERVER },
  { REFRESH, 404, JSON, "{\"detail\":\"Not Found\"}", SERVER },
  { BROKER, 401, JSON, NO_RIGHT, DENIED },
  { BROKER, 401, JSON, QUOTED ("invalid_client"), SERVER },
  { BROKER, 401, JSON, "", SERVER },
  { BROKER, 401, JSON, "{\"message\":\"No API key found\"}", SERVER },
  { BROKER, 401, "text/plain", "Unauthorized", SERVER },
  { BROKER, 401, HTML, "<title>Hotel network</title>", SERVER },
  { BROKER, 403, JSON, BROKER_END, SERVER },
  { BROKER, 502, JSON, BROKER_END, UNAVAILABLE },

  /* whatever a server quotes that is out of order or overrun */
  { REFRESH, 429, JSON, QUOTED ("invalid_grant"), UNAVAILABLE },
  { REFRESH, 408, NULL, "", UNAVAILABLE },
  { REFRESH, 408, JSON, QUOTED ("invalid_grant"), UNAVAILABLE },
  { BROKER, 425, NULL, "", UNAVAILABLE },
  { REFRESH, 500, JSON, QUOTED ("invalid_grant"), UNAVAILABLE },
  { REFRESH, 502, JSON, "{\"detail\":\"Failed to contact OIDC endpoint: timed out\"}",
    UNAVAILABLE },
  { REFRESH, 503, HTML, "<title>invalid_grant</title>", UNAVAILABLE },
  { REFRESH, 511, HTML, "<title>Network Authentication Required</title>", UNAVAILABLE },

  /* captive portals */
  { REFRESH, 200, HTML, "<title>Welcome</title>invalid_grant", BAD },
  { REFRESH, 302, HTML, "invalid_grant", BAD },
  { REFRESH, 400, HTML, "<p>\"error\":\"invalid_grant\"</p>", SERVER },
};

static void
test_refreshes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refreshes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%u %s", refreshes[i].status, refreshes[i].body);
      error = get_error (refreshes[i].request, refreshes[i].status, refreshes[i].type,
                         refreshes[i].body, strlen (refreshes[i].body));
      g_assert_error (error, KEYFOB_AUTH_ERROR, (int) refreshes[i].code);
    }
}

static void
test_retry_after (void)
{
  g_autoptr (KeyfobAnswer) overrun = new_answer (429, JSON, "{}", 2);
  g_autoptr (KeyfobAnswer) closed = new_answer (503, HTML, "<title>Closed</title>", 21);
  g_autoptr (KeyfobAnswer) refused = new_answer (400, JSON, "{}", 2);
  g_autoptr (GError) overrun_error = NULL;
  g_autoptr (GError) closed_error = NULL;
  g_autoptr (GError) refused_error = NULL;

  overrun->retry_after = closed->retry_after = refused->retry_after = 300;
  overrun_error = keyfob_answer_to_error (overrun, REFRESH);
  closed_error = keyfob_answer_to_error (closed, REFRESH);
  refused_error = keyfob_answer_to_error (refused, REFRESH);

  g_assert_cmpint (keyfob_auth_error_get_retry_after (overrun_error), ==, 300);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (closed_error), ==, 300);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (refused_error), ==, 0);
}

static void
test_redirect_names_its_target (void)
{
  const char *const targets[][2] = {
    { "https://login.example.net/?token=SECRET", "redirects to login.example.net," },
    { "https://auth.example.org:8443/auth/v2/token/", "at " URL },
    { "/auth/v2/token/", "at " URL },
    { "", "at " URL },
    { "javascript:alert(1)", "auth.example.org" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (KeyfobAnswer) answer = new_answer (307, NULL, "", 0);
      g_autoptr (GError) error = NULL;

      answer->location = g_strdup (targets[i][0]);
      error = keyfob_answer_to_error (answer, KEYFOB_REQUEST_REFRESH);
      g_test_message ("%s", error->message);
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
      g_assert_nonnull (strstr (error->message, targets[i][1]));
      g_assert_null (strstr (error->message, " ,"));
      g_assert_null (strstr (error->message, "SECRET"));
    }
}

static void
test_huge_bodies (void)
{
  const gsize size = 2 * 1024 * 1024;
  const char fillings[] = { 'a', '[', '{', '"', '\\', '<', '\0', '\xff', '\n' };

  for (gsize i = 0; i < G_N_ELEMENTS (fillings); i++)
    {
      g_autofree char *body = g_malloc (size);
      g_autoptr (GError) ok = NULL;
      g_autoptr (GError) failed = NULL;

      memset (body, fillings[i], size);
      ok = get_error (KEYFOB_REQUEST_EXCHANGE, 200, JSON, body, size);
      failed = get_error (KEYFOB_REQUEST_EXCHANGE, 500, JSON, body, size);
      g_assert_error (ok, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
      g_assert_error (failed, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
      g_assert_cmpuint (strlen (failed->message), <, 1500);
    }
}

/* A page on which a search for the ends of what is hidden would take longer than the test may. */
static void
test_page_of_many_ends (void)
{
  g_autoptr (GString) body = g_string_new ("<p>Words");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 60000; i++)
    g_string_append (body, "<style></script>");

  error = get_error (KEYFOB_REQUEST_EXCHANGE, 500, HTML, body->str, body->len);
  g_assert_nonnull (strstr (error->message, "“Words”"));
}

static void
test_cut_off_answers (void)
{
  g_autoptr (KeyfobAnswer) good = new_answer (200, JSON, "{\"a\": 1}", 8);
  g_autoptr (KeyfobAnswer) failed = new_answer (400, JSON, "{\"error\": \"slow_down\"", 21);
  g_autoptr (GError) good_error = NULL;
  g_autoptr (GError) failed_error = NULL;

  good->cut_off = TRUE;
  failed->cut_off = TRUE;
  g_assert_null (keyfob_answer_to_object (good, KEYFOB_REQUEST_EXCHANGE, &good_error));
  g_assert_error (good_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_nonnull (strstr (good_error->message, "too long"));

  failed_error = keyfob_answer_to_error (failed, KEYFOB_REQUEST_POLL);
  g_assert_error (failed_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SLOW_DOWN);
}

static void
test_good_answer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobAnswer) answer = new_answer (200, JSON, "{\"a\": 1}", 8);
  g_autoptr (JsonObject) object = keyfob_answer_to_object (answer, KEYFOB_REQUEST_EXCHANGE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (object, "a"), ==, 1);
}

static void
test_secrets_are_not_quoted (void)
{
  const char *const texts[][2] = {
    { "token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLTEyMzQ1Njc4 is bad",
      "token ….….… is bad" },
    { "code=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "…" },
    { "no 0123456789abcdef0123456789abcdef here", "no … here" },
    { "OIDC endpoint 'device_authorization_endpoint' not found in discovery.",
      "OIDC endpoint 'device_authorization_endpoint' not found in discovery." },
    { "see https://auth.example.org/.well-known/openid-configuration",
      "see https://auth.example.org/.well-known/openid-configuration" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *clean = keyfob_error_detail_clean (texts[i][0], -1);

      g_assert_cmpstr (clean, ==, texts[i][1]);
    }
}

static void
test_words_are_bounded (void)
{
  g_autofree char *text = g_strnfill (5000, 'a');
  g_autofree char *clean = keyfob_error_detail_clean (text, -1);

  g_assert_cmpint (g_utf8_strlen (clean, -1), ==, 201);
}

static void
test_hosts (void)
{
  const char *const hosts[][2] = {
    { "https://auth.example.org/x?y", "auth.example.org" },
    { "http://localhost:8080", "localhost:8080" },
    { "http://[::1]:8080/", "[::1]:8080" },
    { "https://alice:secret@auth.example.org", "auth.example.org" },
    { "nonsense", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *host = keyfob_answer_dup_host (hosts[i][0]);

      g_assert_cmpstr (host, ==, hosts[i][1]);
    }
}

static void
assert_network_error (GQuark domain,
                      int code,
                      guint flags,
                      KeyfobAuthError expected,
                      const char *says)
{
  g_autoptr (GError) cause = g_error_new_literal (domain, code, "the cause");
  g_autoptr (GError) error = keyfob_network_error_new (cause, URL, flags);

  g_test_message ("%s", error->message);
  g_assert_error (error, KEYFOB_AUTH_ERROR, (int) expected);
  g_assert_nonnull (strstr (error->message, HOST));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_network_errors (void)
{
  const KeyfobAuthError network = KEYFOB_AUTH_ERROR_NETWORK;

  assert_network_error (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, 0, network,
                        "the name does not resolve. Check the address or your network.");
  assert_network_error (G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, 0, network,
                        "just now");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, 0, network, "nothing answers");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, 0, network, "too long");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE, 0, network, "its network");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, 0, network, "this host");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, 0, network, "broke off");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, 0, network, "broke off");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH, 0, network, "the proxy wants");
  assert_network_error (G_IO_ERROR, G_IO_ERROR_FAILED, 0, network, "Check the address");
  assert_network_error (G_TLS_ERROR, G_TLS_ERROR_EOF, 0, network, "broke off");
  assert_network_error (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING, 0,
                        KEYFOB_AUTH_ERROR_BAD_ANSWER, "no web server");
}

static void
test_certificate_errors (void)
{
  const struct
  {
    guint flags;
    const char *says;
  } cases[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, "does not trust" },
    { G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_EXPIRED, "does not trust" },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, "for another host" },
    { G_TLS_CERTIFICATE_EXPIRED, "has expired" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, "not valid yet" },
    { G_TLS_CERTIFICATE_REVOKED | G_TLS_CERTIFICATE_EXPIRED, "revoked" },
    { G_TLS_CERTIFICATE_INSECURE, "no longer safe" },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, "cannot be trusted" },
    { 0, "cannot be trusted" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_network_error (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, cases[i].flags,
                          KEYFOB_AUTH_ERROR_TLS, cases[i].says);

  assert_network_error (G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, 0, KEYFOB_AUTH_ERROR_TLS, "https");
  assert_network_error (G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED, 0, KEYFOB_AUTH_ERROR_TLS,
                        "certificate of yours");
}

static void
test_cancellation_stays_one (void)
{
  g_autoptr (GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");
  g_autoptr (GError) error = keyfob_network_error_new (cause, URL, 0);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/answer/shapes", test_shapes);
  g_test_add_func ("/answer/sentences", test_sentences);
  g_test_add_func ("/answer/refreshes", test_refreshes);
  g_test_add_func ("/answer/retry-after", test_retry_after);
  g_test_add_func ("/answer/redirect-names-its-target", test_redirect_names_its_target);
  g_test_add_func ("/answer/huge-bodies", test_huge_bodies);
  g_test_add_func ("/answer/page-of-many-ends", test_page_of_many_ends);
  g_test_add_func ("/answer/cut-off-answers", test_cut_off_answers);
  g_test_add_func ("/answer/good-answer", test_good_answer);
  g_test_add_func ("/answer/secrets-are-not-quoted", test_secrets_are_not_quoted);
  g_test_add_func ("/answer/words-are-bounded", test_words_are_bounded);
  g_test_add_func ("/answer/hosts", test_hosts);
  g_test_add_func ("/answer/network-errors", test_network_errors);
  g_test_add_func ("/answer/certificate-errors", test_certificate_errors);
  g_test_add_func ("/answer/cancellation-stays-one", test_cancellation_stays_one);

  return g_test_run ();
}
