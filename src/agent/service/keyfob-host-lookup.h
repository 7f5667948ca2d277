/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_lookup:
 * @hosts: a model of #KeyfobHost
 * @text: as a person names a host, empty for any
 *
 * Looks a host up by its address in any spelling; where none has it, by its name, and by host name
 * with or without the port.
 *
 * Returns: (transfer container) (element-type KeyfobHost): the hosts that can be meant, in the
 *   order of @hosts
 */
GPtrArray *keyfob_host_lookup (GListModel *hosts, const char *text);

G_END_DECLS
