/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-bus.h"
#include "keyfob-config-options.h"

G_BEGIN_DECLS

/*
 * Options of a host as a person reads and types them. Ports that follow each other are written as a
 * range. Of the token store, only the path of a file is a text.
 */

/**
 * keyfob_host_option_to_text:
 * @options: (nullable): `Host1.Options`
 * @option: an option that is a text, ports or a number
 *
 * Returns: (transfer full): the text of @option, empty where the host has the default value
 */
char *keyfob_host_option_to_text (GVariant *options, const KeyfobOptionInfo *option);

/**
 * keyfob_host_option_usual_text:
 * @url: `Host1.Url`
 *
 * Returns: (transfer full): the text of the default value of @option
 */
char *keyfob_host_option_usual_text (const char *url, const KeyfobOptionInfo *option);

/**
 * keyfob_host_option_from_text:
 * @option: an option that is a text, ports or a number
 * @text: the text as the user typed it; an empty text means the default value
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: (transfer full): the value for `Host1.Configure`, or %NULL
 */
GVariant *
keyfob_host_option_from_text (const KeyfobOptionInfo *option, const char *text, GError **error);

/**
 * keyfob_host_option_check:
 * @value: the value; a floating reference is sunk
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: whether @value is valid for @option, together with the other options of @host
 */
gboolean keyfob_host_option_check (KeyfobBusHost1 *host,
                                   const KeyfobOptionInfo *option,
                                   GVariant *value,
                                   GError **error);

/**
 * keyfob_host_option_set:
 * @value: the value; a floating reference is sunk
 * @callback: called with the answer; is to call keyfob_host_option_set_finish()
 *
 * Calls `Host1.Configure` with this one option.
 */
void keyfob_host_option_set (KeyfobBusHost1 *host,
                             const KeyfobOptionInfo *option,
                             GVariant *value,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/** Returns: (transfer full) (nullable): what the agent says against the value; %NULL where the host
 *   has it now */
char *keyfob_host_option_set_finish (KeyfobBusHost1 *host, GAsyncResult *result);

G_END_DECLS
