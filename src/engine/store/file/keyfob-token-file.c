/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For renameat2(). */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-token-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-token-store.h"

/* Seconds after which no program is still writing its temporary file. */
#define ABANDONED 60

struct _KeyfobTokenFile
{
  char *path;
  char *name; /* of the path, for people */
  char *target;
  gsize max; /* the most bytes that it may have */
  KeyfobFileId id;
  /* Stays open, since the number of the inode could otherwise go to another file; -1 is none. */
  int fd;
  char *data;
  gsize length;
};

typedef enum
{
  /* Nothing has changed; errno says why. */
  EXCHANGE_FAILED,
  /* The new file is in place, and its temporary name is gone. */
  EXCHANGE_DONE,
  /* Nothing has changed, since the old file is not the expected one. */
  EXCHANGE_OVERTAKEN,
  /* The new file is in place, but another program replaced the old file at that very moment: its
   * file has the temporary name now. */
  EXCHANGE_DISPLACED,
} Exchange;

static KeyfobFileId
id_of (const struct stat *info)
{
  return (KeyfobFileId){
    .device = info->st_dev,
    .inode = info->st_ino,
    .mode = info->st_mode,
    .size = info->st_size,
    .modified = info->st_mtim,
  };
}

static void
set_unreadable (GError **error, const char *name, int code)
{
  g_set_error (
      error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
      _ ("The token file %s cannot be read: %s. Make it readable, or choose another file."), name,
      g_strerror (code));
}

static void
set_unwritable (GError **error, const char *name, int code)
{
  if (code == ENOSPC || code == EDQUOT)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("There is no room left for the token file %s. It is unchanged; free some "
                    "space and try again."),
                 name);
  else
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s cannot be written: %s. It is unchanged; make its folder "
                    "writable, or choose another file."),
                 name, g_strerror (code));
}

static void
wipe (KeyfobTokenFile *self)
{
  if (self->data != NULL)
    explicit_bzero (self->data, self->length);
  g_clear_pointer (&self->data, g_free);
  self->length = 0;
}

/* No more than @size bytes: programs replace the file and do not change it in place. */
static gboolean
read_all (KeyfobTokenFile *self, int fd, gsize size, GError **error)
{
  wipe (self);
  if (keyfob_file_read_fd (fd, size, &self->data, &self->length))
    return TRUE;

  set_unreadable (error, self->name, errno);

  return FALSE;
}

static void
take_fd (KeyfobTokenFile *self, int fd)
{
  struct stat info;

  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  self->id = fd >= 0 && fstat (fd, &info) == 0 ? id_of (&info) : (KeyfobFileId){ 0 };
}

static gboolean
load (KeyfobTokenFile *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  struct stat info = { 0 };
  int fd = -1;

  g_free (self->target);
  self->target = keyfob_file_resolve (self->path, TRUE, error);
  if (self->target == NULL)
    return FALSE;

  fd = keyfob_file_open (self->target, self->max, &info, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  take_fd (self, fd);

  return read_all (self, fd, info.st_size, error);
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The folder %s for the token file cannot be made: %s. Make it yourself, or "
                  "choose another file."),
               folder, g_strerror (errno));

  return FALSE;
}

/* Network file systems know only the plain rename. */
static Exchange
rename_without_flags (const char *temporary, const char *target)
{
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
    return EXCHANGE_FAILED;

  return rename (temporary, target) == 0 ? EXCHANGE_DONE : EXCHANGE_FAILED;
}

static Exchange
put_first (const char *temporary, const char *target)
{
  if (renameat2 (AT_FDCWD, temporary, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return EXCHANGE_DONE;

  return errno == EEXIST ? EXCHANGE_OVERTAKEN : rename_without_flags (temporary, target);
}

/* Atomic; notices writers that honour no lock and replace the file at the same time. */
static Exchange
exchange (const char *temporary, const char *target, const KeyfobFileId *expected)
{
  KeyfobFileId found = keyfob_file_id_at (target);

  if (!keyfob_file_id_equal (&found, expected))
    return EXCHANGE_OVERTAKEN;
  if (!keyfob_file_id_exists (expected))
    return put_first (temporary, target);

  if (renameat2 (AT_FDCWD, temporary, AT_FDCWD, target, RENAME_EXCHANGE) < 0)
    return errno == ENOENT ? EXCHANGE_OVERTAKEN : rename_without_flags (temporary, target);

  found = keyfob_file_id_at (temporary);
  if (!keyfob_file_id_equal (&found, expected))
    return EXCHANGE_DISPLACED;

  unlink (temporary);

  return EXCHANGE_DONE;
}

/* The next attempt starts from what the other program wrote. */
static KeyfobTokenFileOutcome
read_displaced (KeyfobTokenFile *self, const char *displaced, int written_fd, GError **error)
{
  struct stat info = { 0 };
  int fd = keyfob_file_open (displaced, self->max, &info, error);
  gboolean done = fd >= 0 && read_all (self, fd, info.st_size, error);

  if (fd >= 0)
    close (fd);
  take_fd (self, written_fd);

  if (!done)
    return KEYFOB_TOKEN_FILE_FAILED;

  unlink (displaced);

  return KEYFOB_TOKEN_FILE_OVERTAKEN;
}

static KeyfobTokenFileOutcome
put_in_place (KeyfobTokenFile *self, const char *temporary, int fd, GError **error)
{
  switch (exchange (temporary, self->target, &self->id))
    {
    case EXCHANGE_DONE:
      take_fd (self, fd);
      return KEYFOB_TOKEN_FILE_WRITTEN;

    case EXCHANGE_DISPLACED:
      return read_displaced (self, temporary, fd, error);

    case EXCHANGE_OVERTAKEN:
      close (fd);
      unlink (temporary);
      return load (self, error) ? KEYFOB_TOKEN_FILE_OVERTAKEN : KEYFOB_TOKEN_FILE_FAILED;

    case EXCHANGE_FAILED:
    default:
      set_unwritable (error, self->name, errno);
      close (fd);
      unlink (temporary);
      return KEYFOB_TOKEN_FILE_FAILED;
    }
}

static gboolean
is_abandoned (const char *path, const char *template)
{
  gsize fixed = strrchr (template, '-') + 1 - template;
  struct stat info;

  return strlen (path) == strlen (template) && strncmp (path, template, fixed) == 0
         && lstat (path, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid ()
         && info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - ABANDONED;
}

static int
create_copy (const char *path, const char *stamp, char **copy)
{
  int fd = -1;

  for (guint n = 1; n < 1000; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup_printf ("%s.damaged-%s", path, stamp)
                                     : g_strdup_printf ("%s.damaged-%s-%u", path, stamp, n);

      fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

      if (fd >= 0)
        {
          *copy = g_steal_pointer (&name);
          return fd;
        }
      if (errno != EEXIST)
        break;
    }

  return -1;
}

KeyfobFileId
keyfob_file_id_at (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 ? id_of (&info) : (KeyfobFileId){ 0 };
}

gboolean
keyfob_file_id_exists (const KeyfobFileId *self)
{
  return self->inode != 0;
}

gboolean
keyfob_file_id_is_exposed (const KeyfobFileId *self)
{
  return (self->mode & 077) != 0;
}

gint64
keyfob_file_id_get_modified (const KeyfobFileId *self)
{
  return (gint64) self->modified.tv_sec * G_USEC_PER_SEC + self->modified.tv_nsec / 1000;
}

gboolean
keyfob_file_id_equal (const KeyfobFileId *self, const KeyfobFileId *other)
{
  return self->device == other->device && self->inode == other->inode && self->mode == other->mode
         && self->size == other->size && self->modified.tv_sec == other->modified.tv_sec
         && self->modified.tv_nsec == other->modified.tv_nsec;
}

KeyfobTokenFile *
keyfob_token_file_open (const char *path, GError **error)
{
  g_autoptr (KeyfobTokenFile) self = g_new0 (KeyfobTokenFile, 1);
  g_autofree char *shared = keyfob_token_store_dup_app_path ("py-oidc-auth");

  self->path = g_strdup (path);
  /* it grows with other programs, and nobody else has a file of that name */
  self->max = g_str_equal (path, shared) ? KEYFOB_TOKEN_FILE_MAX : KEYFOB_FILE_MAX;
  self->name = g_filename_display_name (path);
  self->fd = -1;

  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
keyfob_token_file_reload (KeyfobTokenFile *self, GError **error)
{
  return load (self, error);
}

void
keyfob_token_file_free (KeyfobTokenFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  wipe (self);
  g_free (self->path);
  g_free (self->name);
  g_free (self->target);
  g_free (self);
}

const char *
keyfob_token_file_get_data (KeyfobTokenFile *self, gsize *length)
{
  *length = self->length;

  return self->data;
}

const char *
keyfob_token_file_get_path (KeyfobTokenFile *self)
{
  return self->path;
}

const char *
keyfob_token_file_get_target (KeyfobTokenFile *self)
{
  return self->target;
}

const KeyfobFileId *
keyfob_token_file_get_id (KeyfobTokenFile *self)
{
  return &self->id;
}

gboolean
keyfob_token_file_make_private (KeyfobTokenFile *self)
{
  struct stat info;

  if (self->fd < 0 || !keyfob_file_id_is_exposed (&self->id) || fchmod (self->fd, 0600) < 0)
    return FALSE;

  if (fstat (self->fd, &info) == 0)
    self->id = id_of (&info);

  return TRUE;
}

KeyfobTokenFileOutcome
keyfob_token_file_replace (KeyfobTokenFile *self, const char *text, GError **error)
{
  g_autofree char *temporary = NULL;
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;
  int fd;

  if (strlen (text) > self->max)
    {
      g_set_error (
          error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
          _ ("There is no room left in the token file %s, which would have more than %u MB. "
             "It is unchanged; remove hosts, or choose another file."),
          self->name, (guint) (self->max / (1024 * 1024)));
      return KEYFOB_TOKEN_FILE_FAILED;
    }

  fd = keyfob_file_create_temporary (self->target, text, strlen (text), &temporary);

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    {
      g_autofree char *folder = g_path_get_dirname (self->target);

      if (!make_folder (folder, error))
        return KEYFOB_TOKEN_FILE_FAILED;
      fd = keyfob_file_create_temporary (self->target, text, strlen (text), &temporary);
    }

  if (fd < 0)
    {
      set_unwritable (error, self->name, errno);
      return KEYFOB_TOKEN_FILE_FAILED;
    }

  outcome = put_in_place (self, temporary, fd, error);
  if (outcome == KEYFOB_TOKEN_FILE_WRITTEN)
    keyfob_file_sync_folder (self->target);

  return outcome;
}

void
keyfob_token_file_delete_temporary (KeyfobTokenFile *self)
{
  g_autofree char *folder = g_path_get_dirname (self->target);
  g_autofree char *template = keyfob_file_dup_temporary_template (self->target);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_abandoned (path, template))
        unlink (path);
    }
}

char *
keyfob_token_file_dup_lock_path (const char *path)
{
  char *resolved = realpath (path, NULL);
  char *lock_path = g_strconcat (resolved != NULL ? resolved : path, ".lock", NULL);

  free (resolved);

  return lock_path;
}

char *
keyfob_token_file_copy_damaged (KeyfobTokenFile *self, gint64 now, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%d-%H%M%S");
  g_autofree char *copy = NULL;
  int fd = create_copy (self->path, stamp, &copy);
  int code = 0;

  if (fd < 0 || !keyfob_file_write_fd (fd, self->data, self->length))
    code = errno;
  if (fd >= 0 && close (fd) < 0 && code == 0)
    code = errno;

  if (code == 0)
    return g_steal_pointer (&copy);

  if (copy != NULL)
    unlink (copy);
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file %s is damaged, and no copy of it can be made: %s. It is "
                  "unchanged; move it away, or choose another file."),
               self->name, g_strerror (code));

  return NULL;
}
