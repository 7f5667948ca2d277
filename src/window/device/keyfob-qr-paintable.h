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
 * The QR code of a web address: black on white in every colour scheme, with a quiet zone of four
 * modules (ISO/IEC 18004). Modules are whole pixels wide, so the code is sharp at every size and
 * scale factor; pixels that are left over widen the quiet zone. The intrinsic size is the smallest
 * one of at least 200 pixels at which no pixel is left over.
 */

/**
 * keyfob_qr_paintable_set_text:
 * @text: (nullable): an http or https address of at most 512 characters
 *
 * With any other text, the paintable draws nothing and its text is %NULL.
 */
void keyfob_qr_paintable_set_text (KeyfobQrPaintable *self, const char *text);

/** Returns: (nullable): the address that is shown */
const char *keyfob_qr_paintable_get_text (KeyfobQrPaintable *self);

G_END_DECLS
