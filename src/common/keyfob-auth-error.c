/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-auth-error.h"

#include <gio/gio.h>
#include <string.h>

/* the name under which G_DEFINE_EXTENDED_ERROR registers the domain */
#define DOMAIN "KeyfobAuthError"
#define NAME(name) KEYFOB_APPLICATION_ID ".Error." name

static const GDBusErrorEntry entries[] = {
  { KEYFOB_AUTH_ERROR_FAILED, NAME ("Failed") },
  { KEYFOB_AUTH_ERROR_CANCELLED, NAME ("Cancelled") },
  { KEYFOB_AUTH_ERROR_TIMED_OUT, NAME ("TimedOut") },
  { KEYFOB_AUTH_ERROR_DENIED, NAME ("Denied") },
  { KEYFOB_AUTH_ERROR_EXPIRED, NAME ("Expired") },
  { KEYFOB_AUTH_ERROR_NETWORK, NAME ("Network") },
  { KEYFOB_AUTH_ERROR_TLS, NAME ("Tls") },
  { KEYFOB_AUTH_ERROR_SERVER, NAME ("Server") },
  { KEYFOB_AUTH_ERROR_BAD_ANSWER, NAME ("BadAnswer") },
  { KEYFOB_AUTH_ERROR_UNSUPPORTED, NAME ("Unsupported") },
  { KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED, NAME ("InteractionRequired") },
  { KEYFOB_AUTH_ERROR_STORE, NAME ("Store") },
  { KEYFOB_AUTH_ERROR_LOCKED, NAME ("Locked") },
  { KEYFOB_AUTH_ERROR_INVALID_HOST, NAME ("InvalidHost") },
  { KEYFOB_AUTH_ERROR_NO_PORT, NAME ("NoPort") },
  { KEYFOB_AUTH_ERROR_NO_BROWSER, NAME ("NoBrowser") },
  { KEYFOB_AUTH_ERROR_PENDING, NAME ("Pending") },
  { KEYFOB_AUTH_ERROR_SLOW_DOWN, NAME ("SlowDown") },
  { KEYFOB_AUTH_ERROR_UNAVAILABLE, NAME ("Unavailable") },
  { KEYFOB_AUTH_ERROR_TOKENS_LOCKED, NAME ("TokensLocked") },
};

typedef struct
{
  gint64 retry_after; /* seconds; 0 where nothing was said */
  GVariant *details;  /* (nullable) */
} KeyfobAuthErrorPrivate;

static void
extended_private_init (KeyfobAuthErrorPrivate *priv)
{
}

static void
extended_private_copy (const KeyfobAuthErrorPrivate *source, KeyfobAuthErrorPrivate *copy)
{
  copy->retry_after = source->retry_after;
  copy->details = source->details != NULL ? g_variant_ref (source->details) : NULL;
}

static void
extended_private_clear (KeyfobAuthErrorPrivate *priv)
{
  g_clear_pointer (&priv->details, g_variant_unref);
}

/* The macro makes the function public otherwise, and casts a pointer that it has aligned itself. */
static GQuark extended_quark (void);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (KeyfobAuthError, extended)
#pragma GCC diagnostic pop

GQuark
keyfob_auth_error_quark (void)
{
  static gsize quark = 0;

  extended_quark ();
  g_dbus_error_register_error_domain (DOMAIN, &quark, entries, G_N_ELEMENTS (entries));

  return (GQuark) quark;
}

const char *
keyfob_auth_error_get_word (const GError *error)
{
  if (error == NULL || error->domain != KEYFOB_AUTH_ERROR)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].error_code == error->code)
      return entries[i].dbus_error_name + strlen (NAME (""));

  return NULL;
}

void
keyfob_auth_error_set_retry_after (GError *error, gint64 seconds)
{
  g_return_if_fail (error != NULL && error->domain == KEYFOB_AUTH_ERROR);

  extended_get_private (error)->retry_after = MAX (seconds, 0);
}

gint64
keyfob_auth_error_get_retry_after (const GError *error)
{
  if (error == NULL || error->domain != KEYFOB_AUTH_ERROR)
    return 0;

  return extended_get_private (error)->retry_after;
}

void
keyfob_auth_error_set_details (GError *error, GVariant *details)
{
  KeyfobAuthErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == KEYFOB_AUTH_ERROR);

  priv = extended_get_private (error);
  g_clear_pointer (&priv->details, g_variant_unref);
  priv->details = g_variant_ref_sink (details);
}

GVariant *
keyfob_auth_error_get_details (const GError *error)
{
  if (error == NULL || error->domain != KEYFOB_AUTH_ERROR)
    return NULL;

  return extended_get_private (error)->details;
}

gboolean
keyfob_auth_error_is_transient (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TLS)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
}
