/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The member `version` of what is printed. */
#define KEYFOB_JSON_VERSION 1

/**
 * keyfob_json_append_string:
 * @text: UTF-8
 *
 * Appends @text as a JSON string (RFC 8259 section 7).
 */
void keyfob_json_append_string (GString *json, const char *text);

/**
 * keyfob_json_append_variant:
 * @value: of texts, booleans, whole numbers, arrays and `a{sv}`
 *
 * Appends @value as JSON: a dictionary as an object, its names in their order.
 */
void keyfob_json_append_variant (GString *json, GVariant *value);

/** Prints @value (sunk if floating) as one line of JSON on standard output. */
void keyfob_json_print (GVariant *value);

G_END_DECLS
