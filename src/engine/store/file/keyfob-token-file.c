/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-swap.h"
#include "keyfob-temporary-file.h"

struct _KeyfobTokenFile
{
  char *path;
  char *target;
  KeyfobFileId mark;
  /* Held open, or the number of its inode could go to another file; -1 is none. */
  int fd;
  char *data;
  gsize length;
  gboolean exposed;
};

static void
set_unreadable (GError **error, const char *path, int code)
{
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file %s cannot be read: %s. Make it readable, or name another file "
                  "in OIDC_TOKEN_FILE."),
               path, g_strerror (code));
}

static void
set_unwritable (GError **error, const char *path, int code)
{
  if (code == ENOSPC || code == EDQUOT)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("There is no room left for the token file %s. It is unchanged; free some "
                    "space and try again."),
                 path);
  else
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s cannot be written: %s. It is unchanged; make its folder "
                    "writable, or name another file in OIDC_TOKEN_FILE."),
                 path, g_strerror (code));
}

static gboolean
check_kind (const char *path, const struct stat *info, GError **error)
{
  if (S_ISDIR (info->st_mode))
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("%s is a folder where the token file should be. Move it away, or name another "
                    "file in OIDC_TOKEN_FILE."),
                 path);
  else if (!S_ISREG (info->st_mode))
    g_set_error (
        error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
        _ ("%s is not a regular file and cannot hold tokens. Move it away, or name another "
           "file in OIDC_TOKEN_FILE."),
        path);
  else if (info->st_uid != geteuid ())
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s belongs to another user. Move it away, or name another "
                    "file in OIDC_TOKEN_FILE."),
                 path);
  else
    return TRUE;

  return FALSE;
}

/* The file itself where @path is a link, so that a rename does not replace the link. */
static char *
resolve (const char *path, gboolean *is_link, GError **error)
{
  g_autofree char *target = NULL;
  struct stat info;

  *is_link = lstat (path, &info) == 0 && S_ISLNK (info.st_mode);

  if (!*is_link)
    return g_strdup (path);

  target = realpath (path, NULL);

  if (target == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is a link that leads nowhere: %s. Remove the link, or name "
                    "another file in OIDC_TOKEN_FILE."),
                 path, g_strerror (errno));

  return g_steal_pointer (&target);
}

/* -1 without an error where there is no file. */
static int
open_to_read (const char *path, const char *target, struct stat *info, GError **error)
{
  /* Not blocking: a FIFO in its place must not hang. */
  int fd = open (target, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      if (errno != ENOENT)
        set_unreadable (error, path, errno);
      return -1;
    }

  if (fstat (fd, info) < 0)
    set_unreadable (error, path, errno);
  else if (check_kind (path, info, error))
    return fd;

  close (fd);
  return -1;
}

static gboolean
check_size (const char *path, gsize size, GError **error)
{
  if (size <= KEYFOB_TOKEN_FILE_MAX)
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file %s has more than %u MB and is not read. Move it away; a new one "
                  "is made."),
               path, (guint) (KEYFOB_TOKEN_FILE_MAX / (1024 * 1024)));

  return FALSE;
}

static void
wipe (KeyfobTokenFile *self)
{
  if (self->data != NULL)
    explicit_bzero (self->data, self->length);
  g_clear_pointer (&self->data, g_free);
  self->length = 0;
}

/* No more than @size bytes: nobody who honours the rules changes a file in place. */
static gboolean
read_all (KeyfobTokenFile *self, int fd, gsize size, GError **error)
{
  wipe (self);
  self->data = g_malloc (size + 1);

  while (self->length < size)
    {
      gssize n = read (fd, self->data + self->length, size - self->length);

      if (n == 0)
        break;
      if (n > 0)
        self->length += n;
      else if (errno != EINTR)
        {
          set_unreadable (error, self->path, errno);
          return FALSE;
        }
    }

  self->data[self->length] = '\0';

  return TRUE;
}

static void
take_fd (KeyfobTokenFile *self, int fd)
{
  struct stat info;

  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  self->mark = fd >= 0 && fstat (fd, &info) == 0 ? keyfob_file_id_of (&info) : (KeyfobFileId){ 0 };
}

static gboolean
load (KeyfobTokenFile *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean is_link = FALSE;
  struct stat info = { 0 };
  int fd = -1;

  g_free (self->target);
  self->target = resolve (self->path, &is_link, error);
  if (self->target == NULL)
    return FALSE;

  fd = open_to_read (self->path, self->target, &info, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  take_fd (self, fd);

  return check_size (self->path, info.st_size, error) && read_all (self, fd, info.st_size, error);
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The folder %s for the token file cannot be made: %s. Make it yourself, or name "
                  "another file in OIDC_TOKEN_FILE."),
               folder, g_strerror (errno));

  return FALSE;
}

/* What somebody put there at the very moment is what the next attempt starts from. */
static KeyfobTokenFileOutcome
take_displaced (KeyfobTokenFile *self, const char *displaced, int fresh_fd, GError **error)
{
  struct stat info = { 0 };
  int fd = open_to_read (self->path, displaced, &info, error);
  gboolean taken = fd >= 0 && check_size (self->path, info.st_size, error)
                   && read_all (self, fd, info.st_size, error);

  if (fd >= 0)
    close (fd);
  take_fd (self, fresh_fd);

  if (!taken)
    return KEYFOB_TOKEN_FILE_FAILED;

  unlink (displaced);

  return KEYFOB_TOKEN_FILE_OVERTAKEN;
}

static KeyfobTokenFileOutcome
put_in_place (KeyfobTokenFile *self, const char *fresh, int fd, GError **error)
{
  switch (keyfob_file_swap (fresh, self->target, &self->mark))
    {
    case KEYFOB_FILE_SWAP_DONE:
      take_fd (self, fd);
      return KEYFOB_TOKEN_FILE_WRITTEN;

    case KEYFOB_FILE_SWAP_DISPLACED:
      return take_displaced (self, fresh, fd, error);

    case KEYFOB_FILE_SWAP_OVERTAKEN:
      close (fd);
      unlink (fresh);
      return load (self, error) ? KEYFOB_TOKEN_FILE_OVERTAKEN : KEYFOB_TOKEN_FILE_FAILED;

    case KEYFOB_FILE_SWAP_FAILED:
    default:
      set_unwritable (error, self->path, errno);
      close (fd);
      unlink (fresh);
      return KEYFOB_TOKEN_FILE_FAILED;
    }
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

char *
keyfob_token_file_resolve (const char *path, GError **error)
{
  gboolean is_link = FALSE;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  return resolve (path, &is_link, error);
}

KeyfobTokenFile *
keyfob_token_file_open (const char *path, GError **error)
{
  g_autoptr (KeyfobTokenFile) self = NULL;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  self = g_new0 (KeyfobTokenFile, 1);
  self->path = g_strdup (path);
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
keyfob_token_file_get_mark (KeyfobTokenFile *self)
{
  return &self->mark;
}

void
keyfob_token_file_tighten (KeyfobTokenFile *self)
{
  struct stat info;

  if (self->fd < 0 || !keyfob_file_id_is_exposed (&self->mark) || fchmod (self->fd, 0600) < 0)
    return;

  self->exposed = TRUE;
  if (fstat (self->fd, &info) == 0)
    self->mark = keyfob_file_id_of (&info);
}

gboolean
keyfob_token_file_was_exposed (KeyfobTokenFile *self)
{
  return self->exposed;
}

KeyfobTokenFileOutcome
keyfob_token_file_replace (KeyfobTokenFile *self, const char *text, GError **error)
{
  g_autofree char *fresh = NULL;
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;
  int fd = keyfob_temporary_file_create (self->target, text, strlen (text), &fresh);

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    {
      g_autofree char *folder = g_path_get_dirname (self->target);

      if (!make_folder (folder, error))
        return KEYFOB_TOKEN_FILE_FAILED;
      fd = keyfob_temporary_file_create (self->target, text, strlen (text), &fresh);
    }

  if (fd < 0)
    {
      set_unwritable (error, self->path, errno);
      return KEYFOB_TOKEN_FILE_FAILED;
    }

  outcome = put_in_place (self, fresh, fd, error);
  if (outcome == KEYFOB_TOKEN_FILE_WRITTEN)
    keyfob_temporary_file_sync_folder (self->target);

  return outcome;
}

char *
keyfob_token_file_keep_copy (KeyfobTokenFile *self, gint64 now, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%d-%H%M%S");
  g_autofree char *copy = NULL;
  int fd = create_copy (self->path, stamp, &copy);
  int code = 0;

  if (fd < 0 || !keyfob_temporary_file_fill (fd, self->data, self->length))
    code = errno;
  if (fd >= 0 && close (fd) < 0 && code == 0)
    code = errno;

  if (code == 0)
    return g_steal_pointer (&copy);

  if (copy != NULL)
    unlink (copy);
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file %s is damaged, and no copy of it can be made: %s. It is "
                  "unchanged; move it away, or name another file in OIDC_TOKEN_FILE."),
               self->path, g_strerror (code));

  return NULL;
}
