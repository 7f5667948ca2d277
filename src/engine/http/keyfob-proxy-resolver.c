/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-proxy-resolver.h"

#include <string.h>

#include "keyfob-base-url.h"
#include "keyfob-proxy.h"

#define DIRECT "direct://"

struct _KeyfobProxyResolver
{
  GObject parent_instance;

  GProxyResolver *system; /* (nullable): see get_system() */
  GMutex mutex;           /* a resolver may be asked in any thread */
  char *proxy;            /* see keyfob_proxy_resolver_set_proxy() */
  GHashTable *proxied;    /* hosts that a proxy leads to */
};

static void resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobProxyResolver,
                               keyfob_proxy_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, resolver_iface_init))

static char *
dup_host (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_PARSE_RELAXED, NULL);

  return parsed != NULL ? g_strdup (g_uri_get_host (parsed)) : NULL;
}

static gboolean
is_on_loopback (const char *uri)
{
  g_autofree char *host = dup_host (uri);

  return host != NULL && keyfob_base_url_is_loopback (host);
}

/* Not before it is asked: what GIO loads for it takes two megabytes. */
static GProxyResolver *
get_system (KeyfobProxyResolver *self)
{
  return self->system != NULL ? self->system : g_proxy_resolver_get_default ();
}

/* Returns: (transfer full): the proxy that is set, `direct://` for none, or empty */
static char *
dup_proxy (KeyfobProxyResolver *self)
{
  char *proxy;

  g_mutex_lock (&self->mutex);
  proxy = g_strdup (g_str_equal (self->proxy, KEYFOB_PROXY_NONE) ? DIRECT : self->proxy);
  g_mutex_unlock (&self->mutex);

  return proxy;
}

/* Returns: (transfer none): what is asked where no proxy is set */
static GProxyResolver *
get_upstream (KeyfobProxyResolver *self, const char *proxy)
{
  return g_str_equal (proxy, KEYFOB_PROXY_SYSTEM) ? g_proxy_resolver_get_default ()
                                                  : get_system (self);
}

static gboolean
is_address (const char *proxy)
{
  return strstr (proxy, "://") != NULL;
}

/* Returns: (transfer full): @proxy alone */
static char **
new_list (const char *proxy)
{
  const char *const list[] = { proxy, NULL };

  return g_strdupv ((char **) list);
}

static char **
new_direct (void)
{
  return new_list (DIRECT);
}

/* Returns: (transfer full): @proxy as GLib takes it, which has schemes in lower case. With curl,
 * one without a scheme is for http, and socks5h has the proxy look names up, as GLib's socks5 does.
 */
static char *
normalize_proxy (const char *proxy)
{
  const char *rest = strstr (proxy, "://");
  g_autofree char *scheme = NULL;

  if (rest == NULL)
    return g_strconcat ("http://", proxy, NULL);

  scheme = g_ascii_strdown (proxy, rest - proxy);

  return g_strconcat (g_str_equal (scheme, "socks5h") ? "socks5" : scheme, rest, NULL);
}

/* @proxies: (nullable) (transfer full) */
static char **
take_proxies (KeyfobProxyResolver *self, const char *uri, char **proxies)
{
  g_autofree char *host = dup_host (uri);

  if (proxies == NULL || host == NULL)
    return proxies;

  for (gsize i = 0; proxies[i] != NULL; i++)
    {
      g_autofree char *proxy = g_steal_pointer (&proxies[i]);

      proxies[i] = normalize_proxy (proxy);
    }

  g_mutex_lock (&self->mutex);
  if (proxies[0] != NULL && !g_str_equal (proxies[0], DIRECT))
    g_hash_table_add (self->proxied, g_steal_pointer (&host));
  else
    g_hash_table_remove (self->proxied, host);
  g_mutex_unlock (&self->mutex);

  return proxies;
}

static gboolean
resolver_is_supported (GProxyResolver *resolver)
{
  return g_proxy_resolver_is_supported (get_system (KEYFOB_PROXY_RESOLVER (resolver)));
}

static char **
resolver_lookup (GProxyResolver *resolver,
                 const char *uri,
                 GCancellable *cancellable,
                 GError **error)
{
  KeyfobProxyResolver *self = KEYFOB_PROXY_RESOLVER (resolver);
  g_autofree char *proxy = dup_proxy (self);

  if (is_on_loopback (uri))
    return new_direct ();
  if (is_address (proxy))
    return take_proxies (self, uri, new_list (proxy));

  return take_proxies (
      self, uri, g_proxy_resolver_lookup (get_upstream (self, proxy), uri, cancellable, error));
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  char **proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &error);

  if (proxies != NULL)
    g_task_return_pointer (
        task, take_proxies (g_task_get_source_object (task), g_task_get_task_data (task), proxies),
        (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

static void
resolver_lookup_async (GProxyResolver *resolver,
                       const char *uri,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  KeyfobProxyResolver *self = KEYFOB_PROXY_RESOLVER (resolver);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *proxy = dup_proxy (self);

  g_task_set_source_tag (task, resolver_lookup_async);
  g_task_set_task_data (task, g_strdup (uri), g_free);

  if (is_on_loopback (uri))
    g_task_return_pointer (task, new_direct (), (GDestroyNotify) g_strfreev);
  else if (is_address (proxy))
    g_task_return_pointer (task, take_proxies (self, uri, new_list (proxy)),
                           (GDestroyNotify) g_strfreev);
  else
    g_proxy_resolver_lookup_async (get_upstream (self, proxy), uri, cancellable, on_looked_up,
                                   g_steal_pointer (&task));
}

static char **
resolver_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, resolver), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = resolver_is_supported;
  iface->lookup = resolver_lookup;
  iface->lookup_async = resolver_lookup_async;
  iface->lookup_finish = resolver_lookup_finish;
}

static void
keyfob_proxy_resolver_finalize (GObject *object)
{
  KeyfobProxyResolver *self = KEYFOB_PROXY_RESOLVER (object);

  g_clear_object (&self->system);
  g_hash_table_unref (self->proxied);
  g_free (self->proxy);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (keyfob_proxy_resolver_parent_class)->finalize (object);
}

static void
keyfob_proxy_resolver_class_init (KeyfobProxyResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_proxy_resolver_finalize;
}

static void
keyfob_proxy_resolver_init (KeyfobProxyResolver *self)
{
  g_mutex_init (&self->mutex);
  self->proxy = g_strdup ("");
  self->proxied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GProxyResolver *
keyfob_proxy_resolver_new (GProxyResolver *system)
{
  KeyfobProxyResolver *self = g_object_new (KEYFOB_TYPE_PROXY_RESOLVER, NULL);

  g_set_object (&self->system, system);

  return G_PROXY_RESOLVER (self);
}

void
keyfob_proxy_resolver_set_proxy (KeyfobProxyResolver *self, const char *proxy)
{
  g_mutex_lock (&self->mutex);
  g_free (self->proxy);
  self->proxy = g_strdup (proxy);
  g_mutex_unlock (&self->mutex);
}

gboolean
keyfob_proxy_resolver_leads_to_proxy (KeyfobProxyResolver *self, GUri *uri)
{
  gboolean leads;

  g_mutex_lock (&self->mutex);
  leads = g_hash_table_contains (self->proxied, g_uri_get_host (uri));
  g_mutex_unlock (&self->mutex);

  return leads;
}
