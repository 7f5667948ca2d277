/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

/* A user who owns nothing. */
#define NOBODY 65534

/* Root may write anywhere, so tests of what cannot be written run as somebody else: the owner of
 * @folder then. */
static inline void
become_nobody (const char *folder)
{
  g_autofree char *above = g_path_get_dirname (folder);
  struct stat status;

  if (geteuid () != 0)
    return;

  /* newer versions of GLib make temporary folders in one that only its user may enter */
  g_assert_cmpint (stat (above, &status), ==, 0);
  if ((status.st_mode & S_IXOTH) == 0)
    g_assert_cmpint (g_chmod (above, 0711), ==, 0);
  g_assert_cmpint (chown (folder, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (setegid (NOBODY), ==, 0);
  g_assert_cmpint (seteuid (NOBODY), ==, 0);
}

/* The leak sanitizer looks at its own process from outside, which the change of user forbade. */
static inline void
become_oneself (uid_t user, gid_t group)
{
  g_assert_cmpint (seteuid (user), ==, 0);
  g_assert_cmpint (setegid (group), ==, 0);
  g_assert_cmpint (prctl (PR_SET_DUMPABLE, 1), ==, 0);
}
