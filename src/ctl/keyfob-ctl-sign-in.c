/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl-sign-in.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-ctl-interaction.h"
#include "keyfob-host-state.h"
#include "keyfob-terminal-qr.h"
#include "keyfob-terminal.h"

#define HOST_INTERFACE KEYFOB_APPLICATION_ID ".Host1"
#define CLEAR_LINE "\r\033[K"
#define SSH_PORT "22"

/* A sign-in that runs. */
typedef struct
{
  KeyfobCtl *ctl;
  const char *host;
  gboolean is_here; /* the user sits before a display of this machine */
  gboolean opens_browser;
  GVariantDict *properties; /* of the host */
  GMainLoop *loop;
  GCancellable *cancellable;    /* of the wait for the token */
  GVariant *token;              /* (nullable) */
  GError *error;                /* (nullable) */
  char *shown;                  /* (nullable): the code or address that was printed last */
  char *question;               /* (nullable): that was printed last */
  char *trouble;                /* (nullable): that was printed last */
  KeyfobTerminalReader *reader; /* (nullable): once the user was asked for something */
  gboolean takes_address;       /* that the browser ended at */
  gint64 expires;               /* of the code, Unix time in seconds; 0 while none is shown */
  guint countdown;
  gboolean interrupted;
  gboolean timed_out;
} SignIn;

/* Returns: the property of the host, empty where it has none */
static const char *
get_text (SignIn *self, const char *property)
{
  const char *text = "";

  g_variant_dict_lookup (self->properties, property, "&s", &text);

  return text;
}

/* Before anything else is printed: the next tick prints the line again. */
static void
clear_line (SignIn *self)
{
  if (self->countdown != 0)
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

  if (!keyfob_terminal_is_capable (stderr))
    g_printerr ("%s\n", line);
  /* a line that is wrapped cannot be cleared */
  else if (g_utf8_strlen (line, -1) < keyfob_terminal_get_columns (stderr))
    g_printerr (CLEAR_LINE "%s", line);
  else
    g_printerr (CLEAR_LINE "%d:%02d", (int) (left / 60), (int) (left % 60));

  return G_SOURCE_CONTINUE;
}

/* A terminal that cannot clear a line is told the time once. */
static void
start_countdown (SignIn *self)
{
  if (self->expires == 0 || self->countdown != 0)
    return;

  on_countdown (self);
  if (keyfob_terminal_is_capable (stderr))
    self->countdown = g_timeout_add_seconds (1, on_countdown, self);
}

static void
show_code (SignIn *self, const char *code)
{
  const char *uri = get_text (self, "VerificationUri");
  const char *complete = get_text (self, "VerificationUriComplete");

  g_variant_dict_lookup (self->properties, "SignInExpires", "x", &self->expires);

  keyfob_terminal_qr_print (stderr, *complete != '\0' ? complete : uri);
  keyfob_ctl_say (_ ("Open %s in any browser"), uri);
  keyfob_ctl_say (_ ("and type the code %s"), code);
  start_countdown (self);
}

/* What was asked for is still not here: nothing runs that Cancel could have ended, as while the
 * token is refreshed. */
static void
on_sign_in_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GCancellable) cancellable = user_data;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_clear_pointer (&answer, g_variant_unref);
  g_cancellable_cancel (cancellable);
}

static void
cancel (SignIn *self)
{
  g_dbus_connection_call (self->ctl->connection, self->ctl->agent, self->host, HOST_INTERFACE,
                          "Cancel", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          on_sign_in_cancelled, g_object_ref (self->cancellable));
}

/* The second time does not wait for the agent. */
static void
interrupt (SignIn *self)
{
  if (self->interrupted)
    g_cancellable_cancel (self->cancellable);
  self->interrupted = TRUE;
  cancel (self);
}

static void
on_address_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL)
    return;

  g_dbus_error_strip_remote_error (error);
  keyfob_ctl_say ("%s", error->message);
  keyfob_ctl_say (_ ("Paste another address, or end the sign-in with Ctrl-C."));
}

/* Enter alone answers a question with yes; words before it may mean no. */
static void
on_line (const char *line, gpointer user_data)
{
  SignIn *self = user_data;
  const char *question = self->question != NULL ? self->question : "";
  GVariantDict options;

  if (line == NULL)
    {
      interrupt (self);
    }
  else if (*question != '\0' && *line == '\0')
    {
      g_variant_dict_init (&options, NULL);
      g_dbus_connection_call (self->ctl->connection, self->ctl->agent, self->host, HOST_INTERFACE,
                              "Continue",
                              g_variant_new ("(s@a{sv})", question, g_variant_dict_end (&options)),
                              NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
    }
  else if (*question == '\0' && self->takes_address)
    {
      g_dbus_connection_call (self->ctl->connection, self->ctl->agent, self->host, HOST_INTERFACE,
                              "FinishSignIn", g_variant_new ("(s)", line), NULL,
                              G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_address_taken, NULL);
    }
}

/* Returns: whether the user can type something; what was typed before does not count */
static gboolean
start_to_read (SignIn *self)
{
  if (self->reader != NULL)
    keyfob_terminal_reader_flush (self->reader);
  else
    self->reader = keyfob_terminal_reader_new (on_line, self);

  return self->reader != NULL;
}

/* @question: what the agent asks; empty where it asks nothing (any more) */
static void
ask (SignIn *self, const char *question)
{
  gboolean reads;

  if (g_strcmp0 (self->question, question) == 0)
    return;

  g_free (self->question);
  self->question = g_strdup (question);
  if (*question == '\0')
    return;

  reads = start_to_read (self);
  keyfob_ctl_say ("%s", question);
  if (reads)
    keyfob_ctl_say (_ ("Press Enter to continue. Ctrl-C ends the sign-in."));
  else
    keyfob_ctl_say (_ ("Answer in the window of Keyfob. Ctrl-C ends the sign-in."));
}

/* Returns: (transfer full): the command that has ssh lead @port of the computer at which the user
 * sits to this one */
static char *
dup_ssh_command (int port)
{
  const char *variable = g_getenv ("SSH_CONNECTION");
  /* address and port of the client, then of this machine */
  g_auto (GStrv) words = g_strsplit (variable != NULL ? variable : "", " ", -1);
  gboolean is_whole = g_strv_length (words) == 4;
  const char *host = is_whole ? words[2] : g_get_host_name ();
  gboolean is_usual = !is_whole || g_str_equal (words[3], SSH_PORT);

  return g_strdup_printf ("ssh -N -L %d:localhost:%d%s%s %s@%s", port, port, is_usual ? "" : " -p ",
                          is_usual ? "" : words[3], g_get_user_name (), host);
}

/* The browser of the user is on another machine: it cannot come back here, or only through ssh. */
static void
show_address_for_elsewhere (SignIn *self, const char *uri)
{
  int port = -1;

  g_uri_split_network (get_text (self, "RedirectUri"), G_URI_FLAGS_NONE, NULL, NULL, &port, NULL);

  self->takes_address = start_to_read (self);
  keyfob_ctl_say (_ ("Open this address in a browser:\n%s"), uri);
  if (keyfob_ctl_is_over_ssh () && port > 0)
    {
      g_autofree char *command = dup_ssh_command (port);

      /* Translators: %s is a command to be run in a terminal */
      keyfob_ctl_say (
          _ ("The browser comes back here by itself while this command runs on its computer:\n"
             "%s"),
          command);
    }
  if (self->takes_address)
    keyfob_ctl_say (_ ("Where it ends at a page that cannot be loaded, paste the address of that "
                       "page here and press Enter; it is not shown. Ctrl-C ends the sign-in."));
}

static void
show_address (SignIn *self, const char *uri)
{
  if (!self->is_here)
    show_address_for_elsewhere (self, uri);
  else if (self->opens_browser)
    keyfob_ctl_say (_ ("Sign in in the browser that opened. Ctrl-C ends the sign-in."));
  else
    keyfob_ctl_say (_ ("Open this address in a browser on this machine:\n%s"), uri);
}

/* Why no browser opened or came back, and what to do. */
static void
show_trouble (SignIn *self)
{
  const char *trouble = get_text (self, "Error");

  if (keyfob_host_state_parse (get_text (self, "State")) != KEYFOB_HOST_SIGNING_IN
      || *trouble == '\0' || g_strcmp0 (self->trouble, trouble) == 0)
    return;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  clear_line (self);
  keyfob_ctl_say ("%s", trouble);
}

/* Prints what the user needs, once for each code, address and question. */
static void
show (SignIn *self)
{
  const char *code = get_text (self, "UserCode");
  const char *uri = get_text (self, "LoginUri");

  show_trouble (self);
  ask (self, get_text (self, "Question"));
  if ((*code == '\0' && *uri == '\0') || g_strcmp0 (self->shown, *code != '\0' ? code : uri) == 0)
    return;

  g_free (self->shown);
  self->shown = g_strdup (*code != '\0' ? code : uri);
  clear_line (self);
  if (*code != '\0')
    show_code (self, code);
  else
    show_address (self, uri);
}

/* The signal has the values: a question for them could start an agent that was told to leave. */
static void
on_changed (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  SignIn *self = user_data;
  g_autoptr (GVariantIter) changed = NULL;
  const char *name;
  GVariant *value;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  g_variant_get (parameters, "(&sa{sv}as)", NULL, &changed, NULL);
  while (g_variant_iter_loop (changed, "{&sv}", &name, &value))
    g_variant_dict_insert_value (self->properties, name, value);
  show (self);
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SignIn *self = user_data;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &self->error);

  if (answer != NULL)
    {
      self->token = g_variant_get_child_value (answer, 0);
    }
  else if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&self->error);
      g_set_error_literal (&self->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
                           _ ("The sign-in was cancelled."));
    }
  else
    {
      g_dbus_error_strip_remote_error (self->error);
    }
  g_main_loop_quit (self->loop);
}

/* Returns: whether this program was started so that it outlives @number, see nohup(1) */
static gboolean
is_ignored (int number)
{
  struct sigaction action = { 0 };

  sigaction (number, NULL, &action);

  return action.sa_handler == SIG_IGN;
}

static gboolean
on_interrupt (gpointer user_data)
{
  interrupt (user_data);

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

static GVariant *
to_bus_options (SignIn *self, const KeyfobCtlSignIn *options, const char *flow)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "interactive", g_variant_new_boolean (TRUE));
  g_variant_builder_add (&builder, "{sv}", "force", g_variant_new_boolean (options->force));
  g_variant_builder_add (&builder, "{sv}", "open-browser",
                         g_variant_new_boolean (self->opens_browser));
  if (flow != NULL)
    g_variant_builder_add (&builder, "{sv}", "flow", g_variant_new_string (flow));
  if (options->prompt != NULL)
    g_variant_builder_add (&builder, "{sv}", "prompt", g_variant_new_string (options->prompt));

  return g_variant_builder_end (&builder);
}

static void
get_token (SignIn *self, const KeyfobCtlSignIn *options, const char *flow)
{
  g_clear_error (&self->error);
  g_dbus_connection_call (
      self->ctl->connection, self->ctl->agent, self->host, HOST_INTERFACE, "GetToken",
      g_variant_new ("(@a{sv})", to_bus_options (self, options, flow)), G_VARIANT_TYPE ("(a{sv})"),
      G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable, on_token, self);
  g_main_loop_run (self->loop);
}

/* Without a display the user has a browser elsewhere, where a code is the easier way. */
static void
run (SignIn *self, const KeyfobCtlSignIn *options)
{
  GDBusConnection *connection = self->ctl->connection;
  guint signal = g_dbus_connection_signal_subscribe (
      connection, self->ctl->agent, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      self->host, HOST_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, self, NULL);
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);
  guint term = g_unix_signal_add (SIGTERM, on_interrupt, self);
  guint hangup = is_ignored (SIGHUP) ? 0 : g_unix_signal_add (SIGHUP, on_interrupt, self);
  guint timeout =
      options->timeout > 0 ? g_timeout_add_seconds (options->timeout, on_timeout, self) : 0;
  g_autoptr (GVariant) properties = NULL;

  /* a sign-in may run already */
  properties = keyfob_ctl_get_properties (self->ctl, self->host, NULL);
  self->properties = g_variant_dict_new (properties);
  show (self);
  get_token (self, options, options->flow == NULL && !self->is_here ? "device" : options->flow);
  if (options->flow == NULL && !self->is_here
      && g_error_matches (self->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    get_token (self, options, "browser");

  clear_line (self);
  g_clear_handle_id (&self->countdown, g_source_remove);
  g_clear_pointer (&self->reader, keyfob_terminal_reader_free);
  g_dbus_connection_signal_unsubscribe (connection, signal);
  g_variant_dict_unref (self->properties);
  g_source_remove (interrupt);
  g_source_remove (term);
  g_clear_handle_id (&hangup, g_source_remove);
  g_clear_handle_id (&timeout, g_source_remove);
}

/* A private agent takes with it what it could not save. */
static void
check_saved (SignIn *self)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (self->ctl, self->host, &self->error);
  gboolean saved = FALSE;
  const char *trouble = "";

  if (properties != NULL)
    {
      g_variant_lookup (properties, "Saved", "b", &saved);
      g_variant_lookup (properties, "Error", "&s", &trouble);
    }
  if (saved)
    return;

  g_clear_pointer (&self->token, g_variant_unref);
  if (self->error == NULL)
    g_set_error_literal (&self->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, trouble);
}

gboolean
keyfob_ctl_has_display (void)
{
  const char *wayland = g_getenv ("WAYLAND_DISPLAY");
  const char *x = g_getenv ("DISPLAY");

  return !keyfob_ctl_is_over_ssh ()
         && ((wayland != NULL && *wayland != '\0') || (x != NULL && *x != '\0'));
}

GVariant *
keyfob_ctl_sign_in (KeyfobCtl *self,
                    const char *host,
                    const KeyfobCtlSignIn *options,
                    GError **error)
{
  SignIn sign_in = { .ctl = self, .host = host, .is_here = keyfob_ctl_has_display () };

  sign_in.opens_browser = sign_in.is_here && !options->no_open;
  sign_in.loop = g_main_loop_new (NULL, FALSE);
  sign_in.cancellable = g_cancellable_new ();
  run (&sign_in, options);

  if (sign_in.token != NULL && self->private_agent != NULL)
    check_saved (&sign_in);
  if (sign_in.error != NULL && sign_in.timed_out)
    {
      g_clear_error (&sign_in.error);
      sign_in.error =
          g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT,
                       ngettext ("Nobody signed in within %d second.",
                                 "Nobody signed in within %d seconds.", options->timeout),
                       options->timeout);
    }
  if (sign_in.error != NULL)
    g_propagate_error (error, sign_in.error);

  g_free (sign_in.shown);
  g_free (sign_in.question);
  g_free (sign_in.trouble);
  g_main_loop_unref (sign_in.loop);
  g_object_unref (sign_in.cancellable);

  return sign_in.token;
}
