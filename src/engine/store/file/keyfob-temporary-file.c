/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-temporary-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACEHOLDERS "XXXXXX"
/* Seconds after which what a writer left is nobody's. */
#define STALE 60

static char *
dup_template (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *name = g_path_get_basename (target);
  g_autofree char *hidden = g_strconcat (".", name, "." PLACEHOLDERS, NULL);

  return g_build_filename (folder, hidden, NULL);
}

static gboolean
is_left_over (const char *path, const char *template)
{
  gsize fixed = strlen (template) - strlen (PLACEHOLDERS);
  struct stat info;

  return strlen (path) == strlen (template) && strncmp (path, template, fixed) == 0
         && lstat (path, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid ()
         && info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - STALE;
}

int
keyfob_temporary_file_create (const char *target, const char *data, gsize length, char **path)
{
  g_autofree char *template = dup_template (target);
  int fd = g_mkstemp_full (template, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  int code = 0;

  if (fd >= 0 && keyfob_temporary_file_fill (fd, data, length))
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

gboolean
keyfob_temporary_file_fill (int fd, const char *data, gsize length)
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

void
keyfob_temporary_file_sync_folder (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  int fd = open (folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

  if (fd < 0)
    return;

  if (fsync (fd) < 0)
    g_debug ("%s cannot be synced: %s", folder, g_strerror (errno));
  close (fd);
}

void
keyfob_temporary_file_tidy (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *template = dup_template (target);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_left_over (path, template))
        unlink (path);
    }
}
