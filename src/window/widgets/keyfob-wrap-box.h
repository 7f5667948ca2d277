/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_WRAP_BOX (keyfob_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWrapBox, keyfob_wrap_box, KEYFOB, WRAP_BOX, GtkWidget)

/**
 * KeyfobWrapBox:
 *
 * Places its children beside each other and continues in a new line where they do not fit, so that
 * long words and large text need no wider window. A child with `hexpand` may become as narrow as
 * `expand-chars` average characters and gets the width that its line has left; a line without such
 * a child is aligned to the end side. `spacing` and `line-spacing` are in pixels. With `centered`,
 * each child is as high as it wants to be and stands in the middle of its line.
 *
 * It asks each child for its width and then for the height at that width, and so costs less than a
 * #GtkBox or `valign` around text that wraps: GTK 4.8 searches these for the width that goes with a
 * height, by laying the text out at many widths.
 */

G_END_DECLS
