/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobExit:
 * @KEYFOB_EXIT_DONE: done
 * @KEYFOB_EXIT_FAILED: failed
 * @KEYFOB_EXIT_USAGE: the command line makes no sense, or the user cancelled
 * @KEYFOB_EXIT_SIGN_IN: a person must sign in, or unlock the keyring
 * @KEYFOB_EXIT_OFFLINE: the server cannot be reached
 * @KEYFOB_EXIT_NO_HOST: there is no such host
 *
 * Exit codes of keyfobctl, as its manual page has them.
 */
typedef enum
{
  KEYFOB_EXIT_DONE = 0,
  KEYFOB_EXIT_FAILED = 1,
  KEYFOB_EXIT_USAGE = 2,
  KEYFOB_EXIT_SIGN_IN = 4,
  KEYFOB_EXIT_OFFLINE = 5,
  KEYFOB_EXIT_NO_HOST = 6,
} KeyfobExit;

/**
 * KeyfobCtl:
 * @connection: (nullable): to the agent, once keyfob_ctl_connect() has succeeded
 * @no_interaction: a person is never asked
 *
 * What the commands share.
 */
typedef struct
{
  GDBusConnection *connection;
  gboolean no_interaction;
} KeyfobCtl;

/** Returns: whether the agent can be called; where not, @error says why */
gboolean keyfob_ctl_connect (KeyfobCtl *self, GError **error);

/**
 * keyfob_ctl_call_agent:
 * @method: of `org.keyfob.Keyfob.Agent1`
 * @arguments: (nullable): a floating reference is sunk
 * @type: (nullable): of the answer
 *
 * Connects first where that is needed. Has no time limit, since a person may be asked.
 *
 * Returns: (transfer full): the answer; %NULL with KEYFOB_AUTH_ERROR or a D-Bus error
 */
GVariant *keyfob_ctl_call_agent (KeyfobCtl *self,
                                 const char *method,
                                 GVariant *arguments,
                                 const char *type,
                                 GError **error);

/** Calls `org.keyfob.Keyfob.Host1` of the object @host, else as keyfob_ctl_call_agent(). */
GVariant *keyfob_ctl_call_host (KeyfobCtl *self,
                                const char *host,
                                const char *method,
                                GVariant *arguments,
                                const char *type,
                                GError **error);

/**
 * keyfob_ctl_get_objects:
 *
 * Returns: (transfer full): `a{oa{sa{sv}}}`, the agent with all its hosts, or %NULL
 */
GVariant *keyfob_ctl_get_objects (KeyfobCtl *self, GError **error);

/**
 * keyfob_ctl_sort_hosts:
 * @objects: see keyfob_ctl_get_objects()
 *
 * Returns: (transfer full) (element-type GVariant): `a{sv}`, the properties of each host, by name
 */
GPtrArray *keyfob_ctl_sort_hosts (GVariant *objects);

/**
 * keyfob_ctl_get_properties:
 * @host: the object of a host
 *
 * Returns: (transfer full): `a{sv}`, the properties of the host, or %NULL
 */
GVariant *keyfob_ctl_get_properties (KeyfobCtl *self, const char *host, GError **error);

/** Returns: (transfer full): `a{sv}`, the properties of the agent, or %NULL */
GVariant *keyfob_ctl_get_agent (KeyfobCtl *self, GError **error);

/**
 * keyfob_ctl_find_host:
 * @text: (nullable): as a person names a host: its address, its host name, its name in the window;
 *   %NULL where there is only one
 * @code: (out): the exit code where there is not exactly one such host
 *
 * Prints why there is none, or which there are.
 *
 * Returns: (transfer full) (nullable): the object of the host
 */
char *keyfob_ctl_find_host (KeyfobCtl *self, const char *text, KeyfobExit *code);

/**
 * keyfob_ctl_fail:
 * @error: (transfer full): of a call
 *
 * Prints its sentence to standard error.
 *
 * Returns: the exit code for it
 */
KeyfobExit keyfob_ctl_fail (GError *error);

/** Prints a line to standard error. */
void keyfob_ctl_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

/**
 * keyfob_ctl_can_ask:
 *
 * Returns: whether a person can be asked: standard input and error are a terminal, and the
 *   environment is not that of a batch job
 */
gboolean keyfob_ctl_can_ask (KeyfobCtl *self);

/** Returns: (nullable): the variable of the environment by which this is a batch job */
const char *keyfob_ctl_get_batch_variable (void);

/**
 * keyfob_ctl_parse:
 * @usage: what follows the name of the command, in capitals what a person replaces
 * @summary: translated
 * @entries: options, ended by a zeroed entry
 * @most: how many arguments there may be beside options
 *
 * Parses the arguments of a command. Says what is wrong, or prints the help that was asked for.
 *
 * Returns: whether the command goes on; else @code is its exit code
 */
gboolean keyfob_ctl_parse (int *argc,
                           char ***argv,
                           const char *usage,
                           const char *summary,
                           const GOptionEntry *entries,
                           int most,
                           KeyfobExit *code);

G_END_DECLS
