/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-provider.h"

#include <string.h>

#include "keyfob-base-url.h"
#include "keyfob-text.h"

#define MAX_CLIENT_ID 1000
#define LONGEST_SHOWN 120 /* characters of an endpoint */

/* Returns: length of scheme, host and port of an endpoint */
static gsize
get_origin_length (const char *endpoint)
{
  const char *authority = strstr (endpoint, "://");

  authority = authority != NULL ? authority + strlen ("://") : endpoint;

  return authority - endpoint + strcspn (authority, "/");
}

static gboolean
has_same_origin (const char *one, const char *other)
{
  gsize length = get_origin_length (one);

  return length == get_origin_length (other) && strncmp (one, other, length) == 0;
}

/* The path of @url with an escape for each `*`, which has a meaning here. */
static char *
normalise (const char *url)
{
  g_autofree char *page = g_strndup (url, strcspn (url, "?#"));
  g_autofree char *normal = keyfob_base_url_normalise (page, TRUE, NULL, NULL);
  g_auto (GStrv) parts = normal != NULL ? g_strsplit (normal, "*", -1) : NULL;

  return parts != NULL ? g_strjoinv ("%2A", parts) : NULL;
}

KeyfobProvider *
keyfob_provider_new (const char *url, const char *client_id)
{
  g_autofree char *endpoint = normalise (url);
  KeyfobProvider *self;

  if (endpoint == NULL
      || (client_id != NULL
          && (strlen (client_id) > MAX_CLIENT_ID || !keyfob_text_is_clean (client_id))))
    return NULL;

  self = g_new0 (KeyfobProvider, 1);
  self->endpoint = g_steal_pointer (&endpoint);
  if (client_id != NULL && *client_id != '\0')
    self->client_id = g_strdup (client_id);

  return self;
}

KeyfobProvider *
keyfob_provider_copy (const KeyfobProvider *self)
{
  KeyfobProvider *copy = g_new0 (KeyfobProvider, 1);

  copy->endpoint = g_strdup (self->endpoint);
  copy->client_id = g_strdup (self->client_id);
  copy->issuer = g_strdup (self->issuer);
  copy->is_page = self->is_page;

  return copy;
}

void
keyfob_provider_free (KeyfobProvider *self)
{
  g_free (self->endpoint);
  g_free (self->client_id);
  g_free (self->issuer);
  g_free (self);
}

gboolean
keyfob_provider_matches (const KeyfobProvider *self, const KeyfobProvider *known)
{
  return has_same_origin (self->endpoint, known->endpoint)
         && g_pattern_match_simple (known->endpoint, self->endpoint)
         && g_strcmp0 (self->client_id, known->client_id) == 0;
}

gboolean
keyfob_provider_has_same_origin (const KeyfobProvider *self, const KeyfobProvider *other)
{
  return has_same_origin (self->endpoint, other->endpoint);
}

gboolean
keyfob_provider_is_same_client (const KeyfobProvider *self, const KeyfobProvider *other)
{
  return self->client_id != NULL && g_strcmp0 (self->client_id, other->client_id) == 0
         && has_same_origin (self->endpoint, other->endpoint);
}

gboolean
keyfob_provider_may_vary (const KeyfobProvider *self)
{
  return strpbrk (self->endpoint + get_origin_length (self->endpoint), "0123456789") != NULL;
}

void
keyfob_provider_generalise (KeyfobProvider *self, const KeyfobProvider *other)
{
  g_auto (GStrv) parts = g_strsplit (self->endpoint, "/", -1);
  g_auto (GStrv) others = g_strsplit (other->endpoint, "/", -1);

  if (!has_same_origin (self->endpoint, other->endpoint)
      || g_strv_length (parts) != g_strv_length (others))
    return;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (g_str_equal (parts[i], others[i]))
        continue;
      g_free (parts[i]);
      parts[i] = g_strdup ("*");
    }
  g_free (self->endpoint);
  self->endpoint = g_strjoinv ("/", parts);
}

gboolean
keyfob_provider_accepts_issuer (const KeyfobProvider *self, const char *issuer)
{
  g_autofree char *normal = NULL;

  if (issuer == NULL || self->is_page)
    return TRUE;

  normal = keyfob_base_url_normalise (issuer, TRUE, NULL, NULL);

  return normal != NULL && has_same_origin (normal, self->endpoint);
}

char *
keyfob_provider_dup_name (const KeyfobProvider *self)
{
  const char *authority = strstr (self->endpoint, "://");

  authority = authority != NULL ? authority + strlen ("://") : self->endpoint;

  return g_strndup (authority, strcspn (authority, "/"));
}

char *
keyfob_provider_dup_name_beside (const KeyfobProvider *self, const KeyfobProvider *other)
{
  g_autofree char *name = keyfob_provider_dup_name (self);
  g_autofree char *other_name = keyfob_provider_dup_name (other);

  /* where the endpoints are the same, too, the clients differ */
  if (!g_str_equal (name, other_name) || g_str_equal (self->endpoint, other->endpoint))
    return g_steal_pointer (&name);

  return keyfob_text_clean (self->endpoint, -1, LONGEST_SHOWN);
}
