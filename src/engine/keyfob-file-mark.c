/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-mark.h"

KeyfobFileMark
keyfob_file_mark_of (const struct stat *info)
{
  return (KeyfobFileMark){
    .device = info->st_dev,
    .inode = info->st_ino,
    .mode = info->st_mode,
    .size = info->st_size,
    .modified = info->st_mtim,
  };
}

KeyfobFileMark
keyfob_file_mark_at (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 ? keyfob_file_mark_of (&info) : (KeyfobFileMark){ 0 };
}

gboolean
keyfob_file_mark_exists (const KeyfobFileMark *self)
{
  return self->inode != 0;
}

gboolean
keyfob_file_mark_is_exposed (const KeyfobFileMark *self)
{
  return (self->mode & 077) != 0;
}

gboolean
keyfob_file_mark_equal (const KeyfobFileMark *self, const KeyfobFileMark *other)
{
  return self->device == other->device && self->inode == other->inode && self->mode == other->mode
         && self->size == other->size && self->modified.tv_sec == other->modified.tv_sec
         && self->modified.tv_nsec == other->modified.tv_nsec;
}
