/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl-sign-in.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-terminal-qr.h"

#define HOST_INTERFACE KEYFOB_APPLICATION_ID ".Host1"
#define CLEAR_LINE "\r\033[K"

/* A sign-in that runs. */
typedef struct
{
  KeyfobCtl *ctl;
  const char *host;
  gboolean no_open;
  GMainLoop *loop;
  GVariant *token; /* (nullable) */
  GError *error;   /* (nullable) */
  char *shown;     /* (nullable): the code or address that was printed last */
  char *question;  /* (nullable): that was printed last */
  guint answer;    /* watch of the terminal, while the user is asked */
  gint64 expires;  /* of the code, Unix time in seconds; 0 while none is shown */
  guint countdown;
  gboolean timed_out;
} SignIn;

static void
clear_countdown (SignIn *self)
{
  if (self->countdown == 0)
    return;

  g_clear_handle_id (&self->countdown, g_source_remove);
  g_printerr (CLEAR_LINE);
}

static gboolean
on_countdown (gpointer user_data)
{
  SignIn *self = user_data;
  gint64 left = MAX (0, self->expires - g_get_real_time () / G_USEC_PER_SEC);
  /* Translators: minutes and seconds */
  g_autofree char *line =
      g_strdup_printf (_ ("The code is good for %d:%02d more. Ctrl-C ends the sign-in."),
                       (int) (left / 60), (int) (left % 60));

  g_printerr (CLEAR_LINE "%s", line);

  return G_SOURCE_CONTINUE;
}

static void
show_code (SignIn *self, const char *code, GVariant *properties)
{
  const char *uri = "";
  const char *complete = "";

  g_variant_lookup (properties, "VerificationUri", "&s", &uri);
  g_variant_lookup (properties, "VerificationUriComplete", "&s", &complete);
  g_variant_lookup (properties, "SignInExpires", "x", &self->expires);

  if (isatty (STDERR_FILENO))
    keyfob_terminal_qr_print (stderr, *complete != '\0' ? complete : uri);
  keyfob_ctl_say (_ ("Open %s in any browser"), uri);
  keyfob_ctl_say (_ ("and type the code %s"), code);

  if (self->expires > 0 && isatty (STDERR_FILENO) && self->countdown == 0)
    {
      on_countdown (self);
      self->countdown = g_timeout_add_seconds (1, on_countdown, self);
    }
}

/* Enter alone is a yes; words before it may mean no. */
static gboolean
on_answer (int fd, GIOCondition condition, gpointer user_data)
{
  SignIn *self = user_data;
  char line[256];
  gssize length = read (fd, line, sizeof line);
  GVariantDict options;

  if (length > 0 && line[0] != '\n')
    return G_SOURCE_CONTINUE;

  self->answer = 0;
  g_variant_dict_init (&options, NULL);
  if (length > 0)
    g_dbus_connection_call (
        self->ctl->connection, KEYFOB_AGENT_NAME, self->host, HOST_INTERFACE, "Continue",
        g_variant_new ("(s@a{sv})", self->question, g_variant_dict_end (&options)), NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);

  return G_SOURCE_REMOVE;
}

/* @question: what the agent asks; empty where it asks nothing (any more) */
static void
ask (SignIn *self, const char *question)
{
  if (g_strcmp0 (self->question, question) == 0)
    return;

  g_clear_handle_id (&self->answer, g_source_remove);
  g_free (self->question);
  self->question = g_strdup (question);
  if (*question == '\0')
    return;

  keyfob_ctl_say ("%s", question);
  if (!isatty (STDIN_FILENO))
    {
      keyfob_ctl_say (_ ("Answer in the window of Keyfob. Ctrl-C ends the sign-in."));
      return;
    }

  /* what was typed before the question is no answer */
  tcflush (STDIN_FILENO, TCIFLUSH);
  keyfob_ctl_say (_ ("Press Enter to continue. Ctrl-C ends the sign-in."));
  self->answer = g_unix_fd_add (STDIN_FILENO, G_IO_IN, on_answer, self);
}

/* Prints what the user needs, once for each code, address and question. */
static void
show (SignIn *self)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (self->ctl, self->host, NULL);
  const char *code = "";
  const char *uri = "";
  const char *question = "";

  if (properties == NULL)
    return;

  g_variant_lookup (properties, "Question", "&s", &question);
  ask (self, question);

  g_variant_lookup (properties, "UserCode", "&s", &code);
  g_variant_lookup (properties, "LoginUri", "&s", &uri);
  if ((*code == '\0' && *uri == '\0') || g_strcmp0 (self->shown, *code != '\0' ? code : uri) == 0)
    return;

  g_free (self->shown);
  self->shown = g_strdup (*code != '\0' ? code : uri);
  if (*code != '\0')
    show_code (self, code, properties);
  else if (self->no_open)
    keyfob_ctl_say (_ ("Open this address in a browser on this machine:\n%s"), uri);
  else
    keyfob_ctl_say (_ ("Sign in in the browser that opened. Ctrl-C ends the sign-in."));
}

static void
on_changed (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  show (user_data);
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SignIn *self = user_data;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &self->error);

  if (answer != NULL)
    self->token = g_variant_get_child_value (answer, 0);
  else
    g_dbus_error_strip_remote_error (self->error);
  g_main_loop_quit (self->loop);
}

static void
cancel (SignIn *self)
{
  g_dbus_connection_call (self->ctl->connection, KEYFOB_AGENT_NAME, self->host, HOST_INTERFACE,
                          "Cancel", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static gboolean
on_interrupt (gpointer user_data)
{
  SignIn *self = user_data;

  cancel (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  SignIn *self = user_data;

  self->timed_out = TRUE;
  cancel (self);

  return G_SOURCE_CONTINUE;
}

/* Where there is no display of this machine before the user, the browser that the agent would open
 * is not seen. */
static const char *
choose_flow (const KeyfobCtlSignIn *options)
{
  if (options->flow != NULL)
    return options->flow;
  if (g_getenv ("SSH_CONNECTION") != NULL || g_getenv ("SSH_TTY") != NULL)
    return "device";
  if (g_getenv ("WAYLAND_DISPLAY") == NULL && g_getenv ("DISPLAY") == NULL)
    return "device";

  return NULL;
}

static GVariant *
to_bus_options (const KeyfobCtlSignIn *options)
{
  const char *flow = choose_flow (options);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "interactive", g_variant_new_boolean (TRUE));
  g_variant_builder_add (&builder, "{sv}", "force", g_variant_new_boolean (options->force));
  g_variant_builder_add (&builder, "{sv}", "open-browser",
                         g_variant_new_boolean (!options->no_open));
  if (flow != NULL)
    g_variant_builder_add (&builder, "{sv}", "flow", g_variant_new_string (flow));
  if (options->prompt != NULL)
    g_variant_builder_add (&builder, "{sv}", "prompt", g_variant_new_string (options->prompt));

  return g_variant_builder_end (&builder);
}

static void
run (SignIn *self, const KeyfobCtlSignIn *options)
{
  GDBusConnection *connection = self->ctl->connection;
  guint signal = g_dbus_connection_signal_subscribe (
      connection, KEYFOB_AGENT_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      self->host, HOST_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, self, NULL);
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);
  guint term = g_unix_signal_add (SIGTERM, on_interrupt, self);
  guint timeout =
      options->timeout > 0 ? g_timeout_add_seconds (options->timeout, on_timeout, self) : 0;

  g_dbus_connection_call (connection, KEYFOB_AGENT_NAME, self->host, HOST_INTERFACE, "GetToken",
                          g_variant_new ("(@a{sv})", to_bus_options (options)),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                          on_token, self);
  g_main_loop_run (self->loop);

  clear_countdown (self);
  g_clear_handle_id (&self->answer, g_source_remove);
  g_dbus_connection_signal_unsubscribe (connection, signal);
  g_source_remove (interrupt);
  g_source_remove (term);
  g_clear_handle_id (&timeout, g_source_remove);
}

GVariant *
keyfob_ctl_sign_in (KeyfobCtl *self,
                    const char *host,
                    const KeyfobCtlSignIn *options,
                    KeyfobExit *code)
{
  SignIn sign_in = { .ctl = self, .host = host, .no_open = options->no_open };

  sign_in.loop = g_main_loop_new (NULL, FALSE);
  run (&sign_in, options);

  if (sign_in.token == NULL && sign_in.timed_out)
    {
      keyfob_ctl_say (ngettext ("Nobody signed in within %d second.",
                                "Nobody signed in within %d seconds.", options->timeout),
                      options->timeout);
      *code = KEYFOB_EXIT_SIGN_IN;
      g_clear_error (&sign_in.error);
    }
  else if (sign_in.token == NULL)
    {
      *code = keyfob_ctl_fail (sign_in.error);
    }

  g_free (sign_in.shown);
  g_free (sign_in.question);
  g_main_loop_unref (sign_in.loop);

  return sign_in.token;
}
