/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-context.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_STORE_WATCH (keyfob_store_watch_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobStoreWatch, keyfob_store_watch, KEYFOB, STORE_WATCH, GObject)

/**
 * KeyfobStoreWatch:
 *
 * Has the agent follow the stores: shows in its properties how they stand and for which other hosts
 * the shared file, or that of another program, holds a token, answers `Unlock`, and has every host
 * look at its store again when that has changed.
 */

/**
 * keyfob_store_watch_new:
 * @hosts: #KeyfobHost
 *
 * Returns: (transfer full): a watch that has just opened the stores
 */
KeyfobStoreWatch *
keyfob_store_watch_new (KeyfobContext *context, KeyfobBusAgent1 *face, GListModel *hosts);

/** Looks for token files of programs that could not be watched: somebody looks at what is found. */
void keyfob_store_watch_look (KeyfobStoreWatch *self);

G_END_DECLS
