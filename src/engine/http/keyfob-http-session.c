/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-http-session.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-proxy-resolver.h"

/* Seconds without any byte after which a connection counts as dead. */
#define SILENCE 30
/* Seconds for which a connection that is not in use is kept. */
#define IDLE 15
/* Bytes: five times what all public authorities need. */
#define MAX_CA_FILE (1024 * 1024)

struct _KeyfobHttpSession
{
  SoupSession parent_instance;

  char *ca_file;             /* (nullable) */
  GTlsDatabase *authorities; /* (nullable): those in @ca_file */
  GStatBuf ca_file_info;     /* when they were read */
};

G_DEFINE_FINAL_TYPE (KeyfobHttpSession, keyfob_http_session, SOUP_TYPE_SESSION)

static gboolean
set_error (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TLS, sentence);

  return FALSE;
}

static gboolean
refuse_file (GError **error, const char *path, const char *reason)
{
  g_autofree char *name = g_filename_display_name (path);
  /* Translators: path of a file, and what the system says of it */
  g_autofree char *sentence =
      g_strdup_printf (_ ("The certificates in %s cannot be read: %s. Choose another file in the "
                          "settings of the server."),
                       name, reason);

  return set_error (error, sentence);
}

static gboolean
refuse_contents (GError **error, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *sentence = g_strdup_printf (
      _ ("There is no certificate in %s as a PEM file has it. Choose another file in the settings "
         "of the server."),
      name);

  return set_error (error, sentence);
}

/* GLib makes a database without any certificate of a file that has none. */
static gboolean
has_certificates (const char *path)
{
  GList *certificates = g_tls_certificate_list_new_from_file (path, NULL);
  gboolean has_any = certificates != NULL;

  g_list_free_full (certificates, g_object_unref);

  return has_any;
}

static gboolean
is_same_file (const GStatBuf *one, const GStatBuf *other)
{
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino
         && one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec
         && one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static gboolean
load_authorities (KeyfobHttpSession *self, GError **error)
{
  GStatBuf info;

  if (g_stat (self->ca_file, &info) < 0)
    return refuse_file (error, self->ca_file, g_strerror (errno));
  if (self->authorities != NULL && is_same_file (&info, &self->ca_file_info))
    return TRUE;

  g_clear_object (&self->authorities);
  /* a pipe would be waited for */
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_CA_FILE)
    return refuse_contents (error, self->ca_file);
  if (g_access (self->ca_file, R_OK) < 0)
    return refuse_file (error, self->ca_file, g_strerror (errno));
  if (has_certificates (self->ca_file))
    self->authorities = g_tls_file_database_new (self->ca_file, NULL);
  if (self->authorities == NULL)
    return refuse_contents (error, self->ca_file);

  self->ca_file_info = info;

  return TRUE;
}

/* Called for a certificate that the authorities of the system do not vouch for. */
static gboolean
on_accept_certificate (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       GTlsDatabase *authorities)
{
  GUri *uri = soup_message_get_uri (message);
  int port = g_uri_get_port (uri);
  g_autoptr (GSocketConnectable) identity =
      g_network_address_new (g_uri_get_host (uri), port > 0 ? port : 443);

  return g_tls_database_verify_chain (authorities, certificate,
                                      G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity, NULL,
                                      G_TLS_DATABASE_VERIFY_NONE, NULL, NULL)
         == 0;
}

static void
keyfob_http_session_finalize (GObject *object)
{
  KeyfobHttpSession *self = KEYFOB_HTTP_SESSION (object);

  g_free (self->ca_file);
  g_clear_object (&self->authorities);

  G_OBJECT_CLASS (keyfob_http_session_parent_class)->finalize (object);
}

static void
keyfob_http_session_class_init (KeyfobHttpSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_http_session_finalize;
}

static void
keyfob_http_session_init (KeyfobHttpSession *self)
{
}

/* @upstream: (nullable): see keyfob_proxy_resolver_new() */
static SoupSession *
new_session (GProxyResolver *upstream)
{
  g_autoptr (GProxyResolver) resolver = keyfob_proxy_resolver_new (upstream);

  return g_object_new (KEYFOB_TYPE_HTTP_SESSION, "user-agent", "keyfob/" KEYFOB_VERSION, "timeout",
                       SILENCE, "idle-timeout", IDLE, "proxy-resolver", resolver, NULL);
}

SoupSession *
keyfob_http_session_new (void)
{
  return new_session (NULL);
}

SoupSession *
keyfob_http_session_new_for (SoupSession *common, const char *ca_file, const char *proxy)
{
  KeyfobHttpSession *self =
      KEYFOB_HTTP_SESSION (new_session (soup_session_get_proxy_resolver (common)));

  self->ca_file = *ca_file != '\0' ? g_strdup (ca_file) : NULL;
  keyfob_http_session_set_proxy (self, proxy);

  return SOUP_SESSION (self);
}

void
keyfob_http_session_set_proxy (KeyfobHttpSession *self, const char *proxy)
{
  GProxyResolver *resolver = soup_session_get_proxy_resolver (SOUP_SESSION (self));

  keyfob_proxy_resolver_set_proxy (KEYFOB_PROXY_RESOLVER (resolver), proxy);
}

gboolean
keyfob_http_session_prepare (KeyfobHttpSession *self, SoupMessage *message, GError **error)
{
  if (self->ca_file == NULL
      || !g_str_equal (g_uri_get_scheme (soup_message_get_uri (message)), "https"))
    return TRUE;

  if (!load_authorities (self, error))
    return FALSE;

  g_signal_connect_object (message, "accept-certificate", G_CALLBACK (on_accept_certificate),
                           self->authorities, 0);

  return TRUE;
}
