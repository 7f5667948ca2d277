/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-config.h"

#include <string.h>

#include "keyfob-base-url.h"
#include "keyfob-config-options.h"

struct _KeyfobConfig
{
  GObject parent_instance;

  char *base_url;
  char *host_key;
  KeyfobConfigOptions *options;
};

G_DEFINE_FINAL_TYPE (KeyfobConfig, keyfob_config, G_TYPE_OBJECT)

static void
keyfob_config_finalize (GObject *object)
{
  KeyfobConfig *self = KEYFOB_CONFIG (object);

  g_free (self->base_url);
  g_free (self->host_key);
  keyfob_config_options_free (self->options);

  G_OBJECT_CLASS (keyfob_config_parent_class)->finalize (object);
}

static void
keyfob_config_class_init (KeyfobConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_config_finalize;
}

static void
keyfob_config_init (KeyfobConfig *self)
{
  self->options = keyfob_config_options_new ();
}

KeyfobConfig *
keyfob_config_new (const char *url, GVariant *options, GError **error)
{
  g_autoptr (KeyfobConfig) self = g_object_new (KEYFOB_TYPE_CONFIG, NULL);
  g_autoptr (GVariant) held = options != NULL ? g_variant_ref_sink (options) : NULL;

  g_return_val_if_fail (url != NULL, NULL);

  if (held != NULL && !keyfob_config_options_apply (self->options, held, error))
    return NULL;

  self->base_url =
      keyfob_base_url_normalise (url, self->options->allow_http, &self->host_key, error);
  if (self->base_url == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

KeyfobConfig *
keyfob_config_with_options (KeyfobConfig *self, GVariant *options, GError **error)
{
  g_autoptr (GVariant) held = g_variant_ref_sink (options);
  g_autoptr (GVariant) own = NULL;
  g_auto (GVariantDict) merged = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  own = g_variant_ref_sink (keyfob_config_to_options (self));
  g_variant_dict_init (&merged, own);

  if (!keyfob_config_options_check (held, error))
    return NULL;

  g_variant_iter_init (&iter, held);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_dict_insert_value (&merged, name, value);

  return keyfob_config_new (self->base_url, g_variant_dict_end (&merged), error);
}

GVariant *
keyfob_config_to_options (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return keyfob_config_options_to_variant (self->options);
}

const char *
keyfob_config_get_base_url (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return self->base_url;
}

const char *
keyfob_config_get_host_key (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return self->host_key;
}

const char *
keyfob_config_get_name (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  if (self->options->name != NULL)
    return self->options->name;

  return strstr (self->base_url, "://") + strlen ("://");
}

char *
keyfob_config_dup_url (KeyfobConfig *self, KeyfobRoute route)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);
  g_return_val_if_fail (route < KEYFOB_N_ROUTES, NULL);

  return g_strconcat (self->base_url, "/", self->options->routes[route], NULL);
}

const guint16 *
keyfob_config_get_redirect_ports (KeyfobConfig *self, gsize *n_ports)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  *n_ports = self->options->ports->len;

  return (const guint16 *) (gconstpointer) self->options->ports->data;
}

guint
keyfob_config_get_timeout (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), 0);

  return self->options->timeout;
}

const char *
keyfob_config_get_scope (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return self->options->scope;
}

const char *
keyfob_config_get_issuer (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return self->options->issuer;
}

gboolean
keyfob_config_get_server_pkce (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), FALSE);

  return self->options->server_pkce;
}

gboolean
keyfob_config_get_device_flow (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), FALSE);

  return self->options->device_flow;
}

const char *
keyfob_config_get_store (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return self->options->store != NULL ? self->options->store : "";
}
