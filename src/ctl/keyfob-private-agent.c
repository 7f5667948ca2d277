/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For POSIX_SPAWN_SETSID and what closes descriptors. */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-private-agent.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

#define PROGRAM "keyfob-agent"
/* The descriptor that the agent gets; its option says it, too. */
#define PEER_FD 3
#define PEER_OPTION "--peer-fd=3"

struct _KeyfobPrivateAgent
{
  pid_t pid;
  int fd; /* -1 once the connection has it */
};

/* Returns: (transfer full): path of the agent: what a developer has named, the one beside this
 * program, or the installed one */
static char *
find_program (void)
{
  const char *named = g_getenv ("KEYFOB_AGENT");
  g_autofree char *own = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = own != NULL ? g_path_get_dirname (own) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, PROGRAM, NULL) : NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);

  return g_build_filename (LIBEXECDIR, PROGRAM, NULL);
}

static GPtrArray *
make_arguments (const char *program, const char *store, gboolean is_bare, const char *host)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (arguments, g_strdup (program));
  g_ptr_array_add (arguments, g_strdup (PEER_OPTION));
  if (store != NULL)
    g_ptr_array_add (arguments, g_strconcat ("--store=", store, NULL));
  if (is_bare)
    g_ptr_array_add (arguments, g_strdup ("--bare"));
  if (host != NULL)
    g_ptr_array_add (arguments, g_strconcat ("--host=", host, NULL));
  g_ptr_array_add (arguments, NULL);

  return arguments;
}

/* The agent has nothing of the terminal but standard error: it is in a session of its own, since
 * Ctrl-C is for this program, which cancels what runs.
 *
 * Returns: 0 or an error number */
static int
spawn (char **arguments, int fd, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code;

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, fd, PEER_FD);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np (&actions, PEER_FD + 1);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID);

  code = posix_spawn (pid, arguments[0], &actions, &attributes, arguments, environ);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);

  return code;
}

KeyfobPrivateAgent *
keyfob_private_agent_start (const char *store, gboolean is_bare, const char *host, GError **error)
{
  g_autofree char *program = find_program ();
  g_autoptr (GPtrArray) arguments = make_arguments (program, store, is_bare, host);
  KeyfobPrivateAgent *self = NULL;
  int fds[2];
  pid_t pid = 0;
  int code = socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ? errno : 0;

  if (code == 0)
    {
      code = spawn ((char **) arguments->pdata, fds[1], &pid);
      close (fds[1]);
      if (code != 0)
        close (fds[0]);
    }
  if (code != 0)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                   _ ("Keyfob’s agent, %s, cannot be started: %s"), program, g_strerror (code));
      return NULL;
    }

  self = g_new0 (KeyfobPrivateAgent, 1);
  self->pid = pid;
  self->fd = fds[0];

  return self;
}

GDBusConnection *
keyfob_private_agent_connect (KeyfobPrivateAgent *self, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (self->fd, error);
  g_autoptr (GSocketConnection) stream = NULL;

  if (socket == NULL)
    return NULL;

  self->fd = -1;
  stream = g_socket_connection_factory_create_connection (socket);

  /* whoever has the other end needs no proof of who it is */
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_NONE, NULL,
                                     NULL, error);
}

void
keyfob_private_agent_free (KeyfobPrivateAgent *self)
{
  if (self->fd >= 0)
    close (self->fd);
  while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  g_free (self);
}
