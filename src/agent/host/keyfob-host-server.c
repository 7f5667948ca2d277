/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-server.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-storage.h"
#include "keyfob-session.h"

static void
expire (KeyfobHost *host)
{
  g_autofree char *sentence =
      g_strdup_printf (_ ("The session at %s has ended. Sign in again."),
                       keyfob_config_get_name (keyfob_host_get_config (host)));

  keyfob_host_session_expire (keyfob_host_get_session (host), sentence);
}

static void
lapse (KeyfobHost *host)
{
  g_autofree char *sentence = g_strdup_printf (
      _ ("The session at %s was not renewed, because nobody has used it for long. Sign in when you "
         "need it."),
      keyfob_config_get_name (keyfob_host_get_config (host)));

  keyfob_host_session_lapse (keyfob_host_get_session (host), sentence);
}

/* Some providers give a refresh token only after a page of consent, which stops people at others,
 * so it is asked for only where it helps. What is known of a provider: */
#define CONSENT_ASKED "asked"       /* asked for once, and not needed again as far as is known */
#define CONSENT_UNPROVEN "unproven" /* the same, and a renewal will show whether it is true */
#define CONSENT_NEEDED "needed"     /* without it there was no refresh token */
#define CONSENT_USELESS "useless"   /* with it there was no refresh token either */

static char *
dup_known_consent (KeyfobHost *host)
{
  return keyfob_host_file_dup_note (keyfob_host_get_context (host)->file,
                                    keyfob_host_get_config (host), KEYFOB_HOST_NOTE_CONSENT);
}

static void
note_consent (KeyfobHost *host, const char *known)
{
  keyfob_host_file_set_note (keyfob_host_get_context (host)->file, keyfob_host_get_config (host),
                             KEYFOB_HOST_NOTE_CONSENT, known);
}

static gboolean
wants_consent (KeyfobHost *host)
{
  const char *wanted = keyfob_config_get_consent (keyfob_host_get_config (host));
  g_autofree char *known = dup_known_consent (host);

  if (!g_str_equal (wanted, "automatic"))
    return g_str_equal (wanted, "always");

  return *known == '\0' || g_str_equal (known, CONSENT_NEEDED);
}

/* Returns: what is known after a sign-in that brought @token, where @known was known before */
static const char *
judge_consent (const char *known, gboolean asked, KeyfobToken *token)
{
  gboolean needed = g_str_equal (known, CONSENT_NEEDED);

  if (keyfob_token_get_refresh_token (token) == NULL)
    return asked || g_str_equal (known, CONSENT_USELESS) ? CONSENT_USELESS : CONSENT_NEEDED;
  if (asked)
    return needed ? CONSENT_NEEDED : CONSENT_ASKED;
  /* the server does not tell whether it has got a refresh token itself */
  if (keyfob_token_is_broker (token))
    return needed ? CONSENT_NEEDED : CONSENT_UNPROVEN;

  return CONSENT_ASKED;
}

/* As judge_consent(), for a sign-in that failed. A page of consent that only an administrator can
 * approve comes back as a refusal, and is not shown again. */
static const char *
judge_refusal (const char *known, gboolean asked, const GError *error)
{
  gboolean interaction =
      g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
  gboolean denied = g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED);

  if (!asked && interaction)
    return CONSENT_NEEDED;
  if (asked && *known == '\0' && (interaction || denied))
    return CONSENT_ASKED;

  return known;
}

/* @token: (nullable): what the sign-in brought @error: (nullable): why it brought none */
static void
learn_consent (KeyfobHost *host, KeyfobSignIn *sign_in, KeyfobToken *token, const GError *error)
{
  gboolean asked = keyfob_sign_in_asks_for_consent (sign_in);
  g_autofree char *known = dup_known_consent (host);

  if (!keyfob_sign_in_is_by_code (sign_in) && !keyfob_sign_in_is_import (sign_in))
    note_consent (host, token != NULL ? judge_consent (known, asked, token)
                                      : judge_refusal (known, asked, error));
}

/* @ended: whether the server refused the renewal of @token for good. It keeps no session beyond the
 * time that it names for the refresh token. */
static void
learn_consent_by_renewal (KeyfobHost *host, KeyfobToken *token, gboolean ended)
{
  g_autofree char *known = dup_known_consent (host);
  gint64 now = keyfob_clock_now (keyfob_host_get_context (host)->clock);

  if (g_str_equal (known, CONSENT_UNPROVEN)
      && (!ended || keyfob_token_get_refresh_expires (token) > now))
    note_consent (host, ended ? CONSENT_NEEDED : CONSENT_ASKED);
}

static void
take_token (KeyfobHost *host,
            KeyfobToken *token,
            KeyfobTokenStore *store,
            const GError *store_error)
{
  keyfob_host_session_take_token (keyfob_host_get_session (host), token, store_error);
  if (store_error == NULL)
    keyfob_token_location_refreshed (keyfob_host_get_location (host), store);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_refresh_finish (result, &store_error, &error);

  if (token != NULL || keyfob_session_has_ended (error))
    learn_consent_by_renewal (host, keyfob_host_session_get_token (session), token == NULL);

  if (token != NULL)
    take_token (host, token, keyfob_session_get_store (result), store_error);
  else if (keyfob_session_was_removed (result))
    keyfob_host_take_removal (host);
  else if (keyfob_session_has_ended (error))
    expire (host);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      keyfob_host_session_go_offline (session, error);
    }

  keyfob_host_finish (host, token, error);
}

/* A server that hands out a new refresh token ends the old one, so the new one needs a place. */
static void
wait_for_store (KeyfobHost *host)
{
  g_autoptr (GError) error = keyfob_stores_new_error (keyfob_host_get_context (host)->stores);

  keyfob_host_session_go_offline (keyfob_host_get_session (host), error);
}

void
keyfob_host_renew (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);

  if (keyfob_host_session_get_renews (session) && keyfob_host_get_store (host) == NULL)
    wait_for_store (host);
  else if (keyfob_host_session_get_renews (session))
    keyfob_host_refresh (host);
  else if (keyfob_host_session_can_refresh (session))
    lapse (host);
  else
    expire (host);
}

void
keyfob_host_refresh (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .server = keyfob_host_get_server (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  keyfob_host_session_note_asked (session);
  keyfob_host_begin (host, KEYFOB_HOST_IN_REFRESH);
  keyfob_session_refresh_async (&with, keyfob_host_session_get_token (session),
                                keyfob_host_session_is_saved (session), NULL, on_refreshed,
                                g_object_ref (host));
}

typedef struct
{
  KeyfobHost *host;
  KeyfobToken *token; /* whose user is asked for */
} UserRequest;

static void
user_request_free (UserRequest *request)
{
  g_object_unref (request->host);
  g_object_unref (request->token);
  g_free (request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UserRequest, user_request_free)

static void
on_userinfo (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UserRequest) request = user_data;
  KeyfobHost *host = request->host;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = keyfob_server_userinfo_finish (KEYFOB_SERVER (source), result, &error);

  if (name == NULL)
    g_debug ("%s does not say who is signed in: %s",
             keyfob_config_get_base_url (keyfob_host_get_config (host)), error->message);
  /* somebody else may have signed in meanwhile */
  else if (*name != '\0'
           && keyfob_host_session_get_token (keyfob_host_get_session (host)) == request->token)
    keyfob_host_set_account (host, name);
}

static void
remember_option (KeyfobHost *host, const char *name, gboolean value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, name, "b", value);
  keyfob_host_configure (host, g_variant_dict_end (&dict), NULL);
}

static void
learn_account (KeyfobHost *host)
{
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_autofree char *claimed = keyfob_token_dup_account (token);
  UserRequest *request = g_new0 (UserRequest, 1);

  request->host = g_object_ref (host);
  request->token = g_object_ref (token);
  keyfob_host_set_account (host, claimed);
  keyfob_server_userinfo_async (keyfob_host_get_server (host), token, NULL, on_userinfo, request);
}

static void
learn_server (KeyfobHost *host, KeyfobSignIn *sign_in, KeyfobToken *token, const GError *error)
{
  KeyfobConfig *config = keyfob_host_get_config (host);

  learn_consent (host, sign_in, token, error);
  if (keyfob_sign_in_lacks_device_flow (sign_in) && keyfob_config_get_device_flow (config))
    remember_option (host, "device-flow", FALSE);
}

static void
say_unchecked (KeyfobHost *host)
{
  g_autofree char *sentence =
      g_strdup_printf (_ ("%s has no way to check a token, so nobody knows yet whether it accepts "
                          "this one."),
                       keyfob_config_get_name (keyfob_host_get_config (host)));

  keyfob_host_session_set_error (keyfob_host_get_session (host), sentence);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  g_autoptr (KeyfobSignIn) sign_in = g_object_ref (KEYFOB_SIGN_IN (source));
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_sign_in_run_finish (sign_in, result, &store_error, &error);

  if (token != NULL)
    {
      keyfob_host_session_take_token (session, token, store_error);
      if (store_error == NULL)
        keyfob_token_location_saved (keyfob_host_get_location (host),
                                     keyfob_sign_in_get_store (sign_in));
      keyfob_sign_in_note_provider (sign_in);
      if (store_error == NULL && keyfob_sign_in_is_unchecked (sign_in))
        say_unchecked (host);
      learn_account (host);
    }
  else
    {
      gboolean wanted = !g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);

      keyfob_host_session_set_error (session, wanted ? error->message : "");
    }

  learn_server (host, sign_in, token, error);
  keyfob_host_set_sign_in (host, NULL);
  keyfob_sign_in_conclude (sign_in, error != NULL ? error->message : NULL);
  keyfob_host_finish (host, token, error);
}

/* @store: (nullable) */
static void
say_where_it_goes (KeyfobHost *host, KeyfobTokenStore *store)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (store != NULL)
    {
      keyfob_host_session_set_error (session, "");
      return;
    }

  error = keyfob_stores_new_error (keyfob_host_get_context (host)->stores);
  sentence = g_strdup_printf (
      _ ("You can sign in, but the token is kept in memory only until the keyring answers. %s"),
      error->message);
  keyfob_host_session_set_error (session, sentence);
}

void
keyfob_host_begin_sign_in (KeyfobHost *host, KeyfobSignInOptions *options)
{
  g_autoptr (KeyfobSignIn) sign_in = NULL;

  if (options->prompt == NULL && wants_consent (host))
    options->prompt = g_strdup (KEYFOB_PROMPT_CONSENT);

  sign_in = keyfob_sign_in_new (
      keyfob_host_get_context (host), keyfob_host_get_config (host), keyfob_host_get_server (host),
      keyfob_token_location_get_store_for_new (keyfob_host_get_location (host)), options);

  keyfob_host_set_sign_in (host, sign_in);
  say_where_it_goes (host, keyfob_sign_in_get_store (sign_in));
  keyfob_sign_in_run_async (sign_in, on_signed_in, g_object_ref (host));
  keyfob_host_begin (host, KEYFOB_HOST_IN_SIGN_IN);
}
