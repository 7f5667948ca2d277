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
check_kind (const char *path, gboolean is_link, const struct stat *info, GError **error)
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
  else if (is_link && info->st_uid != geteuid ())
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is a link to a file of another user. Remove the link, or "
                    "name another file in OIDC_TOKEN_FILE."),
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
open_to_read (const char *path, struct stat *info, GError **error)
{
  g_autofree char *target = NULL;
  gboolean is_link = FALSE;
  int fd = -1;

  target = resolve (path, &is_link, error);
  if (target == NULL)
    return -1;

  /* Not blocking: a FIFO in its place must not hang. */
  fd = open (target, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      if (errno != ENOENT)
        set_unreadable (error, path, errno);
      return -1;
    }

  if (fstat (fd, info) < 0)
    set_unreadable (error, path, errno);
  else if (check_kind (path, is_link, info, error))
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

static gboolean
read_all (int fd, const char *path, GString *text, GError **error)
{
  char buffer[16384];

  for (;;)
    {
      gssize n = read (fd, buffer, sizeof buffer);

      if (n == 0)
        break;
      if (n > 0)
        g_string_append_len (text, buffer, n);
      else if (errno != EINTR)
        {
          set_unreadable (error, path, errno);
          return FALSE;
        }
      if (!check_size (path, text->len, error))
        return FALSE;
    }

  explicit_bzero (buffer, sizeof buffer);

  return TRUE;
}

/* Closes @fd in every case; errno says why it failed. */
static gboolean
write_all (int fd, const char *data, gsize length)
{
  int code = 0;

  while (length > 0 && code == 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno != EINTR)
        code = errno;
      else if (n > 0)
        {
          data += n;
          length -= n;
        }
    }

  if (code == 0 && fsync (fd) < 0)
    code = errno;
  if (close (fd) < 0 && code == 0)
    code = errno;

  errno = code;
  return code == 0;
}

/* A rename is on disk only when the folder is. Some file systems cannot sync one. */
static void
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

  if (fd < 0)
    return;

  if (fsync (fd) < 0)
    g_debug ("The folder of the token file cannot be synced: %s", g_strerror (errno));
  close (fd);
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

static gboolean
replace (const char *target, const char *folder, const char *text)
{
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *hidden = g_strdup_printf (".%s.XXXXXX", name);
  g_autofree char *temporary = g_build_filename (folder, hidden, NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  int code = 0;

  if (fd < 0)
    return FALSE;

  if (write_all (fd, text, strlen (text)) && rename (temporary, target) == 0)
    return TRUE;

  code = errno;
  unlink (temporary);
  errno = code;

  return FALSE;
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
keyfob_token_file_read (const char *path, gsize *length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) local_error = NULL;
  struct stat info;
  gboolean read = FALSE;
  int fd = -1;

  g_return_val_if_fail (g_path_is_absolute (path), NULL);

  fd = open_to_read (path, &info, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (fd >= 0)
    {
      read = check_size (path, info.st_size, error) && read_all (fd, path, text, error);
      close (fd);

      if (!read)
        return NULL;
    }

  *length = text->len;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
keyfob_token_file_write (const char *path, const char *text, GError **error)
{
  g_autofree char *target = NULL;
  g_autofree char *folder = NULL;
  gboolean is_link = FALSE;
  struct stat info;

  g_return_val_if_fail (g_path_is_absolute (path), FALSE);

  target = resolve (path, &is_link, error);
  if (target == NULL)
    return FALSE;

  if (lstat (target, &info) == 0 && !check_kind (path, is_link, &info, error))
    return FALSE;

  folder = g_path_get_dirname (target);
  if (!make_folder (folder, error))
    return FALSE;

  if (!replace (target, folder, text))
    {
      set_unwritable (error, path, errno);
      return FALSE;
    }

  sync_folder (folder);

  return TRUE;
}

char *
keyfob_token_file_keep_copy (const char *path,
                             const char *data,
                             gsize length,
                             gint64 now,
                             GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%d-%H%M%S");
  g_autofree char *copy = NULL;
  int code = 0;
  int fd = create_copy (path, stamp, &copy);

  if (fd >= 0 && write_all (fd, data, length))
    return g_steal_pointer (&copy);

  code = errno;
  if (copy != NULL)
    unlink (copy);

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file %s is damaged, and no copy of it can be made: %s. It is "
                  "unchanged; move it away, or name another file in OIDC_TOKEN_FILE."),
               path, g_strerror (code));

  return NULL;
}
