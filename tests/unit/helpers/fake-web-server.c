/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "fake-web-server.h"

struct _FakeWebServer
{
  GObject parent_instance;

  SoupServer *server;
  gboolean secure;

  guint status;
  char *type;
  GBytes *body;
  char *location;
  GHashTable *headers;
  gboolean stalls;

  guint n_requests;
  char *method;
  char *path;
  GHashTable *fields;
  GHashTable *received;
};

G_DEFINE_FINAL_TYPE (FakeWebServer, fake_web_server, G_TYPE_OBJECT)

static void
remember_header (const char *name, const char *value, gpointer user_data)
{
  FakeWebServer *self = user_data;

  g_hash_table_insert (self->received, g_ascii_strdown (name, -1), g_strdup (value));
}

static void
remember (FakeWebServer *self, SoupServerMessage *message, const char *path, GHashTable *query)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *form = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  self->n_requests++;
  g_free (self->method);
  self->method = g_strdup (soup_server_message_get_method (message));
  g_free (self->path);
  self->path = g_strdup (path);

  g_clear_pointer (&self->fields, g_hash_table_unref);
  self->fields = query != NULL ? g_hash_table_ref (query) : soup_form_decode (form);

  g_hash_table_remove_all (self->received);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), remember_header,
                                self);
}

static void
send_half (FakeWebServer *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  g_autoptr (GBytes) half =
      g_bytes_new_from_bytes (self->body, 0, g_bytes_get_size (self->body) / 2);

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_append_bytes (body, half);
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  FakeWebServer *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  remember (self, message, path, query);

  soup_server_message_set_status (message, self->status, NULL);
  if (self->type != NULL)
    soup_message_headers_replace (headers, "Content-Type", self->type);
  if (self->location != NULL)
    soup_message_headers_replace (headers, "Location", self->location);
  g_hash_table_iter_init (&iter, self->headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    soup_message_headers_replace (headers, name, value);

  if (self->stalls)
    send_half (self, message);
  else if (g_bytes_get_size (self->body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), self->body);
}

static void
fake_web_server_dispose (GObject *object)
{
  FakeWebServer *self = FAKE_WEB_SERVER (object);

  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (fake_web_server_parent_class)->dispose (object);
}

static void
fake_web_server_finalize (GObject *object)
{
  FakeWebServer *self = FAKE_WEB_SERVER (object);

  g_free (self->type);
  g_free (self->location);
  g_free (self->method);
  g_free (self->path);
  g_bytes_unref (self->body);
  g_hash_table_unref (self->headers);
  g_hash_table_unref (self->received);
  g_clear_pointer (&self->fields, g_hash_table_unref);

  G_OBJECT_CLASS (fake_web_server_parent_class)->finalize (object);
}

static void
fake_web_server_class_init (FakeWebServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fake_web_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = fake_web_server_finalize;
}

static void
fake_web_server_init (FakeWebServer *self)
{
  self->body = g_bytes_new_static ("", 0);
  self->status = SOUP_STATUS_OK;
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->received = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

FakeWebServer *
fake_web_server_new (GTlsCertificate *certificate)
{
  FakeWebServer *self = g_object_new (FAKE_TYPE_WEB_SERVER, NULL);
  SoupServerListenOptions options = certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0;
  g_autoptr (GError) error = NULL;

  self->secure = certificate != NULL;
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0, options | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);

  return self;
}

guint
fake_web_server_get_port (FakeWebServer *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  guint port = g_uri_get_port (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return port;
}

char *
fake_web_server_dup_url (FakeWebServer *self, const char *path)
{
  return g_strdup_printf ("%s://localhost:%u%s", self->secure ? "https" : "http",
                          fake_web_server_get_port (self), path);
}

void
fake_web_server_answer (FakeWebServer *self,
                        guint status,
                        const char *type,
                        const char *body,
                        gssize length)
{
  self->status = status;
  g_free (self->type);
  self->type = g_strdup (type);
  g_bytes_unref (self->body);
  self->body = g_bytes_new (body, length < 0 ? strlen (body) : (gsize) length);
  g_clear_pointer (&self->location, g_free);
}

void
fake_web_server_redirect (FakeWebServer *self, guint status, const char *location)
{
  fake_web_server_answer (self, status, NULL, "", 0);
  self->location = g_strdup (location);
}

void
fake_web_server_set_header (FakeWebServer *self, const char *name, const char *value)
{
  g_hash_table_insert (self->headers, g_strdup (name), g_strdup (value));
}

void
fake_web_server_stall (FakeWebServer *self)
{
  self->stalls = TRUE;
}

guint
fake_web_server_get_n_requests (FakeWebServer *self)
{
  return self->n_requests;
}

const char *
fake_web_server_get_method (FakeWebServer *self)
{
  return self->method;
}

const char *
fake_web_server_get_path (FakeWebServer *self)
{
  return self->path;
}

const char *
fake_web_server_get_field (FakeWebServer *self, const char *name)
{
  return g_hash_table_lookup (self->fields, name);
}

guint
fake_web_server_get_n_fields (FakeWebServer *self)
{
  return g_hash_table_size (self->fields);
}

const char *
fake_web_server_get_header (FakeWebServer *self, const char *name)
{
  return g_hash_table_lookup (self->received, name);
}
