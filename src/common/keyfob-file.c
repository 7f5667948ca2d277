/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For O_PATH. */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-auth-error.h"

#define PLACEHOLDERS "XXXXXX"
#define MOST_LINKS 40 /* as the kernel follows, path_resolution(7) */

static void
set_unreadable (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The file %s cannot be read: %s. Make it readable, or choose another file."),
               name, g_strerror (code));
}

static void
set_error (GError **error, const char *path, const char *format)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GString) sentence = g_string_new (format);

  g_string_replace (sentence, "%s", name, 1);
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, sentence->str);
}

static gboolean
is_trusted (uid_t user)
{
  return user == geteuid () || user == 0;
}

static void
set_nowhere (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (
      error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
      _ ("The file %s is a link that leads nowhere: %s. Remove the link, or choose another "
         "file."),
      name, g_strerror (code));
}

void
keyfob_file_hold_standard (void)
{
  /* open() takes the lowest number that is free */
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      open ("/dev/null", O_RDONLY);
}

void
keyfob_file_ignore_relative_folders (void)
{
  const char *const names[] = { "HOME",          "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                "XDG_DATA_HOME", "XDG_STATE_HOME",  "XDG_RUNTIME_DIR" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *folder = g_getenv (names[i]);

      if (folder != NULL && !g_path_is_absolute (folder))
        g_unsetenv (names[i]);
    }
}

char *
keyfob_file_resolve (const char *path, gboolean must_exist, GError **error)
{
  g_autofree char *target = g_strdup (path);
  struct stat info;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  for (int i = 0; i <= MOST_LINKS; i++)
    {
      g_autofree char *folder = g_path_get_dirname (target);
      g_autofree char *link = NULL;
      gboolean found = lstat (target, &info) == 0;

      if (found && S_ISLNK (info.st_mode) && !is_trusted (info.st_uid))
        {
          set_error (error, path,
                     _ ("%s is a link of another user, who decides where it leads. Remove the "
                        "link, or choose another file."));
          return NULL;
        }

      link = found && S_ISLNK (info.st_mode) ? g_file_read_link (target, NULL) : NULL;
      if (link == NULL && (found || i == 0 || !must_exist))
        return i == 0 || !found ? g_steal_pointer (&target) : realpath (target, NULL);
      if (link == NULL)
        {
          set_nowhere (error, path, ENOENT);
          return NULL;
        }

      g_free (target);
      target = g_path_is_absolute (link) ? g_strdup (link) : g_build_filename (folder, link, NULL);
    }

  set_nowhere (error, path, ELOOP);
  return NULL;
}

/* Whoever owns the folder, and whoever may write to it where it is not sticky, can put another file
 * in the place of one. A folder that this user lets others write to is the user's own choice. */
static gboolean
check_folder (int folder, const char *path, GError **error)
{
  struct stat info;

  if (fstat (folder, &info) < 0)
    set_unreadable (error, path, errno);
  else if (!is_trusted (info.st_uid))
    set_error (
        error, path,
        _ ("%s is in a folder of another user, who could put another file in its place. Move "
           "it to a folder of your own, or choose another file."));
  else if (info.st_uid != geteuid () && (info.st_mode & 022) != 0 && (info.st_mode & S_ISVTX) == 0)
    set_error (
        error, path,
        _ ("%s is in a folder where other users could put another file in its place. Move it "
           "to a folder of your own, or choose another file."));
  else
    return TRUE;

  return FALSE;
}

/* @provided: see keyfob_file_read_provided() */
static gboolean
check_file (const struct stat *info, const char *path, gsize max, gboolean provided, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  if (S_ISDIR (info->st_mode))
    set_error (error, path,
               _ ("%s is a folder where a file should be. Move it away, or choose another file."));
  else if (!S_ISREG (info->st_mode))
    set_error (error, path, _ ("%s is not a regular file. Move it away, or choose another file."));
  else if (info->st_uid != geteuid () && !(provided && is_trusted (info->st_uid)))
    set_error (error, path,
               _ ("The file %s belongs to another user. Move it away, or choose another file."));
  else if (provided && (info->st_mode & 022) != 0)
    set_error (error, path,
               _ ("Other users can change the file %s. Take the right to write to it away from "
                  "them."));
  else if ((gsize) info->st_size > max)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The file %s has more than %u MB and is not read. Move it away, or choose "
                    "another file."),
                 name, (guint) (max / (1024 * 1024)));
  else
    return TRUE;

  return FALSE;
}

/* -1 without an error where there is no such folder, or it is none. */
static int
open_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    {
      if (errno != ENOENT)
        set_unreadable (error, path, errno);
      return -1;
    }

  if (check_folder (fd, path, error))
    return fd;

  close (fd);
  return -1;
}

static int
open_file (const char *path, gsize max, gboolean provided, struct stat *info, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int folder = open_folder (path, error);
  int fd;

  if (folder < 0)
    return -1;

  /* not blocking: opening a FIFO would wait for a writer */
  fd = openat (folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno != ENOENT)
    set_unreadable (error, path, errno);
  close (folder);

  if (fd < 0)
    return -1;
  if (fstat (fd, info) < 0)
    set_unreadable (error, path, errno);
  else if (check_file (info, path, max, provided, error))
    return fd;

  close (fd);
  return -1;
}

int
keyfob_file_open (const char *path, gsize max, struct stat *info, GError **error)
{
  return open_file (path, max, FALSE, info, error);
}

gboolean
keyfob_file_read_fd (int fd, gsize size, char **data, gsize *length)
{
  g_autofree char *text = g_malloc (size + 1);

  *length = 0;
  while (*length < size)
    {
      gssize n = read (fd, text + *length, size - *length);

      if (n == 0)
        break;
      if (n > 0)
        *length += n;
      else if (errno != EINTR)
        return FALSE;
    }

  text[*length] = '\0';
  *data = g_steal_pointer (&text);

  return TRUE;
}

static gboolean
read_file (const char *path,
           gsize max,
           gboolean provided,
           char **data,
           gsize *length,
           GError **error)
{
  g_autofree char *target = keyfob_file_resolve (path, FALSE, error);
  g_autoptr (GError) local_error = NULL;
  struct stat info;
  gboolean done;
  int fd;

  *data = NULL;
  *length = 0;
  if (target == NULL)
    return FALSE;

  fd = open_file (target, max, provided, &info, &local_error);
  if (fd < 0)
    {
      done = local_error == NULL;
      if (!done)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return done;
    }

  done = keyfob_file_read_fd (fd, info.st_size, data, length);
  if (!done)
    set_unreadable (error, path, errno);
  close (fd);

  return done;
}

gboolean
keyfob_file_read (const char *path, gsize max, char **data, gsize *length, GError **error)
{
  return read_file (path, max, FALSE, data, length, error);
}

gboolean
keyfob_file_read_provided (const char *path, gsize max, char **data, gsize *length, GError **error)
{
  return read_file (path, max, TRUE, data, length, error);
}

gboolean
keyfob_file_write_fd (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          data += n;
          length -= n;
        }
    }

  return fsync (fd) == 0;
}

/* With the name of Keyfob, since rsync and others make `.NAME.XXXXXX` beside the file, too. */
char *
keyfob_file_dup_temporary_template (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *hidden = g_strconcat (".", name, ".keyfob-" PLACEHOLDERS, NULL);

  return g_build_filename (folder, hidden, NULL);
}

int
keyfob_file_create_temporary (const char *target, const char *data, gsize length, char **path)
{
  g_autofree char *template = keyfob_file_dup_temporary_template (target);
  int fd = g_mkstemp_full (template, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  int code = 0;

  if (fd >= 0 && keyfob_file_write_fd (fd, data, length))
    {
      *path = g_steal_pointer (&template);
      return fd;
    }

  code = errno;
  if (fd >= 0)
    {
      close (fd);
      unlink (template);
    }
  errno = code;

  return -1;
}

/* A rename is on disk only when its folder is; some file systems cannot sync a folder. */
void
keyfob_file_sync_folder (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  int fd = open (folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

  if (fd < 0)
    return;

  if (fsync (fd) < 0)
    g_debug ("%s cannot be synced: %s", folder, g_strerror (errno));
  close (fd);
}

/* A device that a link leads to belongs to all programs, and root is allowed to replace it. A
 * folder is safe from that. */
static gboolean
may_be_replaced (const char *target)
{
  struct stat info;

  return lstat (target, &info) < 0 || S_ISREG (info.st_mode) || S_ISLNK (info.st_mode)
         || S_ISDIR (info.st_mode);
}

gboolean
keyfob_file_replace (const char *target, const char *data, gsize length, GError **error)
{
  g_autofree char *temporary = NULL;
  g_autoptr (GError) folder_error = NULL;
  int folder = open_folder (target, &folder_error);
  int fd;

  if (folder >= 0)
    close (folder);
  if (folder_error != NULL)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_PERM, folder_error->message);
      return FALSE;
    }

  if (!may_be_replaced (target))
    {
      g_autofree char *name = g_filename_display_name (target);

      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   _ ("%s is not a regular file. Move it away, or choose another file."), name);
      return FALSE;
    }

  fd = keyfob_file_create_temporary (target, data, length, &temporary);
  if (fd < 0 || rename (temporary, target) < 0)
    {
      int code = errno;
      g_autofree char *name = g_filename_display_name (target);

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s.", name,
                   g_strerror (code));
      if (temporary != NULL)
        unlink (temporary);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }

  close (fd);
  keyfob_file_sync_folder (target);

  return TRUE;
}
