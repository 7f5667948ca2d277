/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-network-error.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "keyfob-answer.h"
#include "keyfob-auth-error.h"

/* The most serious first: the first flag that is set decides about the message. */
static const struct
{
  GTlsCertificateFlags flag;
  const char *sentence;
} certificate_table[] = {
  { G_TLS_CERTIFICATE_REVOKED,
    N_ ("The certificate of %s has been revoked. Do not sign in there; tell whoever runs it.") },
  { G_TLS_CERTIFICATE_UNKNOWN_CA,
    N_ ("The certificate of %s comes from an issuer that this system does not trust. Check the "
        "address; if your organisation has an issuer of its own, name its certificate file in the "
        "settings of the server.") },
  { G_TLS_CERTIFICATE_BAD_IDENTITY,
    N_ ("The certificate of %s is for another host. Check the address.") },
  { G_TLS_CERTIFICATE_EXPIRED,
    N_ ("The certificate of %s has expired. Check this machine's clock, or tell whoever runs the "
        "host.") },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED,
    N_ ("The certificate of %s is not valid yet. Check this machine's clock, or tell whoever runs "
        "the host.") },
  { G_TLS_CERTIFICATE_INSECURE,
    N_ ("The certificate of %s is made in a way that is no longer safe. Tell whoever runs it.") },
};

static const struct
{
  GIOErrorEnum code;
  const char *sentence;
} io_table[] = {
  { G_IO_ERROR_CONNECTION_REFUSED,
    N_ ("Cannot reach %s: nothing answers there. Check the address and its port, or try again "
        "later.") },
  { G_IO_ERROR_TIMED_OUT,
    N_ ("Cannot reach %s: it takes too long to answer. Check your network, or try again later.") },
  { G_IO_ERROR_NETWORK_UNREACHABLE,
    N_ ("Cannot reach %s: there is no way to its network. Check your network.") },
  { G_IO_ERROR_HOST_UNREACHABLE,
    N_ ("Cannot reach %s: there is no way to this host. Check the address or your network.") },
  { G_IO_ERROR_HOST_NOT_FOUND,
    N_ ("Cannot reach %s: the name does not resolve. Check the address or your network.") },
  { G_IO_ERROR_CONNECTION_CLOSED,
    N_ ("%s broke off the connection before it had answered. Try again.") },
  { G_IO_ERROR_PARTIAL_INPUT,
    N_ ("%s broke off the connection before it had answered. Try again.") },
  { G_IO_ERROR_PROXY_FAILED,
    N_ ("Cannot reach %s through the proxy. Check the proxy in the settings.") },
  { G_IO_ERROR_PROXY_NEED_AUTH,
    N_ ("Cannot reach %s: the proxy wants a password. Set it in the system's settings.") },
  { G_IO_ERROR_PROXY_AUTH_FAILED,
    N_ ("Cannot reach %s: the proxy wants another password. Set it in the system's settings.") },
  { G_IO_ERROR_PROXY_NOT_ALLOWED,
    N_ ("Cannot reach %s: the proxy does not allow it. Ask whoever runs your network.") },
};

static GError *
new_error (KeyfobAuthError code, const char *sentence, const char *host)
{
  g_autoptr (GString) filled = g_string_new (_ (sentence));

  g_string_replace (filled, "%s", host, 1);

  return g_error_new_literal (KEYFOB_AUTH_ERROR, code, filled->str);
}

static GError *
new_certificate_error (GTlsCertificateFlags errors, const char *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (certificate_table); i++)
    {
      if (errors & certificate_table[i].flag)
        return new_error (KEYFOB_AUTH_ERROR_TLS, certificate_table[i].sentence, host);
    }

  return new_error (KEYFOB_AUTH_ERROR_TLS,
                    N_ ("The certificate of %s cannot be trusted. Tell whoever runs it."), host);
}

static GError *
new_tls_error (const GError *cause, GTlsCertificateFlags errors, const char *host)
{
  if (errors != 0 || cause->code == G_TLS_ERROR_BAD_CERTIFICATE)
    return new_certificate_error (errors, host);

  if (cause->code == G_TLS_ERROR_UNAVAILABLE)
    return new_error (
        KEYFOB_AUTH_ERROR_TLS,
        N_ ("This machine cannot speak https with %s: GLib's TLS support is not installed. Install "
            "glib-networking and sign out of the desktop and in again."),
        host);

  if (cause->code == G_TLS_ERROR_CERTIFICATE_REQUIRED)
    return new_error (
        KEYFOB_AUTH_ERROR_TLS,
        N_ ("%s wants a certificate of yours, which Keyfob cannot give. Ask whoever runs "
            "it."),
        host);

  if (cause->code == G_TLS_ERROR_EOF)
    return new_error (KEYFOB_AUTH_ERROR_NETWORK,
                      N_ ("%s broke off the connection before it had answered. Try again."), host);

  return new_error (
      KEYFOB_AUTH_ERROR_TLS,
      N_ ("Cannot speak safely with %s: nothing there understands https. Check the address "
          "and its port."),
      host);
}

static GError *
new_resolver_error (const GError *cause, const char *host)
{
  if (cause->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE)
    return new_error (
        KEYFOB_AUTH_ERROR_NETWORK,
        N_ ("Cannot reach %s: its name cannot be looked up just now. Check your network."), host);

  return new_error (
      KEYFOB_AUTH_ERROR_NETWORK,
      N_ ("Cannot reach %s: the name does not resolve. Check the address or your network."), host);
}

static GError *
new_io_error (const GError *cause, const char *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (io_table); i++)
    {
      if (g_error_matches (cause, G_IO_ERROR, io_table[i].code))
        return new_error (KEYFOB_AUTH_ERROR_NETWORK, io_table[i].sentence, host);
    }

  return new_error (KEYFOB_AUTH_ERROR_NETWORK,
                    N_ ("Cannot reach %s. Check the address or your network, and try again."),
                    host);
}

GError *
keyfob_network_error_new (const GError *cause,
                          const char *url,
                          GTlsCertificateFlags certificate_errors)
{
  g_autofree char *host = keyfob_answer_dup_host (url);

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (cause);

  if (cause->domain == G_TLS_ERROR)
    return new_tls_error (cause, certificate_errors, host);

  if (cause->domain == G_RESOLVER_ERROR)
    return new_resolver_error (cause, host);

  if (cause->domain == SOUP_SESSION_ERROR)
    return new_error (KEYFOB_AUTH_ERROR_BAD_ANSWER,
                      N_ ("What answers at %s is no web server. Check the address and its port."),
                      host);

  return new_io_error (cause, host);
}
