/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-config-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-route.h"
#include "keyfob-text.h"

#define DEFAULT_TIMEOUT 300
#define MAX_TIMEOUT 3600
#define MAX_NAME 100
#define MAX_SCOPE 1000
#define MAX_PATH 4000 /* bytes */
#define MAX_PORTS 64

static const char *const default_routes[KEYFOB_N_ROUTES] = {
  [KEYFOB_ROUTE_LOGIN] = "auth/v2/login",       [KEYFOB_ROUTE_TOKEN] = "auth/v2/token",
  [KEYFOB_ROUTE_DEVICE] = "auth/v2/device",     [KEYFOB_ROUTE_LOGOUT] = "auth/v2/logout",
  [KEYFOB_ROUTE_USERINFO] = "auth/v2/userinfo",
};

static const char *const route_options[KEYFOB_N_ROUTES] = {
  [KEYFOB_ROUTE_LOGIN] = "login-route",       [KEYFOB_ROUTE_TOKEN] = "token-route",
  [KEYFOB_ROUTE_DEVICE] = "device-route",     [KEYFOB_ROUTE_LOGOUT] = "logout-route",
  [KEYFOB_ROUTE_USERINFO] = "userinfo-route",
};

static const guint16 default_ports[] = { 53100, 53101, 53102, 53103, 53104, 53105 };

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  va_list args;

  if (error != NULL)
    {
      va_start (args, format);
      *error = g_error_new_valist (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, format, args);
      va_end (args);
    }

  return FALSE;
}

/* An empty text stands for the default, %NULL. */
static void
set_text (char **field, const char *text)
{
  g_free (*field);
  *field = *text != '\0' ? g_strdup (text) : NULL;
}

static gboolean
apply_name (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  g_autofree char *name = g_strstrip (g_variant_dup_string (value, NULL));

  if (g_utf8_strlen (name, -1) > MAX_NAME)
    return refuse (error, _ ("The name is too long. Type at most %d characters."), MAX_NAME);

  if (!keyfob_text_is_clean (name))
    return refuse (error, _ ("The name has an invisible character in it. Type it without."));

  set_text (&self->name, name);

  return TRUE;
}

/* RFC 6749 section 3.3 */
static gboolean
apply_scope (KeyfobConfigOptions *self, GVariant *value, GError **error)
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

  set_text (&self->scope, scope);

  return TRUE;
}

/* Kept as it is written: RFC 9207 section 2.4 compares it letter by letter. */
static gboolean
apply_issuer (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  g_autofree char *issuer = g_strstrip (g_variant_dup_string (value, NULL));
  g_autofree char *normal = NULL;

  if (*issuer != '\0')
    {
      const char *scheme = g_uri_peek_scheme (issuer);

      if (g_strcmp0 (scheme, "https") != 0 && g_strcmp0 (scheme, "http") != 0)
        return refuse (error, _ ("Type the whole address of the provider, beginning with "
                                 "https://."));

      normal = keyfob_base_url_normalise (issuer, self->allow_http, NULL, error);
      if (normal == NULL)
        return FALSE;
    }

  set_text (&self->issuer, issuer);

  return TRUE;
}

static gboolean
apply_route (KeyfobConfigOptions *self, KeyfobRoute which, GVariant *value, GError **error)
{
  g_autofree char *route = keyfob_route_normalise (g_variant_get_string (value, NULL), error);

  if (route == NULL)
    return FALSE;

  g_free (self->routes[which]);
  self->routes[which] = g_strdup (*route != '\0' ? route : default_routes[which]);

  return TRUE;
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

static gboolean
apply_ports (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  gsize n_ports;
  const guint16 *ports = g_variant_get_fixed_array (value, &n_ports, sizeof (guint16));

  if (n_ports == 0 || n_ports > MAX_PORTS)
    return refuse (error, _ ("Give from 1 to %d redirect ports."), MAX_PORTS);

  g_array_set_size (self->ports, 0);
  for (gsize i = 0; i < n_ports; i++)
    {
      if (ports[i] == 0)
        return refuse (error, _ ("A redirect port is a number from 1 to 65535."));
      if (!contains_port (self->ports, ports[i]))
        g_array_append_val (self->ports, ports[i]);
    }

  return TRUE;
}

static gboolean
apply_timeout (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  self->timeout = g_variant_get_uint32 (value);

  if (self->timeout == 0 || self->timeout > MAX_TIMEOUT)
    return refuse (error, _ ("The time limit is from 1 to %d seconds."), MAX_TIMEOUT);

  return TRUE;
}

static gboolean
apply_store (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  const char *store = g_variant_get_string (value, NULL);
  g_autofree char *path = NULL;

  if (*store == '\0' || strcmp (store, "keyring") == 0 || strcmp (store, "file") == 0)
    {
      set_text (&self->store, store);
      return TRUE;
    }

  if (!g_path_is_absolute (store) || g_str_has_suffix (store, "/") || strlen (store) > MAX_PATH
      || !keyfob_text_is_clean (store))
    return refuse (error, _ ("The token is kept in the keyring, in the token file, or in a file "
                             "given by its whole path, beginning with “/”. Choose one of them."));

  path = g_canonicalize_filename (store, NULL);
  set_text (&self->store, path);

  return TRUE;
}

static gboolean
apply_server_pkce (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  self->server_pkce = g_variant_get_boolean (value);

  return TRUE;
}

static gboolean
apply_device_flow (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  self->device_flow = g_variant_get_boolean (value);

  return TRUE;
}

static gboolean
apply_allow_http (KeyfobConfigOptions *self, GVariant *value, GError **error)
{
  self->allow_http = g_variant_get_boolean (value);

  return TRUE;
}

/* allow-http stands first: the others are judged by it. */
static const struct
{
  const char *name;
  const char *type;
  gboolean (*apply) (KeyfobConfigOptions *self, GVariant *value, GError **error);
} appliers[] = {
  { "allow-http", "b", apply_allow_http },
  { "name", "s", apply_name },
  { "redirect-ports", "aq", apply_ports },
  { "timeout", "u", apply_timeout },
  { "scope", "s", apply_scope },
  { "issuer", "s", apply_issuer },
  { "server-pkce", "b", apply_server_pkce },
  { "device-flow", "b", apply_device_flow },
  { "store", "s", apply_store },
};

static const char *
option_type (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (appliers); i++)
    {
      if (strcmp (name, appliers[i].name) == 0)
        return appliers[i].type;
    }

  for (gsize i = 0; i < KEYFOB_N_ROUTES; i++)
    {
      if (strcmp (name, route_options[i]) == 0)
        return "s";
    }

  return NULL;
}

static gboolean
has_default_ports (KeyfobConfigOptions *self)
{
  return self->ports->len == G_N_ELEMENTS (default_ports)
         && memcmp (self->ports->data, default_ports, sizeof default_ports) == 0;
}

KeyfobConfigOptions *
keyfob_config_options_new (void)
{
  KeyfobConfigOptions *self = g_new0 (KeyfobConfigOptions, 1);

  self->ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_array_append_vals (self->ports, default_ports, G_N_ELEMENTS (default_ports));
  self->timeout = DEFAULT_TIMEOUT;
  self->device_flow = TRUE;
  for (gsize i = 0; i < KEYFOB_N_ROUTES; i++)
    self->routes[i] = g_strdup (default_routes[i]);

  return self;
}

void
keyfob_config_options_free (KeyfobConfigOptions *self)
{
  g_free (self->name);
  for (gsize i = 0; i < KEYFOB_N_ROUTES; i++)
    g_free (self->routes[i]);
  g_array_unref (self->ports);
  g_free (self->scope);
  g_free (self->issuer);
  g_free (self->store);
  g_free (self);
}

gboolean
keyfob_config_options_check (GVariant *options, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT))
    return refuse (error, _ ("The options of a host are of another type."));

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) held = value;
      const char *type = option_type (name);

      if (type == NULL)
        {
          g_autofree char *shown = keyfob_text_clean (name, -1, MAX_NAME);

          return refuse (error, _ ("There is no option “%s” for a host."), shown);
        }
      if (!g_variant_is_of_type (held, G_VARIANT_TYPE (type)))
        return refuse (error, _ ("The option “%s” is of another type."), name);
    }

  return TRUE;
}

gboolean
keyfob_config_options_apply (KeyfobConfigOptions *self, GVariant *options, GError **error)
{
  if (!keyfob_config_options_check (options, error))
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (appliers); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (options, appliers[i].name, NULL);

      if (value != NULL && !appliers[i].apply (self, value, error))
        return FALSE;
    }

  for (gsize i = 0; i < KEYFOB_N_ROUTES; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (options, route_options[i], NULL);

      if (value != NULL && !apply_route (self, i, value, error))
        return FALSE;
    }

  return TRUE;
}

GVariant *
keyfob_config_options_to_variant (KeyfobConfigOptions *self)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (self->name != NULL)
    g_variant_dict_insert (&options, "name", "s", self->name);
  for (gsize i = 0; i < KEYFOB_N_ROUTES; i++)
    {
      if (strcmp (self->routes[i], default_routes[i]) != 0)
        g_variant_dict_insert (&options, route_options[i], "s", self->routes[i]);
    }
  if (!has_default_ports (self))
    g_variant_dict_insert_value (&options, "redirect-ports",
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_UINT16,
                                                            self->ports->data, self->ports->len,
                                                            sizeof (guint16)));
  if (self->timeout != DEFAULT_TIMEOUT)
    g_variant_dict_insert (&options, "timeout", "u", self->timeout);
  if (self->scope != NULL)
    g_variant_dict_insert (&options, "scope", "s", self->scope);
  if (self->issuer != NULL)
    g_variant_dict_insert (&options, "issuer", "s", self->issuer);
  if (self->server_pkce)
    g_variant_dict_insert (&options, "server-pkce", "b", TRUE);
  if (!self->device_flow)
    g_variant_dict_insert (&options, "device-flow", "b", FALSE);
  if (self->store != NULL)
    g_variant_dict_insert (&options, "store", "s", self->store);
  if (self->allow_http)
    g_variant_dict_insert (&options, "allow-http", "b", TRUE);

  return g_variant_dict_end (&options);
}
