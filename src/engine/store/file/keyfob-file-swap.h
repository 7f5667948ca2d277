/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-id.h"

G_BEGIN_DECLS

/**
 * KeyfobFileSwap:
 * @KEYFOB_FILE_SWAP_FAILED: nothing has changed; errno says why
 * @KEYFOB_FILE_SWAP_DONE: the new file is in place, and its own name is gone
 * @KEYFOB_FILE_SWAP_OVERTAKEN: nothing has changed, for the old file is not the expected one
 * @KEYFOB_FILE_SWAP_DISPLACED: the new file is in place, but somebody replaced the old one at the
 *   very moment: what they put there goes by the new file's name now
 */
typedef enum
{
  KEYFOB_FILE_SWAP_FAILED,
  KEYFOB_FILE_SWAP_DONE,
  KEYFOB_FILE_SWAP_OVERTAKEN,
  KEYFOB_FILE_SWAP_DISPLACED,
} KeyfobFileSwap;

/**
 * keyfob_file_swap:
 * @fresh: path of the new file, in the folder of @target
 * @target: path of the file to replace
 * @expected: what @target is thought to be
 *
 * Puts a file in the place of another, atomically, and tells of writers who honour no lock and did
 * the same meanwhile. Blocks.
 */
KeyfobFileSwap
keyfob_file_swap (const char *fresh, const char *target, const KeyfobFileId *expected);

G_END_DECLS
