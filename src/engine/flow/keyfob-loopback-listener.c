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
#include <sys/socket.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"

struct _KeyfobLoopbackListener
{
  GObject parent_instance;

  guint16 port;
  GPtrArray *sockets;
  GPtrArray *sources;
  int spare_fd;
  GQueue clients; /* oldest first */
};

G_DEFINE_FINAL_TYPE (KeyfobLoopbackListener, keyfob_loopback_listener, G_TYPE_OBJECT)

enum
{
  INCOMING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  KeyfobLoopbackListener *listener;
  GSocketConnection *connection;
  GSocketAddress *peer;
  GSource *deadline; /* (nullable) */
} Client;

static int
open_spare (void)
{
  return g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
}

static void
client_free (Client *client)
{
  g_clear_pointer (&client->deadline, keyfob_source_free);
  g_clear_object (&client->connection);
  g_clear_object (&client->peer);
  g_free (client);
}

/* Closing a socket that is being polled is undefined; after a shutdown its reader reads the end. */
static void
client_cut_off (Client *client)
{
  if (!g_io_stream_is_closed (G_IO_STREAM (client->connection)))
    g_socket_shutdown (g_socket_connection_get_socket (client->connection), TRUE, TRUE, NULL);
}

static gboolean
on_deadline (gpointer user_data)
{
  Client *client = user_data;

  client_cut_off (client);
  g_queue_remove (&client->listener->clients, client);
  client_free (client);

  return G_SOURCE_REMOVE;
}

static void
remove_closed_clients (KeyfobLoopbackListener *self)
{
  GList *next;

  for (GList *link = self->clients.head; link != NULL; link = next)
    {
      Client *client = link->data;

      next = link->next;
      if (g_io_stream_is_closed (G_IO_STREAM (client->connection)))
        {
          g_queue_delete_link (&self->clients, link);
          client_free (client);
        }
    }
}

static void
limit_connections (KeyfobLoopbackListener *self)
{
  remove_closed_clients (self);

  for (GList *link = self->clients.head;
       link != NULL && self->clients.length >= KEYFOB_LOOPBACK_MAX_CONNECTIONS; link = link->next)
    {
      Client *client = link->data;

      if (client->deadline != NULL)
        {
          g_debug ("Too many connections on port %u: the oldest is dropped", self->port);
          client_cut_off (client);
          g_queue_delete_link (&self->clients, link);
          client_free (client);
          return;
        }
    }
}

static void
accept_connection (KeyfobLoopbackListener *self, GSocket *socket)
{
  g_autoptr (GSocketAddress) peer = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GSocketConnection) connection = NULL;
  Client *client;

  /* the connection is closed already */
  if (peer == NULL)
    return;

  limit_connections (self);
  connection = g_socket_connection_factory_create_connection (socket);

  client = g_new0 (Client, 1);
  client->listener = self;
  client->connection = g_object_ref (connection);
  client->peer = g_steal_pointer (&peer);
  client->deadline = g_timeout_source_new_seconds (KEYFOB_LOOPBACK_DEADLINE);
  g_source_set_callback (client->deadline, on_deadline, client, NULL);
  g_source_attach (client->deadline, g_main_context_get_thread_default ());
  g_queue_push_tail (&self->clients, client);

  g_signal_emit (self, signals[INCOMING], 0, connection, client->peer);
}

/* Each connection has an address object of its own, which identifies the connection. */
static Client *
find_client (KeyfobLoopbackListener *self, GSocketAddress *peer)
{
  for (GList *link = self->clients.head; link != NULL; link = link->next)
    {
      Client *client = link->data;

      if (client->peer == peer)
        return client;
    }

  return NULL;
}

/* A connection that cannot be accepted because no descriptor is free would keep the main loop busy:
 * accepts it with the spare descriptor and closes it. */
static void
refuse_connection (KeyfobLoopbackListener *self, GSocket *socket)
{
  g_autoptr (GSocket) refused = NULL;

  g_close (self->spare_fd, NULL);
  refused = g_socket_accept (socket, NULL, NULL);
  g_clear_object (&refused);
  self->spare_fd = open_spare ();
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
    refuse_connection (self, socket);

  return G_SOURCE_CONTINUE;
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
  g_autoptr (GSource) source = g_socket_create_source (socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (on_acceptable), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_ptr_array_add (self->sources, g_steal_pointer (&source));
  g_ptr_array_add (self->sockets, g_object_ref (socket));
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
  g_close (self->spare_fd, NULL);

  G_OBJECT_CLASS (keyfob_loopback_listener_parent_class)->finalize (object);
}

static void
keyfob_loopback_listener_class_init (KeyfobLoopbackListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_loopback_listener_dispose;
  object_class->finalize = keyfob_loopback_listener_finalize;

  /* The connection, and the address object that identifies the connection. */
  signals[INCOMING] =
      g_signal_new ("incoming", KEYFOB_TYPE_LOOPBACK_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_SOCKET_CONNECTION, G_TYPE_SOCKET_ADDRESS);
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

void
keyfob_loopback_listener_lift_deadline (KeyfobLoopbackListener *self, GSocketAddress *peer)
{
  Client *client;

  g_return_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self));

  client = find_client (self, peer);
  if (client != NULL)
    g_clear_pointer (&client->deadline, keyfob_source_free);
}

void
keyfob_loopback_listener_drop (KeyfobLoopbackListener *self, GSocketAddress *peer)
{
  Client *client;

  g_return_if_fail (KEYFOB_IS_LOOPBACK_LISTENER (self));

  client = find_client (self, peer);
  if (client != NULL)
    {
      client_cut_off (client);
      g_queue_remove (&self->clients, client);
      client_free (client);
    }
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
}
