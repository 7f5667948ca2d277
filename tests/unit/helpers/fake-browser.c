/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-browser.h"
#include "wait.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT 30

struct _FakeBrowser
{
  GObject parent_instance;

  char *address;
  guint16 port;
  GBytes *request;
  GThread *thread;
  GString *response;
  gint done;
};

G_DEFINE_FINAL_TYPE (FakeBrowser, fake_browser, G_TYPE_OBJECT)

static void
talk (FakeBrowser *self, GSocket *socket)
{
  gsize length;
  const char *data = g_bytes_get_data (self->request, &length);
  char buffer[4096];
  gssize n;

  while (length > 0 && (n = g_socket_send (socket, data, length, NULL, NULL)) > 0)
    {
      data += n;
      length -= n;
    }
  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (self->response, buffer, n);
}

static gpointer
run (gpointer data)
{
  FakeBrowser *self = data;
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (self->address, self->port);
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_timeout (socket, TIMEOUT);
  if (g_socket_connect (socket, address, NULL, NULL))
    talk (self, socket);

  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static void
fake_browser_finalize (GObject *object)
{
  FakeBrowser *self = FAKE_BROWSER (object);

  fake_browser_wait (self);
  g_free (self->address);
  g_bytes_unref (self->request);
  g_string_free (self->response, TRUE);

  G_OBJECT_CLASS (fake_browser_parent_class)->finalize (object);
}

static void
fake_browser_class_init (FakeBrowserClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_browser_finalize;
}

static void
fake_browser_init (FakeBrowser *self)
{
  self->response = g_string_new (NULL);
}

FakeBrowser *
fake_browser_open (const char *address, guint16 port, const char *request, gssize length)
{
  FakeBrowser *self = g_object_new (FAKE_TYPE_BROWSER, NULL);

  self->address = g_strdup (address);
  self->port = port;
  self->request = g_bytes_new (request, length < 0 ? strlen (request) : (gsize) length);
  self->thread = g_thread_new ("browser", run, self);

  return self;
}

FakeBrowser *
fake_browser_get (guint16 port, const char *path_and_query)
{
  g_autofree char *request =
      g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", path_and_query, port);

  return fake_browser_open ("::1", port, request, -1);
}

FakeBrowser *
fake_browser_visit (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *request = NULL;
  const char *host;
  const char *path;

  g_assert_nonnull (parsed);
  host = g_uri_get_host (parsed);
  path = strstr (uri, g_uri_get_path (parsed));
  if (g_str_equal (host, "localhost"))
    return fake_browser_get (g_uri_get_port (parsed), path);

  g_assert_cmpstr (host, ==, "127.0.0.1");
  request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s:%u\r\n\r\n", path, host,
                             g_uri_get_port (parsed));

  return fake_browser_open (host, g_uri_get_port (parsed), request, -1);
}

gboolean
fake_browser_is_done (FakeBrowser *self)
{
  return g_atomic_int_get (&self->done);
}

const char *
fake_browser_wait (FakeBrowser *self)
{
  wait_while (!fake_browser_is_done (self));
  g_clear_pointer (&self->thread, g_thread_join);

  return self->response->str;
}

guint
fake_browser_get_status (FakeBrowser *self)
{
  const char *response = fake_browser_wait (self);

  return g_str_has_prefix (response, "HTTP/1.") ? atoi (response + strlen ("HTTP/1.1 ")) : 0;
}

char *
fake_browser_dup_location (FakeBrowser *self)
{
  const char *start = strstr (fake_browser_wait (self), "\r\nLocation: ");

  g_assert_nonnull (start);
  start += strlen ("\r\nLocation: ");

  return g_strndup (start, strcspn (start, "\r"));
}

static gboolean
can_listen (const char *address, guint16 port)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_address (listener, socket_address, G_SOCKET_TYPE_STREAM,
                                        G_SOCKET_PROTOCOL_TCP, NULL, NULL, NULL);
}

gboolean
fake_browser_is_port_free (guint16 port)
{
  return can_listen ("127.0.0.1", port) && can_listen ("::1", port);
}

guint16
fake_browser_find_port (void)
{
  guint16 port;

  /* below those that the system gives to outgoing connections, of which there are many in tests */
  do
    port = g_random_int_range (10000, 32000);
  while (!fake_browser_is_port_free (port));

  return port;
}
