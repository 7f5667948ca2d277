/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** The first argument of a process that decodes a picture; the second is the path of the file. */
#define KEYFOB_PICTURE_DECODE "--decode-picture"

#define KEYFOB_TYPE_PICTURE (keyfob_picture_get_type ())

/**
 * KeyfobPicture:
 *
 * A picture file that stands for a host. The file may come, change and go: the property "image" is
 * what it shows, or %NULL where there is no file, or none that can be shown.
 *
 * A process of its own decodes the file, so that no picture keeps the window waiting.
 */
G_DECLARE_FINAL_TYPE (KeyfobPicture, keyfob_picture, KEYFOB, PICTURE, GObject)

/**
 * keyfob_picture_show:
 * @path: absolute path of a picture file, or empty
 *
 * Shows the picture in @avatar in place of initials, from when it is decoded and for as long as
 * there is one at @path. Each call also looks whether the file has changed.
 */
void keyfob_picture_show (AdwAvatar *avatar, const char *path);

/**
 * keyfob_picture_decode:
 * @path: path of a picture file
 *
 * What a process does that decodes a picture: writes the picture on standard output, in the size in
 * which hosts have it. Limits the time and the memory of the process for good.
 *
 * Returns: the exit status of the process
 */
int keyfob_picture_decode (const char *path);

G_END_DECLS
