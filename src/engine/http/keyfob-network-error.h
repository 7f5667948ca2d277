/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * keyfob_network_error_new:
 * @cause: why a request got no answer
 * @url: what was asked
 * @certificate_errors: what is wrong with the server's certificate
 *
 * Returns: (transfer full): KEYFOB_AUTH_ERROR_NETWORK, KEYFOB_AUTH_ERROR_TLS or
 *   KEYFOB_AUTH_ERROR_BAD_ANSWER with a sentence that names the host and what to do, or
 *   G_IO_ERROR_CANCELLED as it is
 */
GError *keyfob_network_error_new (const GError *cause,
                                  const char *url,
                                  GTlsCertificateFlags certificate_errors);

G_END_DECLS
