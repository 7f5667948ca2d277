/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_QR_PAINTABLE (keyfob_qr_paintable_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobQrPaintable, keyfob_qr_paintable, KEYFOB, QR_PAINTABLE, GObject)

/**
 * KeyfobQrPaintable:
 *
 * The QR code of a web address, black on white with a quiet zone of four modules (ISO/IEC 18004),
 * whatever the colours around it. Modules are whole pixels wide, so it is crisp at every size and
 * scale factor; what is left over widens the quiet zone. Its intrinsic size is the smallest of at
 * least 200 pixels that leaves nothing over.
 */

/** Returns: (transfer full): an empty one */
KeyfobQrPaintable *keyfob_qr_paintable_new (void);

/**
 * keyfob_qr_paintable_set_text:
 * @text: (nullable): an http or https address of at most 512 characters
 *
 * Anything else leaves the paintable empty and its text %NULL.
 */
void keyfob_qr_paintable_set_text (KeyfobQrPaintable *self, const char *text);

/** Returns: (nullable): the address that is shown */
const char *keyfob_qr_paintable_get_text (KeyfobQrPaintable *self);

G_END_DECLS
