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
 * Copies a token in the `form` that it is set to (a word of KeyfobCopyForm), and has a menu of all
 * forms beside. Activates `row.copy` with the word of the form.
 */

G_END_DECLS
