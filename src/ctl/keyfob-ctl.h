/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-private-agent.h"

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
 * KeyfobCtlPurpose:
 * @KEYFOB_CTL_FOR_USER: whoever has called
 * @KEYFOB_CTL_FOR_LOGIN: to sign in
 * @KEYFOB_CTL_FOR_GIT: git, which asks for a password where there is no token
 *
 * What a token is wanted for, as far as it changes what a person can do where there is none.
 */
typedef enum
{
  KEYFOB_CTL_FOR_USER,
  KEYFOB_CTL_FOR_LOGIN,
  KEYFOB_CTL_FOR_GIT,
} KeyfobCtlPurpose;

/**
 * KeyfobCtl:
 * @connection: (nullable): to the agent, once keyfob_ctl_connect() has succeeded
 * @agent: (nullable): the bus name of the agent; a private agent has none
 * @private_agent: (nullable): the agent of this call
 * @store: (nullable): the token file that the user has named
 * @is_bare: @store is to hold a single token
 * @shows_hosts: a token whose host is not known is worth a word
 * @host: (nullable): the host that the user has named
 * @no_interaction: a person is never asked
 * @purpose: what a token is for
 *
 * What the commands share; to be freed with keyfob_ctl_clear().
 */
typedef struct
{
  GDBusConnection *connection;
  const char *agent;
  KeyfobPrivateAgent *private_agent;
  char *store;
  gboolean is_bare;
  gboolean shows_hosts;
  char *host;
  gboolean no_interaction;
  KeyfobCtlPurpose purpose;
} KeyfobCtl;

/**
 * keyfob_ctl_connect:
 *
 * Connects to the agent of the session, or, where there is no message bus or a token file is named,
 * to a private agent, which answers to the same calls.
 *
 * Returns: whether the agent can be called; where not, @error says why
 */
gboolean keyfob_ctl_connect (KeyfobCtl *self, GError **error);

/** Returns: (transfer full) (nullable): the absolute path of the token file that the user has named
 */
char *keyfob_ctl_dup_token_file (KeyfobCtl *self);

/** Says so where the token file that the user has named is not there. */
void keyfob_ctl_say_missing_file (KeyfobCtl *self);

/** Ends the connection, and waits for the end of a private agent: it saves what it has got. */
void keyfob_ctl_disconnect (KeyfobCtl *self);

/** Ends the connection and frees what is in @self. */
void keyfob_ctl_clear (KeyfobCtl *self);

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

/** Waits until the agent knows how the hosts stand: right after its start it does not. */
void keyfob_ctl_wait_for_stores (KeyfobCtl *self);

/**
 * keyfob_ctl_get_objects:
 *
 * Waits as keyfob_ctl_wait_for_stores() does.
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

/** Returns: (transfer full): the name of the host @host, empty where it is gone */
char *keyfob_ctl_dup_name (KeyfobCtl *self, const char *host);

/** Returns: (transfer full) (nullable): the properties of the host that @text means, as of
 * keyfob_ctl_find_host(); %NULL where that is not one */
GVariant *keyfob_ctl_get_named (KeyfobCtl *self, const char *text);

/**
 * keyfob_ctl_dup_status:
 * @host: `a{sv}`, the properties of a host
 *
 * Returns: (transfer full): how the host stands; of one who is signed in also for how long the
 * token is good that a script gets now
 */
char *keyfob_ctl_dup_status (GVariant *host);

/** Returns: (transfer full): `a{sv}`, the properties of the agent, or %NULL */
GVariant *keyfob_ctl_get_agent (KeyfobCtl *self, GError **error);

/**
 * keyfob_ctl_name_host:
 * @text: (nullable): as keyfob_ctl_find_host() takes it
 *
 * Says before the first call which host it will be about. In a token file that does not tell its
 * host, a private agent takes the token to be for this one.
 */
void keyfob_ctl_name_host (KeyfobCtl *self, const char *text);

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

/**
 * keyfob_ctl_is_named:
 * @host: what keyfob_ctl_find_host() found
 * @text: what the user typed
 *
 * Returns: whether @text is the address or name of the host, and not a link below it, which may
 * mean a host that is not there (any more)
 */
gboolean keyfob_ctl_is_named (KeyfobCtl *self, const char *host, const char *text);

/** Says that no host is called @text. */
void keyfob_ctl_say_no_host (const char *text);

/**
 * keyfob_ctl_quote:
 *
 * Returns: (transfer full): @word as a shell takes it for one, so that a command that is shown can
 * be copied
 */
char *keyfob_ctl_quote (const char *word);

/**
 * keyfob_ctl_dup_file:
 * @typed: the name of a file that the agent is to read
 *
 * The agent has a standard input and file descriptors of its own: `/dev/stdin` and the like become
 * the path of the file that is behind them.
 *
 * Returns: (transfer full) (nullable): an absolute path; %NULL for what is there and is not a
 *   regular file, once that is said
 */
char *keyfob_ctl_dup_file (const char *typed);

/** Has g_print() and g_printerr() write punctuation in ASCII where the locale has no other. */
void keyfob_ctl_print_for_locale (void);

/** Prints a line to standard error. */
void keyfob_ctl_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

/**
 * keyfob_ctl_parse:
 * @usage: what follows the name of the command, in capitals what a person replaces
 * @summary: translated
 * @entries: options, ended by a zeroed entry
 * @most: how many arguments there may be beside options
 * @file: which of them is the name of a file, whose bytes need not be UTF-8; 0 where none is
 *
 * Parses the arguments of a command, and `--store`, which all have that do not have an option of
 * that name themselves. Says what is wrong, or prints the help that was asked for.
 *
 * Returns: whether the command goes on; else @code is its exit code
 */
gboolean keyfob_ctl_parse (KeyfobCtl *self,
                           int *argc,
                           char ***argv,
                           const char *usage,
                           const char *summary,
                           const GOptionEntry *entries,
                           int most,
                           int file,
                           KeyfobExit *code);

G_END_DECLS
