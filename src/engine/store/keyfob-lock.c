/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For F_OFD_SETLK. */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"

/* The first byte for names; byte 0 is the store itself. */
#define FIRST_NAME (G_GINT64_CONSTANT (1) << 56)

/* Milliseconds between two attempts; the same for every request, so that a new one has no
 * advantage.
 */
#define POLL_INTERVAL 50

/* Numbers of the kernel (linux/magic.h, and the sources of those that are not part of it). */
static const guint32 network_file_systems[] = {
  0x6969,     /* NFS */
  0xff534d42, /* CIFS */
  0xfe534d42, /* SMB2 */
  0x517b,     /* SMB */
  0x5346414f, /* OpenAFS */
  0x6b414653, /* AFS of the kernel */
  0x00c36400, /* Ceph */
  0x01021997, /* 9P */
  0x0bd00bd0, /* Lustre */
  0x47504653, /* GPFS */
  0x19830326, /* BeeGFS */
  0x65735546, /* FUSE, such as sshfs */
};

struct _KeyfobLock
{
  int fd;
  gboolean one_machine;
};

typedef struct
{
  char *path;
  char *name;
  GSource *cancelled; /* (nullable): %NULL as soon as the request is answered */
  GSource *timer;     /* (nullable): starts the next attempt */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_pointer (&request->cancelled, g_source_unref);
  g_free (request->path);
  g_free (request->name);
  g_free (request);
}

/* Two names can share a byte: then they exclude each other without need. */
static gint64
find_byte (const char *name)
{
  g_autoptr (GChecksum) checksum = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;
  guint64 number = 0;

  if (name == NULL)
    return 0;

  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) name, -1);
  g_checksum_get_digest (checksum, digest, &length);
  memcpy (&number, digest, sizeof number);

  return FIRST_NAME + (gint64) (number % FIRST_NAME);
}

static int
set_lock (int fd, const char *name)
{
  struct flock range = {
    .l_type = F_WRLCK,
    .l_whence = SEEK_SET,
    .l_start = find_byte (name),
    .l_len = 1,
  };
  int result = 0;

  do
    result = fcntl (fd, F_OFD_SETLK, &range);
  while (result < 0 && errno == EINTR);

  return result;
}

static int
create_file (const char *path)
{
  return open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
}

static int
open_file (const char *path)
{
  struct stat info;
  int fd = create_file (path);

  if (fd < 0 && errno == ENOENT)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      if (g_mkdir_with_parents (folder, 0700) == 0)
        fd = create_file (path);
    }

  if (fd < 0 || (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid ()))
    return fd;

  close (fd);
  errno = EINVAL;

  return -1;
}

/* A lock file can be deleted while programs wait for its lock. */
static gboolean
is_still_there (int fd, const char *path)
{
  struct stat ours;
  struct stat there;

  return fstat (fd, &ours) == 0 && lstat (path, &there) == 0 && ours.st_dev == there.st_dev
         && ours.st_ino == there.st_ino;
}

/* %NULL with errno, which is EAGAIN where the lock is held. */
static KeyfobLock *
take (const char *path, const char *name)
{
  for (;;)
    {
      int fd = open_file (path);
      int code = 0;

      if (fd < 0)
        return NULL;

      if (set_lock (fd, name) < 0)
        code = errno == EACCES ? EAGAIN : errno;
      else if (is_still_there (fd, path))
        {
          KeyfobLock *self = g_new0 (KeyfobLock, 1);

          self->fd = fd;
          return self;
        }

      close (fd);
      errno = code;
      if (code != 0)
        return NULL;
    }
}

static char *
dup_substitute_path (const char *path)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  g_autofree char *name = g_strdup_printf ("%.16s.lock", sum);

  return g_build_filename (g_get_user_runtime_dir (), "keyfob", name, NULL);
}

/* Whether programs on other machines may see the folder of @path. */
static gboolean
is_shared (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct statfs info;

  if (statfs (folder, &info) < 0)
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (network_file_systems); i++)
    if ((guint32) info.f_type == network_file_systems[i])
      return TRUE;

  return FALSE;
}

/* %NULL without an error where the lock is held. */
static KeyfobLock *
take_anywhere (const char *path, const char *part, GError **error)
{
  g_autofree char *substitute = NULL;
  KeyfobLock *self = take (path, part);

  if (self != NULL || errno == EAGAIN)
    return self;

  g_debug ("%s cannot be a lock file: %s", path, g_strerror (errno));
  substitute = dup_substitute_path (path);
  self = take (substitute, part);
  if (self != NULL)
    self->one_machine = is_shared (path);

  if (self == NULL && errno != EAGAIN)
    {
      int code = errno;
      g_autofree char *name = g_filename_display_name (path);
      g_autofree char *substitute_name = g_filename_display_name (substitute);

      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("Neither %s nor %s can be locked against other programs: %s. Make one of "
                      "their folders writable."),
                   name, substitute_name, g_strerror (code));
    }

  return self;
}

/* An attempt may end after its request was cancelled: a lock that comes then is released. */
static void
answer (GTask *task, KeyfobLock *lock, GError *error)
{
  g_autoptr (KeyfobLock) owned = lock;
  g_autoptr (GError) owned_error = error;
  Request *request = g_task_get_task_data (task);

  if (request->cancelled == NULL)
    return;

  g_clear_pointer (&request->cancelled, keyfob_source_free);
  g_clear_pointer (&request->timer, keyfob_source_free);

  if (owned != NULL)
    g_task_return_pointer (task, g_steal_pointer (&owned), (GDestroyNotify) keyfob_lock_free);
  else
    g_task_return_error (task, g_steal_pointer (&owned_error));
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  answer (user_data, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));

  return G_SOURCE_REMOVE;
}

static void
return_lock (GTask *task, KeyfobLock *lock, GError *error)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, lock, (GDestroyNotify) keyfob_lock_free);
}

static void
try_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobLock) lock = take_anywhere (request->path, request->name, &error);

  if (!g_task_return_error_if_cancelled (task))
    return_lock (task, g_steal_pointer (&lock), g_steal_pointer (&error));
}

static GTask *
request_new (const char *path, const char *name, GAsyncReadyCallback callback, GTask *outer)
{
  GTask *task = g_task_new (NULL, g_task_get_cancellable (outer), callback, g_object_ref (outer));
  Request *request = g_new0 (Request, 1);

  request->path = g_strdup (path);
  request->name = g_strdup (name);
  g_task_set_source_tag (task, request_new);
  g_task_set_task_data (task, request, request_free);

  return task;
}

static void attempt (GTask *task);

static gboolean
poll_cb (gpointer user_data)
{
  Request *request = g_task_get_task_data (user_data);

  g_clear_pointer (&request->timer, g_source_unref);
  attempt (user_data);

  return G_SOURCE_REMOVE;
}

static void
tried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  KeyfobLock *lock = g_task_propagate_pointer (G_TASK (result), &error);

  if (lock != NULL || error != NULL || request->cancelled == NULL)
    {
      answer (task, lock, error);
      return;
    }

  request->timer = g_timeout_source_new (POLL_INTERVAL);
  g_task_attach_source (task, request->timer, poll_cb);
}

/* In a thread of the pool, since the disk may be slow; an attempt never waits for the lock. */
static void
attempt (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  g_autoptr (GTask) inner = request_new (request->path, request->name, tried_cb, task);

  g_task_run_in_thread (inner, try_in_thread);
}

void
keyfob_lock_acquire_async (const char *path,
                           const char *name,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Request *request = NULL;

  g_return_if_fail (path != NULL && g_path_is_absolute (path));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_lock_acquire_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  request = g_new0 (Request, 1);
  request->path = g_strdup (path);
  request->name = g_strdup (name);
  g_task_set_task_data (task, request, request_free);

  request->cancelled = g_cancellable_source_new (cancellable);
  g_task_attach_source (task, request->cancelled, G_SOURCE_FUNC (cancelled_cb));

  attempt (task);
}

KeyfobLock *
keyfob_lock_acquire_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
keyfob_lock_is_for_one_machine (KeyfobLock *self)
{
  return self->one_machine;
}

void
keyfob_lock_free (KeyfobLock *self)
{
  close (self->fd);
  g_free (self);
}
