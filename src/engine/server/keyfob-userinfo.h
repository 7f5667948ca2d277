/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * keyfob_userinfo_dup_name:
 * @object: what the userinfo route told
 *
 * Returns: (transfer full): the person's name to show, empty where none is told
 */
char *keyfob_userinfo_dup_name (JsonObject *object);

G_END_DECLS
