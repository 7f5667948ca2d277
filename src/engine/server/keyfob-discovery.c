/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-discovery.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-config.h"
#include "keyfob-error-detail.h"
#include "keyfob-http.h"
#include "keyfob-py-oidc-server.h"

/* For one request, in seconds, while somebody waits. */
#define TIME_LIMIT 3
#define MOST_REDIRECTS 3
/* How many addresses below the host are asked. */
#define MOST_LEVELS 4

/* What a login route of py-oidc-auth says to a request that does not name a redirect address. */
#define FINGERPRINT "Missing redirect_uri"

/* Where deployments are known to have their sign-in, below the host. */
static const char *const prefixes[] = { "/api", "/api/freva-nextgen" };

typedef struct
{
  SoupSession *session;
  KeyfobClock *clock;
  gboolean allow_http;
  GPtrArray *probes; /* Probe, the most likely one first */
  GPtrArray *found;  /* KeyfobFoundServer */
  guint waiting;     /* requests without an answer */
} Discovery;

/* The login route of one candidate. */
typedef struct
{
  GTask *task;
  char *url;      /* of the login route */
  char *base_url; /* (nullable): where that is one of py-oidc-auth */
  guint redirects;
  KeyfobAnswer *answer; /* (nullable) */
  GError *error;        /* (nullable): why there is no answer */
} Probe;

/* Another route of a server that was found. */
typedef struct
{
  GTask *task;
  KeyfobFoundServer *server;
  KeyfobRoute route;
} Look;

static void
probe_free (Probe *probe)
{
  g_free (probe->url);
  g_free (probe->base_url);
  g_clear_pointer (&probe->answer, keyfob_answer_free);
  g_clear_error (&probe->error);
  g_free (probe);
}

static void
discovery_free (Discovery *self)
{
  g_object_unref (self->session);
  g_object_unref (self->clock);
  g_ptr_array_unref (self->probes);
  g_ptr_array_unref (self->found);
  g_free (self);
}

void
keyfob_found_server_free (KeyfobFoundServer *self)
{
  g_free (self->base_url);
  g_clear_pointer (&self->ports, g_variant_unref);
  g_free (self);
}

static void
add_candidate (GPtrArray *candidates, char *base_url)
{
  if (g_ptr_array_find_with_equal_func (candidates, base_url, g_str_equal, NULL))
    g_free (base_url);
  else
    g_ptr_array_add (candidates, base_url);
}

/* @base_url and the addresses above it, the host itself always, and the known ones below that. */
static void
add_candidates (GPtrArray *candidates, const char *base_url)
{
  g_autofree char *url = g_strdup (base_url);
  char *host = strstr (url, "://") + strlen ("://");
  gsize levels = 0;

  for (char *slash = strrchr (host, '/'); slash != NULL; slash = strrchr (host, '/'))
    {
      if (levels++ < MOST_LEVELS)
        add_candidate (candidates, g_strdup (url));
      *slash = '\0';
    }

  add_candidate (candidates, g_strdup (url));
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    add_candidate (candidates, g_strconcat (url, prefixes[i], NULL));
}

GPtrArray *
keyfob_discovery_candidates (const char *link, gboolean allow_http, GError **error)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *address = keyfob_base_url_from_link (link);
  g_autofree char *scheme = keyfob_base_url_dup_scheme (address);
  g_autofree char *as_typed = keyfob_base_url_normalise (address, TRUE, NULL, error);
  const char *rest = as_typed != NULL ? strstr (as_typed, "://") : NULL;
  g_autofree char *https = rest != NULL ? g_strconcat ("https", rest, NULL) : NULL;
  g_autofree char *http = rest != NULL ? g_strconcat ("http", rest, NULL) : NULL;
  g_autofree char *safe =
      rest != NULL ? keyfob_base_url_normalise (http, allow_http, NULL, NULL) : NULL;

  if (rest == NULL)
    return NULL;

  add_candidates (candidates, https);
  /* what is on this machine may have no certificate, and is first where that was typed */
  if (safe != NULL && g_strcmp0 (scheme, "https") != 0)
    add_candidates (candidates, http);

  return g_steal_pointer (&candidates);
}

static gboolean
is_login_route (KeyfobAnswer *answer)
{
  g_autoptr (KeyfobErrorDetail) detail = NULL;

  if (answer->status != SOUP_STATUS_BAD_REQUEST)
    return FALSE;

  detail = keyfob_error_detail_new (answer->body, answer->length);

  return g_strcmp0 (detail->description, FINGERPRINT) == 0;
}

/* Returns: (transfer full) (nullable): where the redirect leads, if that is on the same site and
 * not from https to http */
static char *
dup_target (const char *url, const char *location)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED;
  g_autoptr (GUri) from = g_uri_parse (url, flags, NULL);
  g_autoptr (GUri) to = from != NULL ? g_uri_parse_relative (from, location, flags, NULL) : NULL;
  g_autofree char *target = to != NULL ? g_uri_to_string (to) : NULL;

  return target != NULL && keyfob_base_url_is_same_site (url, target) ? g_steal_pointer (&target)
                                                                      : NULL;
}

static void on_login_answer (GObject *source, GAsyncResult *result, gpointer user_data);

static void
send (Probe *probe)
{
  Discovery *self = g_task_get_task_data (probe->task);

  keyfob_http_send_async (self->session, NULL, SOUP_METHOD_GET, probe->url, NULL, NULL, TIME_LIMIT,
                          self->clock, g_task_get_cancellable (probe->task), on_login_answer,
                          probe);
}

static void
finish (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&self->found), (GDestroyNotify) g_ptr_array_unref);
  self->found = g_ptr_array_new ();
}

static void
on_look_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Look *look = user_data;
  g_autoptr (GTask) task = look->task;
  Discovery *self = g_task_get_task_data (task);
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, NULL);
  guint status = answer != NULL ? answer->status : 0;

  if (look->route == KEYFOB_ROUTE_DEVICE)
    look->server->has_device = status == SOUP_STATUS_METHOD_NOT_ALLOWED;
  else if (look->route == KEYFOB_ROUTE_USERINFO)
    look->server->has_userinfo =
        status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN;
  else if (status == SOUP_STATUS_OK)
    look->server->ports = keyfob_py_oidc_server_read_ports (answer, NULL);

  if (--self->waiting == 0)
    finish (task);
}

/* Which other routes there are: a GET of a route that wants another method, or a token, does
 * nothing. */
static void
look_at (GTask *task, KeyfobFoundServer *server)
{
  const KeyfobRoute routes[] = { KEYFOB_ROUTE_DEVICE, KEYFOB_ROUTE_USERINFO,
                                 KEYFOB_ROUTE_AUTH_PORTS };
  Discovery *self = g_task_get_task_data (task);
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (server->base_url, g_variant_new_parsed ("{'allow-http': <true>}"), NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *url = keyfob_config_dup_url (config, routes[i]);
      Look *look = g_new0 (Look, 1);

      look->task = g_object_ref (task);
      look->server = server;
      look->route = routes[i];
      self->waiting++;
      keyfob_http_send_async (self->session, NULL, SOUP_METHOD_GET, url, NULL, NULL, TIME_LIMIT,
                              self->clock, g_task_get_cancellable (task), on_look_answer, look);
    }
}

static gboolean
is_found (Discovery *self, const char *base_url)
{
  for (guint i = 0; i < self->found->len; i++)
    {
      KeyfobFoundServer *server = g_ptr_array_index (self->found, i);

      if (g_str_equal (server->base_url, base_url))
        return TRUE;
    }

  return FALSE;
}

/* Returns: (transfer full): why nothing was found, as the most likely address tells it */
static GError *
new_error (Discovery *self)
{
  const Probe *silent = NULL;

  for (guint i = 0; i < self->probes->len; i++)
    {
      const Probe *probe = g_ptr_array_index (self->probes, i);
      g_autofree char *host = keyfob_answer_dup_host (probe->url);

      if (probe->answer != NULL && keyfob_answer_is_unavailable (probe->answer))
        return keyfob_answer_to_error (probe->answer, KEYFOB_REQUEST_LOGIN);
      if (probe->answer != NULL)
        return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED,
                            _ ("%s answers, but no sign-in was found there. Open the portal in a "
                               "browser and copy the address of its sign-in."),
                            host);
      if (silent == NULL)
        silent = probe;
    }

  return g_error_copy (silent->error);
}

static void
end_probes (GTask *task)
{
  Discovery *self = g_task_get_task_data (task);

  for (guint i = 0; i < self->probes->len; i++)
    {
      Probe *probe = g_ptr_array_index (self->probes, i);
      KeyfobFoundServer *server;

      if (probe->base_url == NULL || is_found (self, probe->base_url))
        continue;

      server = g_new0 (KeyfobFoundServer, 1);
      server->base_url = g_strdup (probe->base_url);
      g_ptr_array_add (self->found, server);
      look_at (task, server);
    }

  if (self->found->len == 0 && !g_task_return_error_if_cancelled (task))
    g_task_return_error (task, new_error (self));
}

static void
on_login_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Probe *probe = user_data;
  Discovery *self = g_task_get_task_data (probe->task);
  g_autoptr (GTask) task = NULL;
  g_autofree char *target = NULL;

  probe->answer = keyfob_http_send_finish (result, &probe->error);
  if (probe->answer != NULL && keyfob_answer_is_redirect (probe->answer)
      && probe->redirects < MOST_REDIRECTS)
    target = dup_target (probe->url, probe->answer->location);
  if (target != NULL)
    {
      probe->redirects++;
      g_free (probe->url);
      probe->url = g_steal_pointer (&target);
      g_clear_pointer (&probe->answer, keyfob_answer_free);
      send (probe);
      return;
    }

  if (probe->answer != NULL && is_login_route (probe->answer))
    {
      g_autofree char *address = keyfob_base_url_from_link (probe->url);

      probe->base_url = keyfob_base_url_normalise (address, self->allow_http, NULL, NULL);
    }

  task = g_steal_pointer (&probe->task);
  if (--self->waiting == 0)
    end_probes (task);
}

void
keyfob_discovery_run_async (SoupSession *session,
                            KeyfobClock *clock,
                            const char *link,
                            gboolean allow_http,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) candidates = keyfob_discovery_candidates (link, allow_http, &error);
  Discovery *self;

  g_task_set_source_tag (task, keyfob_discovery_run_async);
  if (candidates == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  self = g_new0 (Discovery, 1);
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->allow_http = allow_http;
  self->probes = g_ptr_array_new_with_free_func ((GDestroyNotify) probe_free);
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_found_server_free);
  self->waiting = candidates->len;
  g_task_set_task_data (task, self, (GDestroyNotify) discovery_free);

  for (guint i = 0; i < candidates->len; i++)
    {
      Probe *probe = g_new0 (Probe, 1);
      g_autoptr (KeyfobConfig) config = keyfob_config_new (
          g_ptr_array_index (candidates, i), g_variant_new_parsed ("{'allow-http': <true>}"), NULL);

      probe->task = g_object_ref (task);
      probe->url = keyfob_config_dup_url (config, KEYFOB_ROUTE_LOGIN);
      g_ptr_array_add (self->probes, probe);
    }
  for (guint i = 0; i < self->probes->len; i++)
    send (g_ptr_array_index (self->probes, i));
}

GPtrArray *
keyfob_discovery_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
