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

/**
 * keyfob_host_lookup_link:
 * @hosts: a model of #KeyfobHost
 * @text: as keyfob_host_lookup() takes it, or any link to a page of a host
 *
 * Looks a host up as keyfob_host_lookup() does, and where none has that name, the one with the
 * longest base URL that the link leads below.
 *
 * Returns: (transfer container) (element-type KeyfobHost): the hosts that can be meant
 */
GPtrArray *keyfob_host_lookup_link (GListModel *hosts, const char *text);

/**
 * keyfob_host_lookup_keep:
 * @configs: (element-type KeyfobConfig): with a function that frees them
 * @text: as keyfob_host_lookup_link() takes it, not empty
 *
 * Removes those that cannot be meant.
 */
void keyfob_host_lookup_keep (GPtrArray *configs, const char *text);

G_END_DECLS
