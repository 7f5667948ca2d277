/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_COPY_BUTTON (keyfob_copy_button_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCopyButton, keyfob_copy_button, KEYFOB, COPY_BUTTON, AdwBin)

/**
 * KeyfobCopyButton:
 *
 * A button that copies a token in the form of its property `form` (a word of KeyfobCopyForm), with
 * a menu of all forms beside it. Both activate `row.copy` with the word of the form.
 */

G_END_DECLS
