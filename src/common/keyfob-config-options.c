/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-config-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-proxy.h"
#include "keyfob-route.h"
#include "keyfob-text.h"

#define MAX_TIMEOUT 3600
#define MAX_NAME 100
#define MAX_NOTE 500
#define MAX_SCOPE 1000
#define MAX_PATH 4000  /* bytes */
#define MAX_FOLDER 255 /* bytes */
#define MAX_PORTS 64

/* Returns: %NULL, so that a check can return what this returns */
static gpointer G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  va_list args;

  if (error != NULL)
    {
      va_start (args, format);
      *error = g_error_new_valist (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, format, args);
      va_end (args);
    }

  return NULL;
}

static GVariant *
check_name (GVariant *value, gboolean allow_http, GError **error)
{
  g_autofree char *name = g_strstrip (g_variant_dup_string (value, NULL));

  if (g_utf8_strlen (name, -1) > MAX_NAME)
    return refuse (error,
                   g_dngettext (GETTEXT_PACKAGE, "The name is too long. Type at most %d character.",
                                "The name is too long. Type at most %d characters.", MAX_NAME),
                   MAX_NAME);

  if (!keyfob_text_is_clean (name))
    return refuse (error, _ ("The name has an invisible character in it. Type it without."));

  return g_variant_new_string (name);
}

/* Text of any number of lines. */
static GVariant *
check_note (GVariant *value, gboolean allow_http, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (g_variant_get_string (value, NULL), "\n", -1);
  g_autofree char *note = NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_strdelimit (g_strchomp (lines[i]), "\t", ' ');
      if (!keyfob_text_is_clean (lines[i]))
        return refuse (error, _ ("The note has an invisible character in it. Type it without."));
    }

  note = g_strstrip (g_strjoinv ("\n", lines));
  if (g_utf8_strlen (note, -1) > MAX_NOTE)
    return refuse (error,
                   g_dngettext (GETTEXT_PACKAGE, "The note is too long. Type at most %d character.",
                                "The note is too long. Type at most %d characters.", MAX_NOTE),
                   MAX_NOTE);

  return g_variant_new_string (note);
}

/* RFC 6749 section 3.3 */
static GVariant *
check_scope (GVariant *value, gboolean allow_http, GError **error)
{
  g_autofree char *scope = g_strstrip (g_variant_dup_string (value, NULL));

  if (strlen (scope) > MAX_SCOPE)
    return refuse (error, _ ("The scope is too long."));

  for (const char *p = scope; *p != '\0'; p++)
    {
      if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
        return refuse (error, _ ("A scope is made of plain letters, digits and signs, with blanks "
                                 "between. Type it again."));
    }

  return g_variant_new_string (scope);
}

/* Kept as it is written: RFC 9207 section 2.4 compares it letter by letter. */
static GVariant *
check_issuer (GVariant *value, gboolean allow_http, GError **error)
{
  g_autofree char *issuer = g_strstrip (g_variant_dup_string (value, NULL));
  g_autofree char *normal = NULL;

  if (*issuer != '\0')
    {
      g_autofree char *scheme = keyfob_base_url_dup_scheme (issuer);

      if (g_strcmp0 (scheme, "https") != 0 && g_strcmp0 (scheme, "http") != 0)
        return refuse (error, _ ("Type the whole address of the provider, beginning with "
                                 "https://."));

      normal = keyfob_base_url_normalise (issuer, allow_http, NULL, error);
      if (normal == NULL)
        return NULL;
    }

  return g_variant_new_string (issuer);
}

static GVariant *
check_route (GVariant *value, gboolean allow_http, GError **error)
{
  char *route = keyfob_route_normalise (g_variant_get_string (value, NULL), error);

  return route != NULL ? g_variant_new_take_string (route) : NULL;
}

static gboolean
contains_port (GArray *ports, guint16 port)
{
  for (guint i = 0; i < ports->len; i++)
    {
      if (g_array_index (ports, guint16, i) == port)
        return TRUE;
    }

  return FALSE;
}

static GVariant *
check_ports (GVariant *value, gboolean allow_http, GError **error)
{
  gsize n_ports;
  const guint16 *ports = g_variant_get_fixed_array (value, &n_ports, sizeof (guint16));
  g_autoptr (GArray) different = g_array_new (FALSE, FALSE, sizeof (guint16));

  if (n_ports == 0 || n_ports > MAX_PORTS)
    return refuse (error,
                   g_dngettext (GETTEXT_PACKAGE, "Give from 1 to %d redirect port.",
                                "Give from 1 to %d redirect ports.", MAX_PORTS),
                   MAX_PORTS);

  for (gsize i = 0; i < n_ports; i++)
    {
      if (ports[i] == 0)
        return refuse (error, _ ("A redirect port is a number from 1 to 65535."));
      if (!contains_port (different, ports[i]))
        g_array_append_val (different, ports[i]);
    }

  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT16, different->data, different->len,
                                    sizeof (guint16));
}

static GVariant *
check_timeout (GVariant *value, gboolean allow_http, GError **error)
{
  guint32 timeout = g_variant_get_uint32 (value);

  if (timeout == 0 || timeout > MAX_TIMEOUT)
    return refuse (error,
                   g_dngettext (GETTEXT_PACKAGE, "The time limit is from 1 to %d second.",
                                "The time limit is from 1 to %d seconds.", MAX_TIMEOUT),
                   MAX_TIMEOUT);

  return g_variant_new_uint32 (timeout);
}

/* One visible folder, so that the path stays inside the cache folder. */
static gboolean
is_program (const char *name)
{
  return *name != '\0' && *name != '.' && strchr (name, '/') == NULL && strlen (name) <= MAX_FOLDER
         && keyfob_text_is_clean (name);
}

/* Returns: whether @path can be that of a file, which "." and ".." at its end cannot */
static gboolean
is_file_path (const char *path)
{
  const char *name = strrchr (path, '/');

  return g_path_is_absolute (path) && strlen (path) <= MAX_PATH && keyfob_text_is_clean (path)
         && !g_str_equal (name, "/") && !g_str_equal (name, "/.") && !g_str_equal (name, "/..");
}

static GVariant *
check_store (GVariant *value, gboolean allow_http, GError **error)
{
  const char *store = g_variant_get_string (value, NULL);

  if (*store == '\0' || strcmp (store, "keyring") == 0 || strcmp (store, "file") == 0)
    return g_variant_new_string (store);

  if (g_str_has_prefix (store, KEYFOB_STORE_APP))
    {
      if (!is_program (store + strlen (KEYFOB_STORE_APP)))
        return refuse (error, _ ("The token file of a program is in a folder of its own. Give the "
                                 "name of that one folder after “app:”."));

      return g_variant_new_string (store);
    }

  if (!is_file_path (store))
    return refuse (error,
                   _ ("The token is kept in the keyring, in the token file, in that of "
                      "another program (“app:” and its name), or in a file given by its whole "
                      "path, beginning with “/”. Choose one of them."));

  return g_variant_new_take_string (g_canonicalize_filename (store, NULL));
}

/* @sentence: what is wrong with a text that is no path */
static GVariant *
check_path (GVariant *value, const char *sentence, GError **error)
{
  const char *path = g_variant_get_string (value, NULL);

  if (*path == '\0')
    return g_variant_new_string ("");
  if (!is_file_path (path))
    return refuse (error, "%s", sentence);

  return g_variant_new_take_string (g_canonicalize_filename (path, NULL));
}

static GVariant *
check_ca_file (GVariant *value, gboolean allow_http, GError **error)
{
  return check_path (value,
                     _ ("Give the whole path of the file with the certificates, beginning with "
                        "“/”."),
                     error);
}

static GVariant *
check_picture (GVariant *value, gboolean allow_http, GError **error)
{
  return check_path (value, _ ("Give the whole path of the picture, beginning with “/”."), error);
}

static GVariant *
check_help (GVariant *value, gboolean allow_http, GError **error)
{
  g_autofree char *help = g_strstrip (g_variant_dup_string (value, NULL));

  if (*help != '\0'
      && (strlen (help) > MAX_PATH || !keyfob_text_is_clean (help) || strchr (help, ' ') != NULL
          || !keyfob_base_url_may_lead_to (help, help)))
    return refuse (error, _ ("Type the whole address of the help page, beginning with https://."));

  return g_variant_new_string (help);
}

static GVariant *
check_proxy (GVariant *value, gboolean allow_http, GError **error)
{
  char *proxy = keyfob_proxy_check (g_variant_get_string (value, NULL), error);

  return proxy != NULL ? g_variant_new_take_string (proxy) : NULL;
}

static const KeyfobOptionChoice consent_choices[] = {
  /* Translators: the provider is asked to show its consent page only where Keyfob needs it */
  { "automatic", N_ ("Where it is needed") },
  { "always", N_ ("At every sign-in") },
  { "never", N_ ("Never") },
  { NULL, NULL },
};

static const KeyfobOptionInfo table[KEYFOB_N_OPTIONS] = {
  [KEYFOB_OPTION_NAME] = { "name", "s", "''", check_name, N_ ("Name"), NULL,
                           KEYFOB_OPTION_SECTION_HOST },
  [KEYFOB_OPTION_NOTE] = { "note", "s", "''", check_note, N_ ("Note"), NULL,
                           KEYFOB_OPTION_SECTION_NONE },
  [KEYFOB_OPTION_PINNED] = { "pinned", "b", "false", NULL, N_ ("Stays at the top of the list"),
                             NULL, KEYFOB_OPTION_SECTION_NONE },
  [KEYFOB_OPTION_STORE] = { "store", "s", "''", check_store, N_ ("Path of the file"), NULL,
                            KEYFOB_OPTION_SECTION_STORE },
  [KEYFOB_OPTION_DEVICE_FLOW] = { "device-flow", "b", "true", NULL,
                                  N_ ("Sign-in on another device"),
                                  N_ ("Goes off by itself when the host says that it offers none. "
                                      "Switch it on to ask again."),
                                  KEYFOB_OPTION_SECTION_SIGN_IN },
  [KEYFOB_OPTION_CONSENT] = { "consent", "s", "'automatic'", NULL, N_ ("Ask for consent"),
                              N_ ("Some providers renew a session only after a page of consent."),
                              KEYFOB_OPTION_SECTION_SIGN_IN, consent_choices },
  [KEYFOB_OPTION_ASK_FIRST] = { "ask-first", "b", "false", NULL, N_ ("Ask me first"),
                                N_ ("A program gets the token only when you allow it. Programs in "
                                    "a sandbox always have to ask, and the preferences can have "
                                    "all "
                                    "programs ask, at every server."),
                                KEYFOB_OPTION_SECTION_ACCESS },
  [KEYFOB_OPTION_LOGIN_ROUTE] = { "login-route", "s", "'auth/v2/login'", check_route,
                                  N_ ("Login route"), NULL, KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_TOKEN_ROUTE] = { "token-route", "s", "'auth/v2/token'", check_route,
                                  N_ ("Token route"), NULL, KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_DEVICE_ROUTE] = { "device-route", "s", "'auth/v2/device'", check_route,
                                   N_ ("Device route"), NULL, KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_LOGOUT_ROUTE] = { "logout-route", "s", "'auth/v2/logout'", check_route,
                                   N_ ("Logout route"), NULL, KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_USERINFO_ROUTE] = { "userinfo-route", "s", "'auth/v2/userinfo'", check_route,
                                     N_ ("User information route"), NULL,
                                     KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_AUTH_PORTS_ROUTE] = { "auth-ports-route", "s", "'auth/v2/auth-ports'", check_route,
                                       N_ ("Redirect ports route"), NULL,
                                       KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_REDIRECT_PORTS] = { "redirect-ports", "aq",
                                     "[53100, 53101, 53102, 53103, 53104, 53105]", check_ports,
                                     N_ ("Ports that the browser may come back to"), NULL,
                                     KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_TIMEOUT] = { "timeout", "u", "300", check_timeout,
                              N_ ("Time limit of a sign-in in seconds"), NULL,
                              KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_SCOPE] = { "scope", "s", "''", check_scope, N_ ("Scope"), NULL,
                            KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_ISSUER] = { "issuer", "s", "''", check_issuer, N_ ("Address of the provider"),
                             NULL, KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_CA_FILE] = { "ca-file", "s", "''", check_ca_file, N_ ("Certificate file"),
                              N_ ("A PEM file with the certificate authorities that vouch for the "
                                  "host, beside those of the system."),
                              KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_PROXY] = { "proxy", "s", "''", check_proxy, N_ ("Proxy for this host"),
                            N_ ("An address, or “none”, or “system”; if empty, the proxy of the "
                                "preferences."),
                            KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_HELP_PAGE] = { "help-page", "s", "''", check_help, N_ ("Help page"),
                                N_ ("The address of a page with help on the host, for its page "
                                    "here."),
                                KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_PICTURE] = { "picture", "s", "''", check_picture, N_ ("Picture"),
                              N_ ("The path of a picture file, instead of initials."),
                              KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_SERVER_PKCE] = { "server-pkce", "b", "false", NULL,
                                  N_ ("Use the code verifier of the host"),
                                  N_ ("Only for a host that refuses Keyfob’s own; less safe."),
                                  KEYFOB_OPTION_SECTION_UNUSUAL },
  [KEYFOB_OPTION_ALLOW_HTTP] = { "allow-http", "b", "false", NULL,
                                 N_ ("Allow an unencrypted connection"),
                                 N_ ("Whoever is on the way can read the token."),
                                 KEYFOB_OPTION_SECTION_UNUSUAL },
};

const KeyfobOptionInfo *
keyfob_option_get_info (KeyfobOption option)
{
  g_return_val_if_fail (option < KEYFOB_N_OPTIONS, NULL);

  return &table[option];
}

const KeyfobOptionInfo *
keyfob_option_find (const char *name)
{
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      if (strcmp (name, table[i].name) == 0)
        return &table[i];
    }

  return NULL;
}

/* Parsed once for all hosts, of which there may be thousands. */
GVariant *
keyfob_option_dup_usual (const KeyfobOptionInfo *info)
{
  static GVariant *usual[KEYFOB_N_OPTIONS];
  static gsize parsed;

  if (g_once_init_enter (&parsed))
    {
      for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
        usual[i] =
            g_variant_parse (G_VARIANT_TYPE (table[i].type), table[i].usual, NULL, NULL, NULL);
      g_once_init_leave (&parsed, 1);
    }

  return g_variant_ref (usual[info - table]);
}

static GVariant *
check_choice (const KeyfobOptionInfo *info, GVariant *value, GError **error)
{
  const char *text = g_variant_get_string (value, NULL);
  g_autoptr (GString) list = g_string_new (NULL);

  for (const KeyfobOptionChoice *choice = info->choices; choice->value != NULL; choice++)
    {
      if (*text == '\0' || strcmp (text, choice->value) == 0)
        return g_variant_new_string (text);
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", choice->value);
    }

  return refuse (error, _ ("The option “%s” must be one of: %s."), info->name, list->str);
}

GVariant *
keyfob_option_check (const KeyfobOptionInfo *info,
                     GVariant *value,
                     gboolean allow_http,
                     GError **error)
{
  g_autoptr (GVariant) checked = NULL;

  if (info->check == NULL && info->choices == NULL)
    return g_variant_ref (value);

  checked = info->choices != NULL ? check_choice (info, value, error)
                                  : info->check (value, allow_http, error);
  if (checked == NULL)
    return NULL;

  g_variant_ref_sink (checked);
  if (g_variant_is_of_type (checked, G_VARIANT_TYPE_STRING)
      && *g_variant_get_string (checked, NULL) == '\0')
    return keyfob_option_dup_usual (info);

  return g_steal_pointer (&checked);
}

gboolean
keyfob_options_check (GVariant *options, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT))
    return refuse (error, _ ("The options of a host are of another type.")) != NULL;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) held = value;
      const KeyfobOptionInfo *info = keyfob_option_find (name);

      if (info == NULL)
        {
          g_autofree char *shown = keyfob_text_clean (name, -1, MAX_NAME);

          return refuse (error, _ ("There is no option “%s” for a host."), shown) != NULL;
        }
      if (!g_variant_is_of_type (held, G_VARIANT_TYPE (info->type)))
        return refuse (error, _ ("The option “%s” is of another type."), name) != NULL;
    }

  return TRUE;
}
