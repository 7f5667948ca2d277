/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For renameat2(). */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-file-swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Network file systems only know the plain rename. */
static gboolean
is_unknown (int code)
{
  return code == EINVAL || code == ENOSYS || code == EOPNOTSUPP;
}

static KeyfobFileSwap
rename_over (const char *fresh, const char *target)
{
  return rename (fresh, target) == 0 ? KEYFOB_FILE_SWAP_DONE : KEYFOB_FILE_SWAP_FAILED;
}

static KeyfobFileSwap
put_first (const char *fresh, const char *target)
{
  if (renameat2 (AT_FDCWD, fresh, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return KEYFOB_FILE_SWAP_DONE;
  if (errno == EEXIST)
    return KEYFOB_FILE_SWAP_OVERTAKEN;

  return is_unknown (errno) ? rename_over (fresh, target) : KEYFOB_FILE_SWAP_FAILED;
}

static KeyfobFileSwap
exchange (const char *fresh, const char *target, const KeyfobFileId *expected)
{
  KeyfobFileId displaced;

  if (renameat2 (AT_FDCWD, fresh, AT_FDCWD, target, RENAME_EXCHANGE) < 0)
    {
      if (errno == ENOENT)
        return KEYFOB_FILE_SWAP_OVERTAKEN;

      return is_unknown (errno) ? rename_over (fresh, target) : KEYFOB_FILE_SWAP_FAILED;
    }

  displaced = keyfob_file_id_at (fresh);
  if (!keyfob_file_id_equal (&displaced, expected))
    return KEYFOB_FILE_SWAP_DISPLACED;

  unlink (fresh);

  return KEYFOB_FILE_SWAP_DONE;
}

KeyfobFileSwap
keyfob_file_swap (const char *fresh, const char *target, const KeyfobFileId *expected)
{
  KeyfobFileId found = keyfob_file_id_at (target);

  if (!keyfob_file_id_equal (&found, expected))
    return KEYFOB_FILE_SWAP_OVERTAKEN;

  return keyfob_file_id_exists (expected) ? exchange (fresh, target, expected)
                                          : put_first (fresh, target);
}
