/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * What comes before and after the import of a token from a file, see
 * keyfob_add_host_form_set_file().
 */

/** Lets the user choose a file, and activates `win.import-token-file` of @parent with its URI. */
void keyfob_token_import_choose (GtkWindow *parent);

/**
 * keyfob_token_import_offer_deletion:
 * @toasts: shows what could not be done
 * @file: the file that was imported
 * @etag: (nullable): its etag before it was read; a file that has changed since is kept
 *
 * Asks whether to delete the file: whoever renews one of two copies of a session ends the other.
 */
void keyfob_token_import_offer_deletion (AdwToastOverlay *toasts, GFile *file, const char *etag);

G_END_DECLS
