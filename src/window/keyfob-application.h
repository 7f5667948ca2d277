/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_APPLICATION (keyfob_application_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobApplication, keyfob_application, KEYFOB, APPLICATION, AdwApplication)

/** Returns: (transfer full): the application */
KeyfobApplication *keyfob_application_new (void);

G_END_DECLS
