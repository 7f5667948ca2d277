/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "keyfob-auth-error.h"

static gboolean
is_absence (const GError *error)
{
  static const int codes[] = {
    G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER, G_DBUS_ERROR_NO_REPLY,
    G_DBUS_ERROR_NO_SERVER,       G_DBUS_ERROR_DISCONNECTED,      G_DBUS_ERROR_TIMEOUT,
    G_DBUS_ERROR_TIMED_OUT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_DBUS_ERROR, codes[i]))
      return TRUE;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

GError *
keyfob_keyring_error_new_silent (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                              _ ("The keyring does not answer. Start it again, or log out and in, "
                                 "and try again."));
}

GError *
keyfob_keyring_error_new_locked_item (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                              _ ("Your password manager has not let Keyfob read the token yet. "
                                 "Unlock it, and allow that when you are asked."));
}

GError *
keyfob_keyring_error_new_unanswered (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                              _ ("Your password manager has not let Keyfob store the token yet. "
                                 "Unlock it, and allow that when you are asked."));
}

GError *
keyfob_keyring_error_new_missing (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                              _ ("There is no keyring yet. Make one when you are asked for its "
                                 "password, and try again."));
}

GError *
keyfob_keyring_error_new_closed (void)
{
  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                              _ ("Your password manager has no keyring open. Open one there."));
}

gboolean
keyfob_keyring_error_is_silence (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

gboolean
keyfob_keyring_error_is_no_service (const GError *error)
{
  static const int codes[] = {
    G_DBUS_ERROR_SERVICE_UNKNOWN,
    G_DBUS_ERROR_NAME_HAS_NO_OWNER,
    G_DBUS_ERROR_SPAWN_EXEC_FAILED,
    G_DBUS_ERROR_SPAWN_FORK_FAILED,
    G_DBUS_ERROR_SPAWN_CHILD_EXITED,
    G_DBUS_ERROR_SPAWN_CHILD_SIGNALED,
    G_DBUS_ERROR_SPAWN_FAILED,
    G_DBUS_ERROR_SPAWN_SETUP_FAILED,
    G_DBUS_ERROR_SPAWN_CONFIG_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
    G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID,
    G_DBUS_ERROR_SPAWN_FILE_INVALID,
    G_DBUS_ERROR_SPAWN_NO_MEMORY,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_DBUS_ERROR, codes[i]))
      return TRUE;

  return FALSE;
}

gboolean
keyfob_keyring_error_is_no_object (const GError *error)
{
  return g_error_matches (error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

GError *
keyfob_keyring_error_take (GError *error)
{
  g_autoptr (GError) taken = error;

  if (error == NULL || g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                                _ ("The keyring is locked. Unlock it to get at the tokens in it."));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || error->domain == KEYFOB_AUTH_ERROR)
    return g_steal_pointer (&taken);

  if (keyfob_keyring_error_is_no_object (error))
    return keyfob_keyring_error_new_missing ();

  g_dbus_error_strip_remote_error (error);

  if (is_absence (error))
    return keyfob_keyring_error_new_silent ();

  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                      _ ("The keyring refused: %s. Look at it in your password manager, and try "
                         "again."),
                      error->message);
}
