/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Before the name of a program, in the option `store`: the token file of that program. */
#define KEYFOB_STORE_APP "app:"

/**
 * KeyfobOption:
 *
 * The options of a host. `Host1.Options` and `Host1.Configure`, hosts.ini and the settings page all
 * follow this order. The routes stand in the order of KeyfobRoute.
 */
typedef enum
{
  KEYFOB_OPTION_NAME,
  KEYFOB_OPTION_NOTE,
  KEYFOB_OPTION_PINNED,
  KEYFOB_OPTION_STORE,
  KEYFOB_OPTION_DEVICE_FLOW,
  KEYFOB_OPTION_CONSENT,
  KEYFOB_OPTION_ASK_FIRST,
  KEYFOB_OPTION_LOGIN_ROUTE,
  KEYFOB_OPTION_TOKEN_ROUTE,
  KEYFOB_OPTION_DEVICE_ROUTE,
  KEYFOB_OPTION_LOGOUT_ROUTE,
  KEYFOB_OPTION_USERINFO_ROUTE,
  KEYFOB_OPTION_AUTH_PORTS_ROUTE,
  KEYFOB_OPTION_REDIRECT_PORTS,
  KEYFOB_OPTION_TIMEOUT,
  KEYFOB_OPTION_SCOPE,
  KEYFOB_OPTION_ISSUER,
  KEYFOB_OPTION_CA_FILE,
  KEYFOB_OPTION_PROXY,
  KEYFOB_OPTION_HELP_PAGE,
  KEYFOB_OPTION_PICTURE,
  KEYFOB_OPTION_SERVER_PKCE,
  KEYFOB_OPTION_ALLOW_HTTP,
  KEYFOB_N_OPTIONS,
} KeyfobOption;

/**
 * KeyfobOptionSection:
 * @KEYFOB_OPTION_SECTION_HOST: beside the address
 * @KEYFOB_OPTION_SECTION_STORE: the choice of a token store, which is a section of one option
 * @KEYFOB_OPTION_SECTION_SIGN_IN: sign-in
 * @KEYFOB_OPTION_SECTION_ACCESS: who gets the token
 * @KEYFOB_OPTION_SECTION_UNUSUAL: folded away, for a host that is set up in an unusual way
 * @KEYFOB_OPTION_SECTION_NONE: not there, since the list or the page of the host shows it; such an
 *   option never matters for requests
 *
 * Where the settings page shows an option.
 */
typedef enum
{
  KEYFOB_OPTION_SECTION_HOST,
  KEYFOB_OPTION_SECTION_STORE,
  KEYFOB_OPTION_SECTION_SIGN_IN,
  KEYFOB_OPTION_SECTION_ACCESS,
  KEYFOB_OPTION_SECTION_UNUSUAL,
  KEYFOB_OPTION_SECTION_NONE,
} KeyfobOptionSection;

/**
 * KeyfobOptionChoice:
 * @value: of an option of the type `s`
 * @title: what the user chooses, not translated yet
 */
typedef struct
{
  const char *value;
  const char *title;
} KeyfobOptionChoice;

/**
 * KeyfobOptionInfo:
 * @name: on the bus, and the key in hosts.ini
 * @type: type of the value: `s`, `b`, `u` or `aq`
 * @usual: default value, as g_variant_parse() reads it
 * @check: (nullable): see keyfob_option_check()
 * @title: title of the row, not translated yet
 * @description: (nullable): what the row says below its title, not translated yet
 * @section: where the row is
 * @choices: (nullable): all values that the option can have, ended by a value that is %NULL
 */
typedef struct
{
  const char *name;
  const char *type;
  const char *usual;
  GVariant *(*check) (GVariant *value, gboolean allow_http, GError **error);
  const char *title;
  const char *description;
  KeyfobOptionSection section;
  const KeyfobOptionChoice *choices;
} KeyfobOptionInfo;

/** Returns: the row of @option in the table of options */
const KeyfobOptionInfo *keyfob_option_get_info (KeyfobOption option);

/** Returns: the row of the option with this name, or %NULL where there is none */
const KeyfobOptionInfo *keyfob_option_find (const char *name);

/** Returns: (transfer full): the default value of an option */
GVariant *keyfob_option_dup_usual (const KeyfobOptionInfo *info);

/**
 * keyfob_option_check:
 * @value: of the type of the option
 * @allow_http: whether the host may be reached by http
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: (transfer full): the value as it is kept, which for an empty text is the default; or
 *   %NULL where a host cannot have @value
 */
GVariant *keyfob_option_check (const KeyfobOptionInfo *info,
                               GVariant *value,
                               gboolean allow_http,
                               GError **error);

/** Returns: whether all names and types in the `a{sv}` are known; else INVALID_HOST says which is
 * not */
gboolean keyfob_options_check (GVariant *options, GError **error);

G_END_DECLS
