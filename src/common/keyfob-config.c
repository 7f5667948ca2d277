/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-config.h"

#include <string.h>

#include "keyfob-base-url.h"

struct _KeyfobConfig
{
  GObject parent_instance;

  char *base_url;
  char *host_key;
  GVariant *options[KEYFOB_N_OPTIONS]; /* each option has a value */
};

G_DEFINE_FINAL_TYPE (KeyfobConfig, keyfob_config, G_TYPE_OBJECT)

static void
keyfob_config_finalize (GObject *object)
{
  KeyfobConfig *self = KEYFOB_CONFIG (object);

  g_free (self->base_url);
  g_free (self->host_key);
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    g_clear_pointer (&self->options[i], g_variant_unref);

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
}

static gboolean
set_options (KeyfobConfig *self, GVariant *options, GError **error)
{
  gboolean allow_http = FALSE;

  if (!keyfob_options_check (options, error))
    return FALSE;

  /* the checks of other options need this one */
  g_variant_lookup (options, keyfob_option_get_info (KEYFOB_OPTION_ALLOW_HTTP)->name, "b",
                    &allow_http);
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);
      g_autoptr (GVariant) value = g_variant_lookup_value (options, info->name, NULL);

      self->options[i] = value != NULL ? keyfob_option_check (info, value, allow_http, error)
                                       : keyfob_option_dup_usual (info);
      if (self->options[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

static const char *
get_text (KeyfobConfig *self, KeyfobOption option)
{
  return g_variant_get_string (self->options[option], NULL);
}

/* Returns: (nullable): the text unless it is empty */
static const char *
get_nonempty (KeyfobConfig *self, KeyfobOption option)
{
  const char *text = get_text (self, option);

  return *text != '\0' ? text : NULL;
}

static gboolean
get_flag (KeyfobConfig *self, KeyfobOption option)
{
  return g_variant_get_boolean (self->options[option]);
}

KeyfobConfig *
keyfob_config_new (const char *url, GVariant *options, GError **error)
{
  g_autoptr (KeyfobConfig) self = g_object_new (KEYFOB_TYPE_CONFIG, NULL);
  g_autoptr (GVariant) held =
      g_variant_ref_sink (options != NULL ? options : g_variant_new ("a{sv}", NULL));

  g_return_val_if_fail (url != NULL, NULL);

  if (!set_options (self, held, error))
    return NULL;

  self->base_url = keyfob_base_url_normalise (url, get_flag (self, KEYFOB_OPTION_ALLOW_HTTP),
                                              &self->host_key, error);
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

  if (!keyfob_options_check (held, error))
    return NULL;

  g_variant_iter_init (&iter, held);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_dict_insert_value (&merged, name, value);

  return keyfob_config_new (self->base_url, g_variant_dict_end (&merged), error);
}

GVariant *
keyfob_config_to_options (KeyfobConfig *self)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);
      g_autoptr (GVariant) usual = keyfob_option_dup_usual (info);

      if (!g_variant_equal (self->options[i], usual))
        g_variant_dict_insert_value (&options, info->name, self->options[i]);
    }

  return g_variant_dict_end (&options);
}

GVariant *
keyfob_config_dup_option (KeyfobConfig *self, KeyfobOption option)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);
  g_return_val_if_fail (option < KEYFOB_N_OPTIONS, NULL);

  return g_variant_ref (self->options[option]);
}

GVariant *
keyfob_config_list_changes (KeyfobConfig *self, KeyfobConfig *other)
{
  g_auto (GVariantDict) changes = G_VARIANT_DICT_INIT (NULL);

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    if (!g_variant_equal (self->options[i], other->options[i]))
      g_variant_dict_insert_value (&changes, keyfob_option_get_info (i)->name, other->options[i]);

  return g_variant_dict_end (&changes);
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
  const char *name;

  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  name = get_nonempty (self, KEYFOB_OPTION_NAME);

  return name != NULL ? name : strstr (self->base_url, "://") + strlen ("://");
}

char *
keyfob_config_dup_url (KeyfobConfig *self, KeyfobRoute route)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);
  g_return_val_if_fail (route < KEYFOB_N_ROUTES, NULL);

  return g_strconcat (self->base_url, "/", get_text (self, KEYFOB_OPTION_LOGIN_ROUTE + route),
                      NULL);
}

const guint16 *
keyfob_config_get_redirect_ports (KeyfobConfig *self, gsize *n_ports)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return g_variant_get_fixed_array (self->options[KEYFOB_OPTION_REDIRECT_PORTS], n_ports,
                                    sizeof (guint16));
}

gboolean
keyfob_config_has_own_redirect_ports (KeyfobConfig *self)
{
  g_autoptr (GVariant) usual = NULL;

  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), FALSE);

  usual = keyfob_option_dup_usual (keyfob_option_get_info (KEYFOB_OPTION_REDIRECT_PORTS));

  return !g_variant_equal (self->options[KEYFOB_OPTION_REDIRECT_PORTS], usual);
}

guint
keyfob_config_get_timeout (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), 0);

  return g_variant_get_uint32 (self->options[KEYFOB_OPTION_TIMEOUT]);
}

const char *
keyfob_config_get_scope (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return get_nonempty (self, KEYFOB_OPTION_SCOPE);
}

const char *
keyfob_config_get_issuer (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return get_nonempty (self, KEYFOB_OPTION_ISSUER);
}

gboolean
keyfob_config_get_server_pkce (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), FALSE);

  return get_flag (self, KEYFOB_OPTION_SERVER_PKCE);
}

gboolean
keyfob_config_get_device_flow (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), FALSE);

  return get_flag (self, KEYFOB_OPTION_DEVICE_FLOW);
}

gboolean
keyfob_config_get_ask_first (KeyfobConfig *self)
{
  return get_flag (self, KEYFOB_OPTION_ASK_FIRST);
}

gboolean
keyfob_config_get_pinned (KeyfobConfig *self)
{
  return get_flag (self, KEYFOB_OPTION_PINNED);
}

const char *
keyfob_config_get_consent (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return get_text (self, KEYFOB_OPTION_CONSENT);
}

const char *
keyfob_config_get_store (KeyfobConfig *self)
{
  g_return_val_if_fail (KEYFOB_IS_CONFIG (self), NULL);

  return get_text (self, KEYFOB_OPTION_STORE);
}

const char *
keyfob_config_get_ca_file (KeyfobConfig *self)
{
  return get_text (self, KEYFOB_OPTION_CA_FILE);
}

const char *
keyfob_config_get_proxy (KeyfobConfig *self)
{
  return get_text (self, KEYFOB_OPTION_PROXY);
}
