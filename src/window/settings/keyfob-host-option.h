/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

/**
 * keyfob_host_option_to_text:
 * @options: `Host1.Options`
 * @option: name of one of `Host1.Configure` that is a text, ports or a number
 *
 * Ports that follow each other are written as a range. Of the option `store` only a path is a text.
 *
 * Returns: (transfer full): the option as a person reads and types it, empty when it is as usual
 */
char *keyfob_host_option_to_text (GVariant *options, const char *option);

/**
 * keyfob_host_option_usual_text:
 * @url: `Host1.Url`
 *
 * Returns: (transfer full): what an empty @option stands for, as a person would type it
 */
char *keyfob_host_option_usual_text (const char *url, const char *option);

/**
 * keyfob_host_option_from_text:
 * @option: see keyfob_host_option_to_text()
 * @text: as a person typed it; empty for what is usual
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: (transfer full): the value for `Host1.Configure`, or %NULL
 */
GVariant *keyfob_host_option_from_text (const char *option, const char *text, GError **error);

/**
 * keyfob_host_option_check:
 * @value: a floating reference is sunk
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: whether @host could have @option like this
 */
gboolean keyfob_host_option_check (KeyfobBusHost1 *host,
                                   const char *option,
                                   GVariant *value,
                                   GError **error);

/**
 * keyfob_host_option_set:
 * @value: a floating reference is sunk
 * @callback: is to call keyfob_bus_host1_call_configure_finish()
 *
 * Configures @host with this one option.
 */
void keyfob_host_option_set (KeyfobBusHost1 *host,
                             const char *option,
                             GVariant *value,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

G_END_DECLS
