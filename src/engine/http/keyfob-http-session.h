/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_HTTP_SESSION (keyfob_http_session_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHttpSession, keyfob_http_session, KEYFOB, HTTP_SESSION, SoupSession)

/**
 * KeyfobHttpSession:
 *
 * A session with the proxies and the trusted certificate authorities of the system, without cache;
 * a certificate that is not trusted ends the request.
 */

/** Returns: (transfer full): a session for all hosts that ask for nothing else */
SoupSession *keyfob_http_session_new (void);

/**
 * keyfob_http_session_new_for:
 * @common: whose proxy is used where @proxy is empty
 * @ca_file: absolute path of a file, or empty: see keyfob_http_session_prepare()
 * @proxy: as keyfob_proxy_check() gives it
 *
 * Returns: (transfer full): a session for a host that asks for it
 */
SoupSession *
keyfob_http_session_new_for (SoupSession *common, const char *ca_file, const char *proxy);

/** Sets the proxy, as keyfob_proxy_check() gives it; where it is empty, the system's is used. */
void keyfob_http_session_set_proxy (KeyfobHttpSession *self, const char *proxy);

/**
 * keyfob_http_session_prepare:
 * @message: about to be sent
 *
 * Has @message trust the certificate authorities in the file of the session beside those of the
 * system. The file has them as PEM, and is read anew when it has changed.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR_TLS where there is a file that cannot be read
 */
gboolean
keyfob_http_session_prepare (KeyfobHttpSession *self, SoupMessage *message, GError **error);

G_END_DECLS
