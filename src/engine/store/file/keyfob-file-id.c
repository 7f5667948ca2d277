/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-id.h"

KeyfobFileId
keyfob_file_id_of (const struct stat *info)
{
  return (KeyfobFileId){
    .device = info->st_dev,
    .inode = info->st_ino,
    .mode = info->st_mode,
    .size = info->st_size,
    .modified = info->st_mtim,
  };
}

KeyfobFileId
keyfob_file_id_at (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 ? keyfob_file_id_of (&info) : (KeyfobFileId){ 0 };
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

gboolean
keyfob_file_id_equal (const KeyfobFileId *self, const KeyfobFileId *other)
{
  return self->device == other->device && self->inode == other->inode && self->mode == other->mode
         && self->size == other->size && self->modified.tv_sec == other->modified.tv_sec
         && self->modified.tv_nsec == other->modified.tv_nsec;
}
