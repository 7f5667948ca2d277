/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * keyfob_host_closures_bind:
 *
 * Gives the template of @widget_class the closures that turn properties of a host into what its
 * row shows. They are functions of their arguments alone.
 */
void keyfob_host_closures_bind (GtkWidgetClass *widget_class);

G_END_DECLS
