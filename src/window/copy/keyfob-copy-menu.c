/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-menu.h"

#include <glib/gi18n-lib.h>

#include "keyfob-copy-form.h"

static void
append_form (GMenu *section, KeyfobCopyForm form)
{
  gboolean holds_token = keyfob_copy_form_holds_token (form);
  g_autoptr (GMenuItem) item = g_menu_item_new (keyfob_copy_form_label (form), NULL);

  g_menu_item_set_action_and_target (item, holds_token ? "host.copy" : "host.copy-command", "s",
                                     keyfob_copy_form_word (form));
  if (holds_token)
    g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (section, item);
}

static void
append_section (GMenu *menu,
                const char *title,
                KeyfobCopyForm first,
                KeyfobCopyForm last,
                KeyfobCopyForm preferred)
{
  g_autoptr (GMenu) section = g_menu_new ();

  for (KeyfobCopyForm form = first; form <= last; form++)
    if (form != preferred)
      append_form (section, form);

  g_menu_append_section (menu, title, G_MENU_MODEL (section));
}

static void
fill (GMenu *menu, const char *key, GSettings *settings)
{
  KeyfobCopyForm preferred = keyfob_copy_form_get_preferred (settings);
  g_autoptr (GMenu) first = g_menu_new ();

  g_menu_remove_all (menu);
  append_form (first, preferred);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  append_section (menu, _ ("Gets the token when it runs"), KEYFOB_COPY_CURL, KEYFOB_COPY_COMMAND,
                  preferred);
  append_section (menu, _ ("Holds the token"), KEYFOB_COPY_HEADER, KEYFOB_COPY_TOKEN, preferred);
}

GMenuModel *
keyfob_copy_menu_new (void)
{
  GMenu *menu = g_menu_new ();
  GSettings *settings = g_settings_new (KEYFOB_APPLICATION_ID);

  g_signal_connect_object (settings, "changed::" KEYFOB_COPY_FORM_KEY, G_CALLBACK (fill), menu,
                           G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (menu), "settings", settings, g_object_unref);
  fill (menu, KEYFOB_COPY_FORM_KEY, settings);

  return G_MENU_MODEL (menu);
}
