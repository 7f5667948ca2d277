/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-desktop-actions.h"

#include "keyfob-auth-error.h"
#include "keyfob-get-token.h"

#define PATH "/org/keyfob/Keyfob"
#define INTERFACE "org.freedesktop.Application"
#define QUIT_SECONDS 2 /* for a window that hangs */

static void
open_window_of (KeyfobHost *host)
{
  keyfob_desktop_open_window (keyfob_host_get_context (host)->connection, NULL);
}

static void
on_host_changed (KeyfobHost *host)
{
  gboolean failed = *keyfob_host_session_get_error (keyfob_host_get_session (host)) != '\0';
  gboolean asks = *keyfob_host_get_question (host) != '\0';

  if (keyfob_host_get_state (host) == KEYFOB_HOST_SIGNING_IN && !failed && !asks)
    return;

  g_signal_handlers_disconnect_by_func (host, on_host_changed, NULL);
  if (failed || asks)
    open_window_of (host);
}

/* From here on the sign-in is under way, and may fail later. */
static void
on_sign_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (GError) error = NULL;

  if (keyfob_host_sign_in_finish (host, result, &error))
    {
      g_signal_handlers_disconnect_by_func (host, on_host_changed, NULL);
      g_signal_connect (host, "changed", G_CALLBACK (on_host_changed), NULL);
      on_host_changed (host);
      return;
    }

  g_debug ("The sign-in did not begin: %s", error->message);
  if (!g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED))
    open_window_of (host);
}

void
keyfob_desktop_sign_in (KeyfobHost *host, const char *activation_token)
{
  KeyfobSignInOptions *options = keyfob_sign_in_options_new ();

  options->force = TRUE;
  options->activation_token = g_strdup (activation_token);
  keyfob_host_sign_in_async (host, options, NULL, on_sign_in, NULL);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_message ("The window cannot be opened: %s", error->message);
}

/* Wayland and X11 have different names for the token. */
static GVariant *
platform_data (const char *activation_token)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (activation_token != NULL)
    {
      g_variant_dict_insert (&dict, "activation-token", "s", activation_token);
      g_variant_dict_insert (&dict, "desktop-startup-id", "s", activation_token);
    }

  return g_variant_dict_end (&dict);
}

static GVariant *
action_arguments (const char *action, GVariant *parameter, const char *activation_token)
{
  GVariantBuilder parameters;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  if (parameter != NULL)
    g_variant_builder_add (&parameters, "v", parameter);

  return g_variant_new ("(sav@a{sv})", action, &parameters, platform_data (activation_token));
}

void
keyfob_desktop_open_window (GDBusConnection *connection, const char *activation_token)
{
  g_dbus_connection_call (connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE, "Activate",
                          g_variant_new ("(@a{sv})", platform_data (activation_token)), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, NULL);
}

void
keyfob_desktop_activate_action (GDBusConnection *connection,
                                const char *action,
                                GVariant *parameter,
                                const char *activation_token)
{
  g_dbus_connection_call (connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE, "ActivateAction",
                          action_arguments (action, parameter, activation_token), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, NULL);
}

void
keyfob_desktop_quit_window (GDBusConnection *connection,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_dbus_connection_call (connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE, "ActivateAction",
                          action_arguments ("quit", NULL, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, QUIT_SECONDS * 1000, NULL, callback,
                          user_data);
}
