/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-add-host-form.h"
#include "keyfob-found-hosts.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ADD_PAGE (keyfob_add_page_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAddPage, keyfob_add_page, KEYFOB, ADD_PAGE, AdwBin)

/**
 * KeyfobAddPage:
 *
 * A page with a form that adds a host, or a token of a file, and the hosts that were found on this
 * computer.
 */

GtkWidget *keyfob_add_page_new (KeyfobAgentClient *client);

/** Sets what the page does, see keyfob_add_host_form_set_file(), and says so in its title. */
void keyfob_add_page_set_file (KeyfobAddPage *self, GFile *file);

/** Returns: (transfer none) */
KeyfobAddHostForm *keyfob_add_page_get_form (KeyfobAddPage *self);

/** Returns: (transfer none) */
KeyfobFoundHosts *keyfob_add_page_get_found (KeyfobAddPage *self);

G_END_DECLS
