/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * keyfob_network_error_new:
 * @cause: the error of a request that got no answer
 * @url: URL of the request
 * @certificate_errors: faults of the server's certificate, 0 for none
 *
 * Returns: (transfer full): KEYFOB_AUTH_ERROR_NETWORK, KEYFOB_AUTH_ERROR_TLS or
 *   KEYFOB_AUTH_ERROR_BAD_ANSWER with a message that names the host and what to do, or a copy of
 *   @cause where that is G_IO_ERROR_CANCELLED
 */
GError *keyfob_network_error_new (const GError *cause,
                                  const char *url,
                                  GTlsCertificateFlags certificate_errors);

G_END_DECLS
