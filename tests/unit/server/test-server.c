/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-server.h"

static void
test_login_copy (void)
{
  g_autoptr (KeyfobLogin) login = g_new0 (KeyfobLogin, 1);
  g_autoptr (KeyfobLogin) copy = NULL;

  login->uri = g_strdup ("https://id.example.org/");
  login->state = g_strdup ("state");
  login->redirect_uri = g_strdup ("http://localhost:53100/callback");
  login->code_verifier = g_strdup ("verifier");
  login->server_pkce = TRUE;

  copy = g_boxed_copy (KEYFOB_TYPE_LOGIN, login);
  g_assert_true (copy->state != login->state);
  g_assert_cmpstr (copy->uri, ==, login->uri);
  g_assert_cmpstr (copy->state, ==, login->state);
  g_assert_cmpstr (copy->redirect_uri, ==, login->redirect_uri);
  g_assert_cmpstr (copy->code_verifier, ==, login->code_verifier);
  g_assert_true (copy->server_pkce);
}

static void
test_device_code_copy (void)
{
  g_autoptr (KeyfobDeviceCode) code = g_new0 (KeyfobDeviceCode, 1);
  g_autoptr (KeyfobDeviceCode) copy = NULL;

  code->device_code = g_strdup ("device");
  code->user_code = g_strdup ("WDJB-MJHT");
  code->verification_uri = g_strdup ("https://id.example.org/device");
  code->expires_in = 600;
  code->interval = 5;

  copy = g_boxed_copy (KEYFOB_TYPE_DEVICE_CODE, code);
  g_assert_true (copy->device_code != code->device_code);
  g_assert_cmpstr (copy->device_code, ==, code->device_code);
  g_assert_cmpstr (copy->user_code, ==, code->user_code);
  g_assert_cmpstr (copy->verification_uri, ==, code->verification_uri);
  g_assert_null (copy->verification_uri_complete);
  g_assert_cmpuint (copy->expires_in, ==, 600);
  g_assert_cmpuint (copy->interval, ==, 5);
}

static void
test_empty_boxes (void)
{
  g_autoptr (KeyfobLogin) login = g_new0 (KeyfobLogin, 1);
  g_autoptr (KeyfobLogin) login_copy = keyfob_login_copy (login);
  g_autoptr (KeyfobDeviceCode) code = g_new0 (KeyfobDeviceCode, 1);
  g_autoptr (KeyfobDeviceCode) code_copy = keyfob_device_code_copy (code);

  g_assert_null (login_copy->uri);
  g_assert_null (code_copy->user_code);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/server/login-copy", test_login_copy);
  g_test_add_func ("/server/device-code-copy", test_device_code_copy);
  g_test_add_func ("/server/empty-boxes", test_empty_boxes);

  return g_test_run ();
}
