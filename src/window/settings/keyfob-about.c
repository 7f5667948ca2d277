/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-about.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

#include "keyfob-host-state.h"

#define FILE_NAME "keyfob-debug-info.txt"

static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : "unknown";
}

static void
add_desktop (GString *text)
{
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  GdkDisplay *display = gdk_display_get_default ();

  g_string_append_printf (text, "GTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\n",
                          gtk_get_major_version (), gtk_get_minor_version (),
                          gtk_get_micro_version (), adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
                          glib_minor_version, glib_micro_version);
  g_string_append_printf (text, "System: %s\n", system != NULL ? system : "unknown");
  g_string_append_printf (text, "Desktop: %s\n", get_variable ("XDG_CURRENT_DESKTOP"));
  g_string_append_printf (text, "Session: %s (%s)\n", get_variable ("XDG_SESSION_TYPE"),
                          G_OBJECT_TYPE_NAME (display));
  g_string_append_printf (text, "Language: %s\n", setlocale (LC_MESSAGES, NULL));
}

static void
add_hosts (GString *text, GListModel *hosts)
{
  guint counts[KEYFOB_HOST_LOCKED + 1] = { 0 };
  guint n_hosts = g_list_model_get_n_items (hosts);
  const char *separator = ": ";

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobHostItem) item = g_list_model_get_item (hosts, i);

      counts[keyfob_host_item_get_state (item)]++;
    }

  g_string_append_printf (text, "Servers: %u", n_hosts);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (counts[i] == 0)
        continue;

      g_string_append_printf (text, "%s%u %s", separator, counts[i],
                              keyfob_host_state_to_string (i));
      separator = ", ";
    }
  g_string_append_c (text, '\n');
}

/* Returns: (transfer full): in English, since those who mend faults read it */
static char *
describe (KeyfobAgentClient *client)
{
  KeyfobBusAgent1 *agent = client != NULL ? keyfob_agent_client_get_agent (client) : NULL;
  g_autoptr (GString) text = g_string_new ("Keyfob " KEYFOB_VERSION "\n");
  const char *const *problems;

  if (agent != NULL)
    g_string_append_printf (text, "Agent: %s\n", keyfob_bus_agent1_get_version (agent));
  else
    g_string_append (text, "Agent: none\n");
  add_desktop (text);
  if (agent == NULL)
    return g_strdup (text->str);

  g_string_append_printf (text, "Tokens go to: %s, which is %s\n",
                          keyfob_bus_agent1_get_store (agent),
                          keyfob_bus_agent1_get_store_state (agent));
  g_string_append_printf (text, "Tokens are locked: %s\n",
                          keyfob_bus_agent1_get_tokens_locked (agent) ? "yes" : "no");
  g_string_append_printf (text, "Icon in the tray: %s\n", keyfob_bus_agent1_get_tray (agent));
  g_string_append_printf (text, "Agent ends with the window: %s\n",
                          keyfob_bus_agent1_get_leaves (agent) ? "yes" : "no");
  add_hosts (text, G_LIST_MODEL (keyfob_agent_client_get_hosts (client)));
  problems = keyfob_bus_agent1_get_provided_problems (agent);
  for (gsize i = 0; problems != NULL && problems[i] != NULL; i++)
    g_string_append_printf (text, "Provided servers: %s\n", problems[i]);

  return g_strdup (text->str);
}

void
keyfob_about_show (GtkWindow *parent, KeyfobAgentClient *client)
{
  g_autofree char *info = describe (client);

  adw_show_about_window (parent, "application-name", "Keyfob", "application-icon",
                         KEYFOB_APPLICATION_ID, "developer-name", _ ("The Keyfob authors"),
                         "version", KEYFOB_VERSION, "copyright", _ ("© 2026 The Keyfob authors"),
                         "license-type", GTK_LICENSE_BSD_3, "comments",
                         _ ("Signs you in to the servers you work with and keeps "
                            "their tokens in your keyring."),
                         /* Translators: your names, one a line */
                         "translator-credits", _ ("translator-credits"), "debug-info", info,
                         "debug-info-filename", FILE_NAME, NULL);
}
