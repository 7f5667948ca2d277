/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* cc userinfo.c -o userinfo $(pkg-config --cflags --libs libsoup-3.0) */
#include <libsoup/soup.h>

int
main (int argc, char *argv[])
{
  g_autofree char *uri = g_strconcat (argv[1], "/auth/v2/userinfo", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) token = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  const char *authorization = NULL;

  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (bus != NULL)
    answer = g_dbus_connection_call_sync (
        bus, "org.keyfob.Keyfob.Agent", "/org/keyfob/Keyfob/Agent",
        "org.keyfob.Keyfob.Agent1", "GetToken",
        g_variant_new ("(sa{sv})", argv[1], NULL),
        G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
        &error);
  if (answer != NULL)
    {
      token = g_variant_get_child_value (answer, 0);
      g_variant_lookup (token, "authorization", "&s", &authorization);
      soup_message_headers_append (
          soup_message_get_request_headers (message), "Authorization",
          authorization);
      body = soup_session_send_and_read (session, message, NULL, &error);
    }
  if (body == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%.*s\n", (int) g_bytes_get_size (body),
           (const char *) g_bytes_get_data (body, NULL));

  return soup_message_get_status (message) == SOUP_STATUS_OK ? 0 : 1;
}
