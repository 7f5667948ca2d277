/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-ctl-token.h"

#define MAX_LINE 65536

/* Many servers of git take any name, and GitLab this one, with a token as the password. */
#define USER_NAME "oauth2"

/* What git says on standard input, see git-credential(1). */
typedef struct
{
  char *protocol;
  char *host;
  char *path;
  char *secret;            /* the password or credential that the server refused */
  gboolean any_scheme;     /* git sends an Authorization header of any scheme, from 2.46 on */
  gboolean has_challenges; /* git says which schemes the server takes, from 2.41 on */
  gboolean takes_bearer;   /* Bearer is among them */
} Question;

static void
question_clear (Question *question)
{
  g_free (question->protocol);
  g_free (question->host);
  g_free (question->path);
  g_free (question->secret);
}

/* Whether a WWW-Authenticate header (RFC 9110 section 11.6.1) has a challenge of the scheme Bearer.
 */
static gboolean
offers_bearer (const char *header)
{
  gboolean quoted = FALSE;
  gboolean begins = TRUE; /* a challenge, or a parameter of one */

  for (const char *c = header; *c != '\0'; c++)
    {
      if (begins && !quoted && g_ascii_strncasecmp (c, "Bearer", 6) == 0
          && strchr (" ,", c[6]) != NULL)
        return TRUE;

      if (quoted && *c == '\\' && c[1] != '\0')
        c++;
      else if (*c == '"')
        quoted = !quoted;
      begins = (begins && *c == ' ') || *c == ',';
    }

  return FALSE;
}

static void
take_line (Question *question, char *line)
{
  char *value = strchr (line, '=');
  char **target = NULL;

  if (value == NULL)
    return;

  *value++ = '\0';
  if (g_str_equal (line, "protocol"))
    target = &question->protocol;
  else if (g_str_equal (line, "host"))
    target = &question->host;
  else if (g_str_equal (line, "path"))
    target = &question->path;
  else if (g_str_equal (line, "password") || g_str_equal (line, "credential"))
    target = &question->secret;
  else if (g_str_equal (line, "capability[]") && g_str_equal (value, "authtype"))
    question->any_scheme = TRUE;
  else if (g_str_equal (line, "wwwauth[]"))
    {
      question->has_challenges = TRUE;
      question->takes_bearer = question->takes_bearer || offers_bearer (value);
    }

  if (target == NULL)
    return;

  g_free (*target);
  *target = g_strdup (value);
}

/* The rest of a line that was cut, or what is before a carriage return, could name another server
 * than the one that git gives the token to.
 *
 * Returns: whether every line was whole */
static gboolean
read_question (Question *question)
{
  g_autofree char *line = g_malloc (MAX_LINE);

  while (fgets (line, MAX_LINE, stdin) != NULL)
    {
      gsize length = strcspn (line, "\r\n");

      if (line[length] != '\n')
        return FALSE;
      if (length == 0)
        break;

      line[length] = '\0';
      take_line (question, line);
    }

  return TRUE;
}

/* How much of the address in question the base URL covers: 0 where it is of another server, so that
 * its token must not go there. */
static gsize
measure_fit (const char *url, const char *address)
{
  gsize length = strlen (url);

  if (!g_str_has_prefix (address, url) || (address[length] != '\0' && address[length] != '/'))
    return 0;

  return length;
}

static gboolean
is_same_server (const char *url, const char *server)
{
  gsize length = strlen (server);

  return g_ascii_strncasecmp (url, server, length) == 0
         && (url[length] == '\0' || url[length] == '/');
}

/* Finds the host whose base URL is at the server that git asks for: the one that covers most of the
 * path, or the only one there.
 *
 * Returns: (transfer full) (nullable): its base URL */
static char *
find_url (KeyfobCtl *ctl, const Question *question)
{
  g_autofree char *server = g_strdup_printf ("%s://%s", question->protocol, question->host);
  g_autofree char *address =
      g_strdup_printf ("%s/%s", server, question->path != NULL ? question->path : "");
  g_autoptr (GVariant) objects = keyfob_ctl_get_objects (ctl, NULL);
  g_autofree char *best = NULL;
  g_autofree char *only = NULL;
  gsize best_fit = 0;
  guint n_there = 0;
  GVariantIter iter;
  GVariant *interfaces;

  if (objects == NULL)
    return NULL;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", NULL, &interfaces))
    {
      g_autoptr (GVariant) host = g_variant_lookup_value (
          interfaces, KEYFOB_APPLICATION_ID ".Host1", G_VARIANT_TYPE_VARDICT);
      const char *url = "";

      if (host == NULL || !g_variant_lookup (host, "Url", "&s", &url)
          || !is_same_server (url, server))
        continue;

      n_there++;
      g_free (only);
      only = g_strdup (url);
      if (measure_fit (url, address) <= best_fit)
        continue;

      best_fit = measure_fit (url, address);
      g_free (best);
      best = g_strdup (url);
    }

  if (best != NULL)
    return g_steal_pointer (&best);

  return n_there == 1 ? g_steal_pointer (&only) : NULL;
}

/* Servers of git that know passwords only, as GitLab, refuse another scheme. */
static gboolean
goes_by_header (const Question *question)
{
  return question->any_scheme && (!question->has_challenges || question->takes_bearer);
}

static void
print_answer (GVariant *token, gboolean by_header)
{
  const char *access_token = "";
  const char *type = "";
  gint64 expires = 0;

  g_variant_lookup (token, "access_token", "&s", &access_token);
  g_variant_lookup (token, "token_type", "&s", &type);
  g_variant_lookup (token, "expires", "x", &expires);

  if (by_header)
    printf ("capability[]=authtype\nauthtype=%s\ncredential=%s\nephemeral=1\n", type, access_token);
  else
    printf ("username=" USER_NAME "\npassword=%s\n", access_token);
  if (expires > 0)
    printf ("password_expiry_utc=%" G_GINT64_FORMAT "\n", expires);
}

static KeyfobExit
get (KeyfobCtl *ctl, const char *url, gboolean by_header)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = keyfob_ctl_get_token (ctl, url, 0, &code);

  if (token != NULL)
    print_answer (token, by_header);

  return code;
}

/* git says erase after the server refused a token. If the agent still hands that one out, it gets a
 * new one, so that the next command works. */
static KeyfobExit
erase (KeyfobCtl *ctl, const char *url, const char *secret)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *path = NULL;
  const char *access_token = "";
  GError *error = NULL;

  ctl->no_interaction = TRUE;
  token = keyfob_ctl_get_token (ctl, url, 0, &code);
  if (token == NULL || !g_variant_lookup (token, "access_token", "&s", &access_token)
      || g_strcmp0 (access_token, secret) != 0)
    return KEYFOB_EXIT_DONE;

  path = keyfob_ctl_find_host (ctl, url, &code);
  if (path != NULL)
    answer = keyfob_ctl_call_host (ctl, path, "Refresh", NULL, NULL, &error);

  return answer != NULL || error == NULL ? code : keyfob_ctl_fail (error);
}

KeyfobExit
keyfob_command_git_credential (KeyfobCtl *ctl, int argc, char **argv)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  Question question = { 0 };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autofree char *url = NULL;

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("get|store|erase"),
                         _ ("Gives git the token of a host; see gitcredentials(7)."), entries, 1, 0,
                         &code))
    return code;
  if (argc < 2)
    {
      keyfob_ctl_say (_ ("git says “get”, “store” or “erase” here."));
      return KEYFOB_EXIT_USAGE;
    }

  ctl->shows_hosts = g_str_equal (argv[1], "get");
  ctl->purpose = KEYFOB_CTL_FOR_GIT;
  if (read_question (&question) && question.protocol != NULL && question.host != NULL
      && !g_str_equal (argv[1], "store"))
    url = find_url (ctl, &question);

  /* git asks its other helpers, or the user, about a server that Keyfob does not know */
  if (url != NULL && g_str_equal (argv[1], "get"))
    code = get (ctl, url, goes_by_header (&question));
  else if (url != NULL && g_str_equal (argv[1], "erase"))
    code = erase (ctl, url, question.secret);

  question_clear (&question);

  return code;
}
