/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-loopback-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"

/* more than a browser takes as the header of a redirect, so no callback is longer */
#define MAX_HEAD (512 * 1024)
#define READ_SIZE (16 * 1024)
/* how much may follow the head; nothing of it is kept */
#define MAX_REST (16 * 1024 * 1024)
/* first byte of a TLS record with a ClientHello (RFC 8446 section 5.1) */
#define TLS_HANDSHAKE 0x16
/* Milliseconds without a further try where the system has no room for another connection. */
#define ACCEPT_PAUSE 250

struct _KeyfobLoopbackListener
{
  GObject parent_instance;

  guint16 port;
  GPtrArray *sockets;
  GPtrArray *sources;
  int spare_fd;
  gboolean is_full; /* the last try to accept a connection has failed */
  GQueue clients;   /* oldest first */
  guint last_id;
};

G_DEFINE_FINAL_TYPE (KeyfobLoopbackListener, keyfob_loopback_listener, G_TYPE_OBJECT)

enum
{
  REQUEST,
  TLS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  KeyfobLoopbackListener *listener;
  guint id;
  GSocket *socket;
  GSource *deadline; /* (nullable) */
  gboolean kept;     /* not cut off for the sake of others */
  GSource *readable; /* (nullable): %NULL after the end of what the browser sends */
  GSource *writable; /* (nullable): while the response is being sent */
  GByteArray *head;  /* (nullable): %NULL once the request was passed on */
  gsize n_rest;      /* bytes after the head */
  GBytes *response;  /* (nullable) */
  gsize n_sent;
} Client;

static int
open_spare (void)
{
  return g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
}

/* The head contains the authorization code. */
static void
wipe (GByteArray *head)
{
  explicit_bzero (head->data, head->len);
  g_byte_array_unref (head);
}

static void
client_free (Client *client)
{
  g_clear_pointer (&client->deadline, keyfob_source_free);
  g_clear_pointer (&client->readable, keyfob_source_free);
  g_clear_pointer (&client->writable, keyfob_source_free);
  g_socket_close (client->socket, NULL);
  g_clear_object (&client->socket);
  g_clear_pointer (&client->head, wipe);
  g_clear_pointer (&client->response, g_bytes_unref);
  g_free (client);
}

static void
client_drop (Client *client)
{
  g_queue_remove (&client->listener->clients, client);
  client_free (client);
}

static gboolean
on_deadline (gpointer user_data)
{
  client_drop (user_data);

  return G_SOURCE_REMOVE;
}

static void
client_start_deadline (Client *client)
{
  g_clear_pointer (&client->deadline, keyfob_source_free);
  client->deadline = g_timeout_source_new_seconds (KEYFOB_LOOPBACK_DEADLINE);
  g_source_set_callback (client->deadline, on_deadline, client, NULL);
  g_source_attach (client->deadline, g_main_context_get_thread_default ());
}

static GSource *
client_watch (Client *client, GIOCondition condition, GSocketSourceFunc callback)
{
  GSource *source = g_socket_create_source (client->socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (callback), client, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

/* Returns: (nullable): the oldest connection of another user, else the oldest of all */
static Client *
find_expendable (KeyfobLoopbackListener *self)
{
  Client *oldest = NULL;

  for (GList *link = self->clients.head; link != NULL; link = link->next)
    {
      Client *client = link->data;

      if (client->kept)
        continue;
      if (keyfob_loopback_peer_look_up (g_socket_get_fd (client->socket))
          == KEYFOB_LOOPBACK_PEER_OTHER)
        return client;
      if (oldest == NULL)
        oldest = client;
    }

  return oldest;
}

static void
limit_connections (KeyfobLoopbackListener *self)
{
  Client *client;

  if (self->clients.length < KEYFOB_LOOPBACK_MAX_CONNECTIONS)
    return;

  g_debug ("Too many connections on port %u", self->port);
  client = find_expendable (self);
  if (client != NULL)
    client_drop (client);
}

/* Browsers open connections in advance. Whoever has the port next would not get a request that
 * comes on one of these, so they are closed, and the browser opens another. */
static void
drop_idle_clients (KeyfobLoopbackListener *self)
{
  GList *next;

  for (GList *link = self->clients.head; link != NULL; link = next)
    {
      Client *client = link->data;

      next = link->next;
      if (client->head != NULL)
        client_drop (client);
    }
}

static Client *
find_client (KeyfobLoopbackListener *self, guint id)
{
  for (GList *link = self->clients.head; link != NULL; link = link->next)
    {
      Client *client = link->data;

      if (client->id == id)
        return client;
    }

  return NULL;
}

/* Closing a connection with unread data would take the response away from the browser, so the end
 * of the response is told first, and the browser closes. */
static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data = g_bytes_get_data (client->response, &length);
  gssize n = g_socket_send (socket, data + client->n_sent, length - client->n_sent, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n < 0)
    {
      client_drop (client);
      return G_SOURCE_REMOVE;
    }

  client->n_sent += n;
  if (client->n_sent < length)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&client->writable, keyfob_source_free);
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  if (client->readable == NULL)
    client_drop (client);

  return G_SOURCE_REMOVE;
}

/* Whether the empty line after the header fields has arrived. */
static gboolean
has_end (GByteArray *head, gsize from)
{
  for (gsize i = from; i < head->len; i++)
    if (head->data[i] == '\n' && i > 0
        && (head->data[i - 1] == '\n'
            || (i > 1 && head->data[i - 1] == '\r' && head->data[i - 2] == '\n')))
      return TRUE;

  return FALSE;
}

/* Anybody who speaks TLS waits for an answer in TLS: a fatal alert “handshake_failure”. */
static void
refuse_tls (KeyfobLoopbackListener *self, guint id)
{
  gboolean is_other =
      keyfob_loopback_listener_look_up_peer (self, id) == KEYFOB_LOOPBACK_PEER_OTHER;
  static const guint8 alert[] = { 0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28 };
  g_autoptr (GBytes) response = g_bytes_new_static (alert, sizeof alert);

  keyfob_loopback_listener_answer (self, id, response);
  if (!is_other)
    g_signal_emit (self, signals[TLS], 0);
}

/* May free @client. */
static void
take_head (Client *client, const guint8 *data, gsize length)
{
  KeyfobLoopbackListener *self = client->listener;
  gsize before = client->head->len;
  g_autoptr (GByteArray) head = NULL;
  gboolean complete;

  g_byte_array_append (client->head, data, length);
  complete = has_end (client->head, before);
  if (client->head->data[0] != TLS_HANDSHAKE && !complete && client->head->len < MAX_HEAD)
    return;

  head = g_steal_pointer (&client->head);
  if (head->data[0] == TLS_HANDSHAKE)
    refuse_tls (self, client->id);
  else
    g_signal_emit (self, signals[REQUEST], 0, client->id, head, !complete);
  explicit_bzero (head->data, head->len);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;
  G_GNUC_UNUSED g_autoptr (KeyfobLoopbackListener) held = g_object_ref (client->listener);
  g_autoptr (GError) error = NULL;
  guint8 buffer[READ_SIZE];
  gssize n = g_socket_receive (socket, (char *) buffer, sizeof buffer, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  if (n <= 0)
    {
      g_clear_pointer (&client->readable, keyfob_source_free);
      /* a browser may close its half of the connection before it has the response */
      if (n < 0 || client->head != NULL || (client->response != NULL && client->writable == NULL))
        client_drop (client);
      return G_SOURCE_REMOVE;
    }

  if (client->head != NULL)
    take_head (client, buffer, n);
  else if ((client->n_rest += n) > MAX_REST)
    client_drop (client);
  explicit_bzero (buffer, n);

  return G_SOURCE_CONTINUE;
}

static void
accept_connection (KeyfobLoopbackListener *self, GSocket *socket)
{
  Client *client = g_new0 (Client, 1);

  limit_connections (self);

  g_socket_set_blocking (socket, FALSE);
  client->listener = self;
  client->id = ++self->last_id;
  client->socket = g_object_ref (socket);
  client->head = g_byte_array_sized_new (READ_SIZE);
  client->readable = client_watch (client, G_IO_IN, on_readable);
  client_start_deadline (client);
  g_queue_push_tail (&self->clients, client);
}

static gboolean
may_accept (const GError *error)
{
  return error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Where this process has no free descriptor, accepts the connection with the spare descriptor and
 * closes it. */
static void
refuse_connection (KeyfobLoopbackListener *self, GSocket *socket, GError **error)
{
  g_autoptr (GSocket) refused = NULL;

  if (self->spare_fd >= 0)
    g_close (self->spare_fd, NULL);
  refused = g_socket_accept (socket, NULL, error);
  g_clear_object (&refused);
  self->spare_fd = open_spare ();
}

static void watch_socket (KeyfobLoopbackListener *self, GSocket *socket);

typedef struct
{
  KeyfobLoopbackListener *listener;
  GSocket *socket;
} Pause;

static gboolean
on_pause_over (gpointer user_data)
{
  Pause *pause = user_data;

  watch_socket (pause->listener, pause->socket);

  return G_SOURCE_REMOVE;
}

/* @source: (transfer full): what goes on with @socket from now on */
static void
set_source (KeyfobLoopbackListener *self, GSocket *socket, GSource *source)
{
  guint i;

  g_source_attach (source, g_main_context_get_thread_default ());
  g_ptr_array_find (self->sockets, socket, &i);
  if (i < self->sources->len)
    keyfob_source_free (g_steal_pointer (&g_ptr_array_index (self->sources, i)));
  else
    g_ptr_array_add (self->sources, NULL);
  g_ptr_array_index (self->sources, i) = source;
}

/* A connection that cannot be accepted would keep the main loop busy. */
static void
pause_accepting (KeyfobLoopbackListener *self, GSocket *socket, const GError *error)
{
  GSource *source = g_timeout_source_new (ACCEPT_PAUSE);
  Pause *pause = g_new (Pause, 1);

  if (!self->is_full)
    g_message ("The browser has to wait at port %u: %s", self->port, error->message);
  self->is_full = TRUE;

  *pause = (Pause){ self, socket };
  g_source_set_callback (source, on_pause_over, pause, g_free);
  set_source (self, socket, source);
}

static gboolean
on_acceptable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  g_autoptr (KeyfobLoopbackListener) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) client = g_socket_accept (socket, NULL, &error);

  if (client != NULL)
    accept_connection (self, client);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    {
      g_clear_error (&error);
      refuse_connection (self, socket, &error);
    }

  if (may_accept (error))
    {
      self->is_full = FALSE;
      return G_SOURCE_CONTINUE;
    }

  pause_accepting (self, socket, error);
  return G_SOURCE_REMOVE;
}

static void
watch_socket (KeyfobLoopbackListener *self, GSocket *socket)
{
  GSource *source = g_socket_create_source (socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (on_acceptable), self, NULL);
  set_source (self, socket, source);
}

/* Without SO_REUSEPORT, so that no other program can share the port. SO_REUSEADDR only allows a
 * port with closed connections in TIME_WAIT. */
static gboolean
bind_and_listen (int fd, const struct sockaddr *address, socklen_t length)
{
  const int yes = 1;

  return setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
         && (address->sa_family != AF_INET6
             || setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0)
         && bind (fd, address, length) == 0 && listen (fd, SOMAXCONN) == 0;
}

/* Returns: %FALSE where another program has the port; %TRUE without a socket where the machine does
 * not have the address family */
static gboolean
bind_port (GInetAddress *loopback, guint16 port, GSocket **socket_out)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  struct sockaddr_storage native;
  gssize length = g_socket_address_get_native_size (address);
  int fd;
  int saved_errno;

  g_socket_address_to_native (address, &native, sizeof native, NULL);
  fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && bind_and_listen (fd, (struct sockaddr *) &native, length))
    {
      *socket_out = g_socket_new_from_fd (fd, NULL);
      return *socket_out != NULL;
    }

  saved_errno = errno;
  if (fd >= 0)
    g_close (fd, NULL);

  return saved_errno == EAFNOSUPPORT || saved_errno == EADDRNOTAVAIL;
}

static void
add_socket (KeyfobLoopbackListener *self, GSocket *socket)
{
  g_ptr_array_add (self->sockets, g_object_ref (socket));
  watch_socket (self, socket);
}

static gboolean
listen_on (KeyfobLoopbackListener *self, guint16 port)
{
  g_autoptr (GInetAddress) ipv4 = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetAddress) ipv6 = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocket) socket4 = NULL;
  g_autoptr (GSocket) socket6 = NULL;

  if (!bind_port (ipv4, port, &socket4) || !bind_port (ipv6, port, &socket6))
    return FALSE;
  if (socket4 == NULL && socket6 == NULL)
    return FALSE;

  if (socket4 != NULL)
    add_socket (self, socket4);
  if (socket6 != NULL)
    add_socket (self, socket6);
  self->port = port;

  return TRUE;
}

static char *
join_ports (const guint16 *ports, gsize n_ports)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < n_ports; i++)
    g_string_append_printf (list, "%s%u", i > 0 ? ", " : "", ports[i]);

  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
keyfob_loopback_listener_dispose (GObject *object)
{
  KeyfobLoopbackListener *self = KEYFOB_LOOPBACK_LISTENER (object);

  keyfob_loopback_listener_close (self);
  g_queue_clear_full (&self->clients, (GDestroyNotify) client_free);

  G_OBJECT_CLASS (keyfob_loopback_listener_parent_class)->dispose (object);
}

static void
keyfob_loopback_listener_finalize (GObject *object)
{
  KeyfobLoopbackListener *self = KEYFOB_LOOPBACK_LISTENER (object);

  g_ptr_array_unref (self->sources);
  g_ptr_array_unref (self->sockets);
  if (self->spare_fd >= 0)
    g_close (self->spare_fd, NULL);

  G_OBJECT_CLASS (keyfob_loopback_listener_parent_class)->finalize (object);
}

static void
keyfob_loopback_listener_class_init (KeyfobLoopbackListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_loopback_listener_dispose;
  object_class->finalize = keyfob_loopback_listener_finalize;

  signals[REQUEST] =
      g_signal_new ("request", KEYFOB_TYPE_LOOPBACK_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_BYTE_ARRAY, G_TYPE_BOOLEAN);
  signals[TLS] = g_signal_new ("tls", KEYFOB_TYPE_LOOPBACK_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_loopback_listener_init (KeyfobLoopbackListener *self)
{
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_source_free);
  self->spare_fd = open_spare ();
}

KeyfobLoopbackListener *
keyfob_loopback_listener_new (void)
{
  return g_object_new (KEYFOB_TYPE_LOOPBACK_LISTENER, NULL);
}

gboolean
keyfob_loopback_listener_listen (KeyfobLoopbackListener *self,
                                 const guint16 *ports,
                                 gsize n_ports,
                                 GError **error)
{
  g_autofree char *list = NULL;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self), FALSE);
  g_return_val_if_fail (self->port == 0, FALSE);

  for (gsize i = 0; i < n_ports; i++)
    {
      if (listen_on (self, ports[i]))
        return TRUE;
      g_debug ("Port %u is taken", ports[i]);
    }

  list = join_ports (ports, n_ports);
  g_set_error (
      error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT,
      _ ("Other programs hold every port that the browser may come back to (%s). Close one "
         "of them and try again, or sign in on another device."),
      list);

  return FALSE;
}

guint16
keyfob_loopback_listener_get_port (KeyfobLoopbackListener *self)
{
  g_return_val_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self), 0);

  return self->port;
}

char *
keyfob_loopback_listener_dup_authority (KeyfobLoopbackListener *self)
{
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self), NULL);

  if (self->sockets->len == 0)
    return NULL;

  address = g_socket_get_local_address (g_ptr_array_index (self->sockets, 0), NULL);

  return address != NULL ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)) : NULL;
}

KeyfobLoopbackPeer
keyfob_loopback_listener_look_up_peer (KeyfobLoopbackListener *self, guint id)
{
  Client *client;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self), KEYFOB_LOOPBACK_PEER_OTHER);

  client = find_client (self, id);

  return client != NULL ? keyfob_loopback_peer_look_up (g_socket_get_fd (client->socket))
                        : KEYFOB_LOOPBACK_PEER_OTHER;
}

void
keyfob_loopback_listener_keep (KeyfobLoopbackListener *self, guint id)
{
  Client *client;

  g_return_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self));

  client = find_client (self, id);
  if (client == NULL)
    return;

  client->kept = TRUE;
  g_clear_pointer (&client->deadline, keyfob_source_free);
}

void
keyfob_loopback_listener_answer (KeyfobLoopbackListener *self, guint id, GBytes *response)
{
  Client *client;

  g_return_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self));

  client = find_client (self, id);
  if (client == NULL)
    return;

  g_return_if_fail (client->response == NULL);

  client->response = g_bytes_ref (response);
  client->writable = client_watch (client, G_IO_OUT, on_writable);
  client_start_deadline (client);
}

void
keyfob_loopback_listener_close (KeyfobLoopbackListener *self)
{
  g_return_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self));

  g_ptr_array_set_size (self->sources, 0);
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_close (g_ptr_array_index (self->sockets, i), NULL);
  g_ptr_array_set_size (self->sockets, 0);
  self->port = 0;
  drop_idle_clients (self);
}
