/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-host-item.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_OTHER_WAYS (keyfob_other_ways_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobOtherWays, keyfob_other_ways, KEYFOB, OTHER_WAYS, AdwBin)

/**
 * KeyfobOtherWays:
 *
 * Asks "Nothing opened?" during a sign-in whose page no browser has visited for some seconds, and
 * offers to open it again, to copy its link, or to use a phone. Invisible else. Needs the actions
 * of the host, see #KeyfobHostActions.
 */

/** Returns: (transfer floating): a widget that is invisible */
GtkWidget *keyfob_other_ways_new (void);

/** Shows how the sign-in to @item (nullable) stands now, and once its time has come. */
void keyfob_other_ways_update (KeyfobOtherWays *self, KeyfobHostItem *item);

/** Returns: (nullable): the question whether nothing opened, while it is asked */
const char *keyfob_other_ways_get_question (KeyfobOtherWays *self);

/** Sets whether the buttons can be pressed. */
void keyfob_other_ways_set_sensitive (KeyfobOtherWays *self, gboolean sensitive);

G_END_DECLS
