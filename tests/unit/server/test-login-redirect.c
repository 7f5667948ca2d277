/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-login-redirect.h"
#include "keyfob-secret.h"

#define LOGIN "https://data.example.org/auth/v2/login?redirect_uri=x"
#define CALLBACK "http://localhost:53100/callback"
#define ESCAPED "http%3A%2F%2Flocalhost%3A53100%2Fcallback"
#define IDP "https://id.example.org/authorize?"
#define OURS "redirect_uri=" ESCAPED

static KeyfobLogin *
parse (const char *location, gboolean server_pkce)
{
  g_autoptr (GError) error = NULL;
  KeyfobLogin *login = keyfob_login_redirect_parse (LOGIN, location, CALLBACK, server_pkce, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (login->redirect_uri, ==, CALLBACK);

  return login;
}

static void
assert_own (const char *location, const char *pattern)
{
  g_autoptr (KeyfobLogin) login = parse (location, FALSE);
  g_autofree char *challenge = keyfob_secret_challenge (login->code_verifier);
  g_autoptr (GString) expected = g_string_new (pattern);

  g_string_replace (expected, "STATE", login->state, 0);
  g_string_replace (expected, "CHALLENGE", challenge, 0);
  g_assert_cmpstr (login->uri, ==, expected->str);
  g_assert_false (login->server_pkce);
  g_assert_cmpuint (strlen (login->state), ==, 32);
  g_assert_cmpuint (strlen (login->code_verifier), ==, 43);
}

static void
test_own_state_and_challenge (void)
{
  assert_own (IDP "client_id=c&state=r%7C" ESCAPED "%7Cv&" OURS
                  "&code_challenge=x&code_challenge_method=plain&scope=a+b%20c&&x",
              IDP "client_id=c&state=STATE&" OURS
                  "&code_challenge=CHALLENGE&code_challenge_method=S256&scope=a+b%20c&&x");
  assert_own (IDP OURS "&client_id=c#frag",
              IDP OURS "&client_id=c&state=STATE&code_challenge=CHALLENGE"
                       "&code_challenge_method=S256#frag");
  assert_own (IDP "%73tate=1&redirect_uri=" CALLBACK,
              IDP "state=STATE&redirect_uri=" CALLBACK "&code_challenge=CHALLENGE"
                  "&code_challenge_method=S256");
}

/* A code in the fragment or in a form would never come back. */
static void
test_response_mode (void)
{
  assert_own (IDP "state=1&response_mode=form_post&" OURS,
              IDP "state=STATE&response_mode=query&" OURS
                  "&code_challenge=CHALLENGE&code_challenge_method=S256");
  assert_own (IDP "response_mode=fragment&state=1&" OURS,
              IDP "response_mode=query&state=STATE&" OURS
                  "&code_challenge=CHALLENGE&code_challenge_method=S256");
}

static void
test_relative_location (void)
{
  assert_own ("/idp?state=1&a=%7e&" OURS, "https://data.example.org/idp?state=STATE&a=%7e&" OURS
                                          "&code_challenge=CHALLENGE&code_challenge_method=S256");
  assert_own ("//id.example.org/x?state=1&" OURS,
              "https://id.example.org/x?state=STATE&" OURS
              "&code_challenge=CHALLENGE&code_challenge_method=S256");
}

static void
test_raw_characters (void)
{
  assert_own (IDP "state=a|b|c&scope=a b&n=\xc3\xa4&" OURS,
              IDP "state=STATE&scope=a%20b&n=%C3%A4&" OURS
                  "&code_challenge=CHALLENGE&code_challenge_method=S256");
}

static void
test_no_two_are_alike (void)
{
  g_autoptr (KeyfobLogin) one = parse (IDP "state=1&" OURS, FALSE);
  g_autoptr (KeyfobLogin) two = parse (IDP "state=1&" OURS, FALSE);

  g_assert_cmpstr (one->state, !=, two->state);
  g_assert_cmpstr (one->code_verifier, !=, two->code_verifier);
}

static void
test_request_is_left_alone (void)
{
  const char *const locations[] = {
    IDP "client_id=c&request=eyJ.x.y",
    IDP "client_id=c&request_uri=urn%3Ax&" OURS,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      g_autoptr (KeyfobLogin) login = parse (locations[i], FALSE);

      g_assert_cmpstr (login->uri, ==, locations[i]);
      g_assert_null (login->state);
      g_assert_null (login->code_verifier);
      g_assert_true (login->server_pkce);
    }
}

static void
test_servers_own (void)
{
  g_autofree char *challenge = keyfob_secret_challenge ("the-verifier");
  g_autofree char *location = g_strconcat (IDP "state=r%7C" ESCAPED "%7Cthe-verifier&" OURS
                                               "&code_challenge_method=S256&code_challenge=",
                                           challenge, NULL);
  g_autoptr (KeyfobLogin) login = parse (location, TRUE);

  g_assert_cmpstr (login->uri, ==, location);
  g_assert_cmpstr (login->state, ==, "r|" CALLBACK "|the-verifier");
  g_assert_cmpstr (login->code_verifier, ==, "the-verifier");
  g_assert_true (login->server_pkce);
}

static void
test_servers_own_without_challenge (void)
{
  g_autoptr (KeyfobLogin) login = parse (IDP "state=r%7Cx%7Cv&" OURS, TRUE);
  g_autoptr (KeyfobLogin) plain = parse (IDP "state=abc&" OURS, TRUE);

  g_assert_cmpstr (login->code_verifier, ==, "v");
  g_assert_cmpstr (plain->state, ==, "abc");
  g_assert_null (plain->code_verifier);
}

static void
assert_refused (const char *location, gboolean server_pkce, KeyfobAuthError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobLogin) login =
      keyfob_login_redirect_parse (LOGIN, location, CALLBACK, server_pkce, &error);

  g_test_message ("%.100s", location);
  g_assert_null (login);
  g_assert_error (error, KEYFOB_AUTH_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, "data.example.org"));
  g_test_message ("%s", error->message);
}

static const char *const bad_locations[] = {
  "",
  "#",
  "?",
  "/auth/v2/login/",
  "/auth/v2/login/?" OURS,
  "https://",
  "https:///x?state=1&" OURS,
  "http://id.example.org/authorize?state=1&" OURS,
  "http://localhost.example.org/authorize?state=1&" OURS,
  "http://evillocalhost/authorize?state=1&" OURS,
  "http://evil.localhost.example/authorize?state=1&" OURS,
  "ftp://id.example.org/authorize?state=1&" OURS,
  "javascript:alert(1)?state=1&" OURS,
  "data:text/html,x?state=1&" OURS,
  "https://alice@id.example.org/authorize?state=1&" OURS,
  "https://id.example.org\\@evil.example/authorize?state=1&" OURS,
  "https://id.example.org/\n?state=1&" OURS,
  IDP "client_id=c&state=1",
  IDP "client_id=c&state=1&redirect_uri=",
  IDP "client_id=c&state=1&redirect_uri",
  IDP "client_id=c&state=1&redirect_uri=http%3A%2F%2Flocalhost%3A53101%2Fcallback",
  IDP "client_id=c&state=1&redirect_uri=https%3A%2F%2Fevil.example%2F",
  IDP "client_id=c&state=1&" OURS "&redirect_uri=https%3A%2F%2Fevil.example%2F",
  IDP "client_id=c&state=1&state=2&" OURS,
  IDP "client_id=c&state=1&%73tate=2&" OURS,
  IDP "client_id=c&state=1&" OURS "&code_challenge=1&code_challenge=2",
  IDP "client_id=c&state=1&state&" OURS,
  IDP "client_id=c&state=%00&" OURS,
  IDP "client_id=c&state=1&request=x&redirect_uri=https%3A%2F%2Fevil.example%2F",
  IDP "client_id=c#state=1&" OURS,
};

static void
test_bad_locations (void)
{
  g_autofree char *filling = g_strnfill (20000, 'a');
  g_autofree char *huge = g_strconcat (IDP "state=1&" OURS "&x=", filling, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad_locations); i++)
    assert_refused (bad_locations[i], FALSE, KEYFOB_AUTH_ERROR_BAD_ANSWER);

  assert_refused (huge, FALSE, KEYFOB_AUTH_ERROR_BAD_ANSWER);
}

static void
test_moved (void)
{
  const char *const locations[] = {
    "https://portal.example.net/auth/v2/login?" OURS "&prompt=consent",
    "https://portal.example.net/auth/v2/login",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (keyfob_login_redirect_parse (LOGIN, locations[i], CALLBACK, FALSE, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
      g_assert_nonnull (strstr (error->message, "has moved to portal.example.net"));
    }
}

static void
test_bad_challenges (void)
{
  const char *const locations[] = {
    IDP "state=r%7Cx%7Cv&code_challenge=wrong&code_challenge_method=S256&" OURS,
    IDP "state=none&code_challenge=wrong&code_challenge_method=S256&" OURS,
    /* v in S256, but the method says otherwise */
    IDP "state=r%7Cx%7Cv&code_challenge=TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA"
        "&code_challenge_method=plain&" OURS,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (locations); i++)
    assert_refused (locations[i], TRUE, KEYFOB_AUTH_ERROR_BAD_ANSWER);
}

static void
test_errors (void)
{
  assert_refused (CALLBACK "?error=access_denied&error_description=No+way", FALSE,
                  KEYFOB_AUTH_ERROR_DENIED);
  assert_refused (IDP "error=invalid_scope", FALSE, KEYFOB_AUTH_ERROR_SERVER);
}

static void
test_http_host_may_lead_to_http (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobLogin) login = keyfob_login_redirect_parse (
      "http://data.example.org/auth/v2/login", "http://id.example.org/a?state=1&" OURS, CALLBACK,
      FALSE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (login);
}

/* On loopback http needs no leave of the user, who has allowed nothing. */
static void
test_http_on_loopback_leads_to_no_http (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (keyfob_login_redirect_parse ("http://localhost:8000/auth/v2/login",
                                              "http://id.example.org/a?state=1&" OURS, CALLBACK,
                                              FALSE, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
}

static void
test_challenge_of_rfc_7636 (void)
{
  g_autofree char *challenge =
      keyfob_secret_challenge ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

  g_assert_cmpstr (challenge, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/login-redirect/own-state-and-challenge", test_own_state_and_challenge);
  g_test_add_func ("/login-redirect/response-mode", test_response_mode);
  g_test_add_func ("/login-redirect/relative-location", test_relative_location);
  g_test_add_func ("/login-redirect/raw-characters", test_raw_characters);
  g_test_add_func ("/login-redirect/no-two-are-alike", test_no_two_are_alike);
  g_test_add_func ("/login-redirect/request-is-left-alone", test_request_is_left_alone);
  g_test_add_func ("/login-redirect/servers-own", test_servers_own);
  g_test_add_func ("/login-redirect/servers-own-without-challenge",
                   test_servers_own_without_challenge);
  g_test_add_func ("/login-redirect/bad-locations", test_bad_locations);
  g_test_add_func ("/login-redirect/moved", test_moved);
  g_test_add_func ("/login-redirect/bad-challenges", test_bad_challenges);
  g_test_add_func ("/login-redirect/errors", test_errors);
  g_test_add_func ("/login-redirect/http-host", test_http_host_may_lead_to_http);
  g_test_add_func ("/login-redirect/http-on-loopback", test_http_on_loopback_leads_to_no_http);
  g_test_add_func ("/login-redirect/challenge-of-rfc-7636", test_challenge_of_rfc_7636);

  return g_test_run ();
}
