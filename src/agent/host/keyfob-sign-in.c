/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-in.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-session.h"
#include "keyfob-code-flow.h"
#include "keyfob-device-flow.h"
#include "keyfob-import-flow.h"
#include "keyfob-known-provider.h"

static const char *const flows[] = { "browser", "device", NULL };
static const char *const prompts[] = { "none", "login", KEYFOB_PROMPT_CONSENT, "select_account",
                                       NULL };

static gboolean
take_boolean (GVariant *value, const char *key, gboolean *out, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be a boolean."), key);
      return FALSE;
    }

  *out = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
take_string (GVariant *value,
             const char *key,
             const char *const *allowed,
             char **out,
             GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be a string."), key);
      return FALSE;
    }
  if (allowed != NULL && !g_strv_contains (allowed, g_variant_get_string (value, NULL)))
    {
      g_autofree char *list = g_strjoinv (", ", (char **) allowed);

      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be one of: %s."), key, list);
      return FALSE;
    }

  g_free (*out);
  *out = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
take_seconds (GVariant *value, const char *key, guint *out, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   _ ("The option “%s” must be a number of seconds."), key);
      return FALSE;
    }

  *out = g_variant_get_uint32 (value);
  return TRUE;
}

static gboolean
take_option (KeyfobSignInOptions *self, const char *key, GVariant *value, GError **error)
{
  g_autofree char *flow = NULL;

  if (g_str_equal (key, "force"))
    return take_boolean (value, key, &self->force, error);
  if (g_str_equal (key, "interactive"))
    return take_boolean (value, key, &self->interactive, error);
  if (g_str_equal (key, "open-browser"))
    return take_boolean (value, key, &self->open_browser, error);
  if (g_str_equal (key, "min-time"))
    return take_seconds (value, key, &self->min_time, error);
  if (g_str_equal (key, "prompt"))
    return take_string (value, key, prompts, &self->prompt, error);
  if (g_str_equal (key, "activation-token"))
    return take_string (value, key, NULL, &self->activation_token, error);
  if (g_str_equal (key, "flow"))
    {
      if (!take_string (value, key, flows, &flow, error))
        return FALSE;
      self->way = g_str_equal (flow, "device") ? KEYFOB_SIGN_IN_BY_CODE : KEYFOB_SIGN_IN_IN_BROWSER;
      return TRUE;
    }

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, _ ("There is no option “%s” here."),
               key);
  return FALSE;
}

struct _KeyfobSignIn
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobConfig *config; /* with the ports that the server names */
  KeyfobServer *server;
  KeyfobTokenStore *store;
  KeyfobSignInOptions *options;
  gboolean by_code;  /* the present attempt; else in the browser */
  gboolean switched; /* the present attempt is the fallback to the other flow */
  gboolean lacks_device_flow;
  KeyfobProvider *accepted; /* (nullable): what the user has agreed to */
  char *hint;               /* (nullable): why the other flow is used */
  KeyfobFlow *flow;         /* (nullable): of the present attempt */
  gboolean old_ports;       /* the ports are those that the server named at an earlier sign-in */
  gboolean asked_late;      /* the server was asked for others while the browser stays away */
  GError *failure;          /* (nullable): of the attempt in the browser, while there is another */
  GHashTable *owners;       /* bus name → id of the watch */
  GCancellable *cancellable;
  gint64 expires;
};

G_DEFINE_FINAL_TYPE (KeyfobSignIn, keyfob_sign_in, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
unwatch (gpointer id)
{
  if (GPOINTER_TO_UINT (id) != 0)
    g_bus_unwatch_name (GPOINTER_TO_UINT (id));
}

static void
on_owner_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobSignIn *self = KEYFOB_SIGN_IN (user_data);

  g_debug ("%s left the bus", name);

  /* @name belongs to the watch that this frees */
  g_hash_table_remove (self->owners, name);
  if (g_hash_table_size (self->owners) == 0)
    keyfob_sign_in_cancel (self);
}

/* An attempt after another one that the user has agreed to needs no answer. */
static char *
check_provider (const KeyfobProvider *provider, gpointer user_data)
{
  KeyfobSignIn *self = user_data;

  if (self->accepted != NULL && keyfob_provider_matches (provider, self->accepted))
    return NULL;

  return keyfob_known_provider_ask (self->context->file, self->config, self->by_code, provider);
}

static KeyfobProvider *
load_known (KeyfobSignIn *self)
{
  return keyfob_known_provider_load (self->context->file, self->config, self->by_code);
}

static KeyfobFlow *
make_device_flow (KeyfobSignIn *self)
{
  KeyfobDeviceFlow *flow = keyfob_device_flow_new (self->server, self->context->clock);

  keyfob_device_flow_set_known (flow, load_known (self), check_provider, self);

  return KEYFOB_FLOW (flow);
}

static KeyfobFlow *
make_code_flow (KeyfobSignIn *self)
{
  const KeyfobSignInOptions *options = self->options;
  KeyfobLauncher *launcher = self->context->launcher;
  KeyfobCodeFlow *flow =
      keyfob_code_flow_new (self->config, self->server, options->open_browser ? launcher : NULL,
                            self->context->clock, self->context->ended_loopbacks);

  keyfob_code_flow_set_prompt (flow, options->prompt);
  keyfob_code_flow_set_activation_token (flow, options->activation_token);
  keyfob_code_flow_set_hold (flow, TRUE);
  keyfob_code_flow_set_known (flow, load_known (self), check_provider, self);

  return KEYFOB_FLOW (flow);
}

/* The one place that knows which flows there are. */
static KeyfobFlow *
make_flow (KeyfobSignIn *self)
{
  if (self->options->import != NULL)
    return KEYFOB_FLOW (
        keyfob_import_flow_new (self->server, self->context->clock, self->options->import));
  if (self->by_code)
    return make_device_flow (self);

  return make_code_flow (self);
}

/* Flows have what is shown of them as properties; no flow has all of them. */
static gboolean
flow_has (KeyfobSignIn *self, const char *property)
{
  return self->flow != NULL
         && g_object_class_find_property (G_OBJECT_GET_CLASS (self->flow), property) != NULL;
}

static char *
dup_shown (KeyfobSignIn *self, const char *property)
{
  char *value = NULL;

  if (flow_has (self, property))
    g_object_get (self->flow, property, &value, NULL);

  return value != NULL ? value : g_strdup ("");
}

static void attempt (GTask *task);
static void end_or_switch (GTask *task, GError *error);

/* @hint: (transfer full) */
static void
set_hint (KeyfobSignIn *self, char *hint)
{
  g_free (self->hint);
  self->hint = hint;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Returns: whether the ports are others than before */
static gboolean
set_ports (KeyfobSignIn *self, GVariant *ports)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (KeyfobConfig) config = NULL;
  const guint16 *before, *after;
  gsize n_before, n_after;

  g_variant_dict_insert_value (&options, "redirect-ports", ports);
  config = keyfob_config_with_options (self->config, g_variant_dict_end (&options), NULL);
  if (config == NULL)
    return FALSE;

  before = keyfob_config_get_redirect_ports (self->config, &n_before);
  after = keyfob_config_get_redirect_ports (config, &n_after);
  if (n_before == n_after && memcmp (before, after, n_after * sizeof *after) == 0)
    return FALSE;

  g_set_object (&self->config, config);

  return TRUE;
}

/* Returns: (transfer full) (nullable): the ports that the server named at an earlier sign-in */
static GVariant *
read_known_ports (KeyfobSignIn *self)
{
  g_autofree char *text =
      keyfob_host_file_dup_note (self->context->file, self->config, KEYFOB_HOST_NOTE_PORTS);
  g_autoptr (GVariant) ports = g_variant_parse (G_VARIANT_TYPE ("aq"), text, NULL, NULL, NULL);
  gsize n_ports = 0;
  const guint16 *values =
      ports != NULL ? g_variant_get_fixed_array (ports, &n_ports, sizeof *values) : NULL;

  for (gsize i = 0; i < n_ports; i++)
    {
      if (values[i] < KEYFOB_SERVER_FIRST_PORT)
        return NULL;
    }

  return n_ports > 0 ? g_steal_pointer (&ports) : NULL;
}

/* @ports: (nullable) */
static void
note_ports (KeyfobSignIn *self, GVariant *ports)
{
  g_autofree char *text = ports != NULL ? g_variant_print (ports, FALSE) : g_strdup ("");

  keyfob_host_file_set_note (self->context->file, self->config, KEYFOB_HOST_NOTE_PORTS, text);
}

static void
on_ports (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobSignIn *self = g_task_get_source_object (task);
  g_autoptr (GVariant) ports = keyfob_server_redirect_ports_finish (KEYFOB_SERVER (source), result);
  gboolean changed = ports != NULL && set_ports (self, ports);

  self->old_ports = FALSE;
  note_ports (self, ports);
  if (changed || self->failure == NULL)
    {
      g_clear_error (&self->failure);
      attempt (task);
    }
  else
    end_or_switch (task, g_steal_pointer (&self->failure));
}

static void
ask_for_ports (GTask *task)
{
  KeyfobSignIn *self = g_task_get_source_object (task);

  keyfob_server_redirect_ports_async (self->server, self->cancellable, on_ports,
                                      g_object_ref (task));
}

static void
find_ports (GTask *task)
{
  KeyfobSignIn *self = g_task_get_source_object (task);
  g_autoptr (GVariant) known = read_known_ports (self);

  if (known == NULL)
    {
      ask_for_ports (task);
      return;
    }

  set_ports (self, known);
  self->old_ports = TRUE;
  attempt (task);
}

static void
begin (GTask *task)
{
  KeyfobSignIn *self = g_task_get_source_object (task);

  if (self->by_code || keyfob_config_has_own_redirect_ports (self->config))
    attempt (task);
  else
    find_ports (task);
}

/* The provider may not have registered the address that it was to come back to. Some say so to
 * Keyfob or to the server, in words of their own; most show a page, and the browser does not come
 * back. A code that is refused came by that address, and ends the sign-in. */
static gboolean
may_be_refused_address (KeyfobSignIn *self, const GError *error)
{
  if (KEYFOB_IS_CODE_FLOW (self->flow)
      && keyfob_code_flow_is_answered (KEYFOB_CODE_FLOW (self->flow)))
    return FALSE;

  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT);
}

static gboolean
got_no_answer (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
}

/* Returns: whether the other way may work where the present attempt failed with @error */
static gboolean
may_switch (KeyfobSignIn *self, const GError *error)
{
  if (self->options->way != KEYFOB_SIGN_IN_ANY_WAY || self->switched)
    return FALSE;
  if (self->by_code)
    return self->lacks_device_flow;

  return keyfob_config_get_device_flow (self->config)
         && g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT);
}

/* @error: (transfer full): why the present attempt failed */
static void
switch_way (GTask *task, GError *error)
{
  KeyfobSignIn *self = g_task_get_source_object (task);

  g_debug ("Going on the other way: %s", error->message);
  self->switched = TRUE;
  self->by_code = !self->by_code;
  if (self->by_code)
    {
      self->failure = error;
      set_hint (self, g_strdup (_ ("Other programs hold every port that the browser may come back "
                                   "to, so sign in on another device.")));
    }
  else
    {
      g_error_free (error);
      set_hint (self, g_strdup_printf (_ ("No browser is set up to open web pages, and %s offers "
                                          "no sign-in on another device. Copy the link and open it "
                                          "in a browser on this computer."),
                                       keyfob_config_get_name (self->config)));
    }
  begin (task);
}

/* @error: (transfer full): why the present attempt failed */
static void
end_or_switch (GTask *task, GError *error)
{
  KeyfobSignIn *self = g_task_get_source_object (task);

  if (may_switch (self, error))
    {
      switch_way (task, error);
      return;
    }

  /* what keeps the browser from working can be mended, unlike what the server lacks */
  if (self->lacks_device_flow && self->failure != NULL)
    {
      g_error_free (error);
      error = g_steal_pointer (&self->failure);
    }
  if (!self->by_code && self->old_ports && got_no_answer (error))
    note_ports (self, NULL);
  g_task_return_error (task, error);
}

/* @error: (transfer full) */
static void
go_on_after (GTask *task, GError *error)
{
  KeyfobSignIn *self = g_task_get_source_object (task);

  if (self->by_code && g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    self->lacks_device_flow = TRUE;

  if (!self->by_code && self->old_ports && may_be_refused_address (self, error))
    {
      g_debug ("Asking for the redirect ports again: %s", error->message);
      self->failure = error;
      ask_for_ports (task);
    }
  else
    end_or_switch (task, error);
}

static void
on_authenticated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *store_error = NULL;
  GError *error = NULL;
  KeyfobToken *token = keyfob_session_authenticate_finish (result, &store_error, &error);

  if (store_error != NULL)
    g_task_set_task_data (task, store_error, (GDestroyNotify) g_error_free);

  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else
    go_on_after (task, error);
}

/* The browser may be waiting in vain, at a provider that has other ports by now. */
static void
on_late_ports (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobSignIn) self = user_data;
  g_autoptr (GVariant) ports = keyfob_server_redirect_ports_finish (KEYFOB_SERVER (source), result);

  if (ports == NULL)
    return;

  note_ports (self, ports);
  if (set_ports (self, ports))
    set_hint (self, g_strdup_printf (_ ("%s lets the browser come back to other ports than before. "
                                        "Cancel, and sign in again."),
                                     keyfob_config_get_name (self->config)));
}

static void
on_flow_changed (KeyfobSignIn *self)
{
  g_autofree char *trouble = dup_shown (self, "trouble");

  if (self->old_ports && !self->asked_late && *trouble != '\0')
    {
      self->asked_late = TRUE;
      keyfob_server_redirect_ports_async (self->server, self->cancellable, on_late_ports,
                                          g_object_ref (self));
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/* A flow runs once, so each attempt has its own. */
static void
attempt (GTask *task)
{
  KeyfobSignIn *self = g_task_get_source_object (task);
  const KeyfobSession session = {
    .config = self->config,
    .server = self->server,
    .store = self->store,
    .clock = self->context->clock,
  };

  self->expires =
      keyfob_clock_now (self->context->clock) + keyfob_config_get_timeout (self->config);
  g_clear_object (&self->flow);
  self->flow = make_flow (self);
  g_signal_connect_object (self->flow, "notify", G_CALLBACK (on_flow_changed), self,
                           G_CONNECT_SWAPPED);
  keyfob_session_authenticate_async (&session, NULL, self->flow, TRUE, self->cancellable,
                                     on_authenticated, g_object_ref (task));
}

static void
on_browser_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobSignIn *self = KEYFOB_SIGN_IN (source);

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    {
      self->by_code = TRUE;
      set_hint (self, g_strdup (_ ("No browser is set up to open web pages, so sign in on another "
                                   "device.")));
    }
  begin (task);
}

/* Reads files, so in a thread. */
static void
look_up_browser (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GAppInfo) https = g_app_info_get_default_for_uri_scheme ("https");
  g_autoptr (GAppInfo) http = g_app_info_get_default_for_uri_scheme ("http");

  g_task_return_boolean (task, https != NULL || http != NULL);
}

static void
keyfob_sign_in_dispose (GObject *object)
{
  KeyfobSignIn *self = KEYFOB_SIGN_IN (object);

  g_clear_pointer (&self->owners, g_hash_table_unref);
  g_clear_object (&self->flow);
  g_clear_pointer (&self->options, keyfob_sign_in_options_free);
  g_clear_object (&self->server);
  g_clear_object (&self->store);
  g_clear_object (&self->config);
  g_clear_pointer (&self->context, keyfob_context_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  g_clear_pointer (&self->hint, g_free);
  g_clear_pointer (&self->accepted, keyfob_provider_free);

  G_OBJECT_CLASS (keyfob_sign_in_parent_class)->dispose (object);
}

static void
keyfob_sign_in_class_init (KeyfobSignInClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_sign_in_dispose;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_SIGN_IN, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
keyfob_sign_in_init (KeyfobSignIn *self)
{
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unwatch);
  self->cancellable = g_cancellable_new ();
}

KeyfobSignInOptions *
keyfob_sign_in_options_new (void)
{
  KeyfobSignInOptions *self = g_new0 (KeyfobSignInOptions, 1);

  self->open_browser = TRUE;

  return self;
}

KeyfobSignInOptions *
keyfob_sign_in_options_parse (GVariant *options, GError **error)
{
  g_autoptr (KeyfobSignInOptions) self = keyfob_sign_in_options_new ();
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      if (!take_option (self, key, value, error))
        {
          g_variant_unref (value);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}

void
keyfob_sign_in_options_free (KeyfobSignInOptions *self)
{
  g_free (self->prompt);
  g_free (self->activation_token);
  g_clear_object (&self->import);
  g_free (self);
}

KeyfobSignIn *
keyfob_sign_in_new (KeyfobContext *context,
                    KeyfobConfig *config,
                    KeyfobServer *server,
                    KeyfobTokenStore *store,
                    KeyfobSignInOptions *options)
{
  KeyfobSignIn *self = g_object_new (KEYFOB_TYPE_SIGN_IN, NULL);

  self->context = keyfob_context_ref (context);
  self->config = g_object_ref (config);
  self->server = g_object_ref (server);
  g_set_object (&self->store, store);
  self->options = options;
  self->by_code = options->way == KEYFOB_SIGN_IN_BY_CODE;

  return self;
}

KeyfobTokenStore *
keyfob_sign_in_get_store (KeyfobSignIn *self)
{
  return self->store;
}

void
keyfob_sign_in_add_owner (KeyfobSignIn *self, const char *name)
{
  guint id = 0;

  if (name != NULL && g_hash_table_contains (self->owners, name))
    return;

  if (name != NULL)
    id = g_bus_watch_name_on_connection (self->context->connection, name,
                                         G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_owner_vanished,
                                         self, NULL);
  g_hash_table_insert (self->owners, g_strdup (name != NULL ? name : ""), GUINT_TO_POINTER (id));
}

void
keyfob_sign_in_run_async (KeyfobSignIn *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  gboolean device_flow = keyfob_config_get_device_flow (self->config);
  g_autoptr (GTask) look_up = NULL;

  g_task_set_source_tag (task, keyfob_sign_in_run_async);

  if (self->by_code && !device_flow)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED,
                               _ ("%s offers no sign-in on another device. Sign in with the "
                                  "browser."),
                               keyfob_config_get_name (self->config));
      return;
    }

  if (self->options->import != NULL)
    {
      attempt (task);
      return;
    }
  if (self->options->way != KEYFOB_SIGN_IN_ANY_WAY || !self->options->open_browser || !device_flow)
    {
      begin (task);
      return;
    }

  look_up = g_task_new (self, NULL, on_browser_looked_up, g_steal_pointer (&task));
  g_task_set_source_tag (look_up, look_up_browser);
  g_task_run_in_thread (look_up, look_up_browser);
}

KeyfobToken *
keyfob_sign_in_run_finish (KeyfobSignIn *self,
                           GAsyncResult *result,
                           GError **store_error,
                           GError **error)
{
  GError *kept = g_task_get_task_data (G_TASK (result));

  *store_error = kept != NULL ? g_error_copy (kept) : NULL;

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_sign_in_conclude (KeyfobSignIn *self, const char *failure)
{
  if (self->flow != NULL && KEYFOB_IS_CODE_FLOW (self->flow))
    keyfob_code_flow_conclude (KEYFOB_CODE_FLOW (self->flow), failure);
}

void
keyfob_sign_in_open_page (KeyfobSignIn *self, const char *token)
{
  if (self->flow != NULL && KEYFOB_IS_CODE_FLOW (self->flow))
    keyfob_code_flow_open_page (KEYFOB_CODE_FLOW (self->flow), self->context->launcher, token);
}

void
keyfob_sign_in_cancel (KeyfobSignIn *self)
{
  g_cancellable_cancel (self->cancellable);
}

gboolean
keyfob_sign_in_is_cancelled (KeyfobSignIn *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

gboolean
keyfob_sign_in_is_under_way (KeyfobSignIn *self)
{
  g_autofree char *login_uri = dup_shown (self, "login-uri");
  g_autofree char *user_code = dup_shown (self, "user-code");
  g_autofree char *question = dup_shown (self, "question");

  return *login_uri != '\0' || *user_code != '\0' || *question != '\0';
}

/* Returns: (nullable): what the present attempt leads to, as far as that is known */
static const KeyfobProvider *
get_provider (KeyfobSignIn *self)
{
  if (self->flow != NULL && KEYFOB_IS_CODE_FLOW (self->flow))
    return keyfob_code_flow_get_provider (KEYFOB_CODE_FLOW (self->flow));
  if (self->flow != NULL && KEYFOB_IS_DEVICE_FLOW (self->flow))
    return keyfob_device_flow_get_provider (KEYFOB_DEVICE_FLOW (self->flow));

  return NULL;
}

gboolean
keyfob_sign_in_go_on (KeyfobSignIn *self, const char *question, const char *activation_token)
{
  g_autofree char *asked = dup_shown (self, "question");

  if (*asked == '\0' || !g_str_equal (asked, question))
    return FALSE;

  g_clear_pointer (&self->accepted, keyfob_provider_free);
  self->accepted = keyfob_provider_copy (get_provider (self));
  if (KEYFOB_IS_DEVICE_FLOW (self->flow))
    {
      keyfob_device_flow_go_on (KEYFOB_DEVICE_FLOW (self->flow));
    }
  else
    {
      keyfob_code_flow_set_activation_token (KEYFOB_CODE_FLOW (self->flow), activation_token);
      keyfob_code_flow_go_on (KEYFOB_CODE_FLOW (self->flow));
    }

  return TRUE;
}

gboolean
keyfob_sign_in_take_address (KeyfobSignIn *self, const char *uri, GError **error)
{
  if (self != NULL && self->flow != NULL && KEYFOB_IS_CODE_FLOW (self->flow))
    return keyfob_code_flow_take_address (KEYFOB_CODE_FLOW (self->flow), uri, error);

  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                       _ ("No sign-in waits for a browser now."));
  return FALSE;
}

void
keyfob_sign_in_note_provider (KeyfobSignIn *self)
{
  const KeyfobProvider *provider = get_provider (self);

  if (provider != NULL)
    keyfob_known_provider_save (self->context->file, self->config, self->by_code, provider);
}

char *
keyfob_sign_in_dup_trouble (KeyfobSignIn *self)
{
  return self->hint != NULL ? g_strdup (self->hint) : dup_shown (self, "trouble");
}

gboolean
keyfob_sign_in_is_import (KeyfobSignIn *self)
{
  return self->options->import != NULL;
}

gboolean
keyfob_sign_in_is_unchecked (KeyfobSignIn *self)
{
  return self->flow != NULL && KEYFOB_IS_IMPORT_FLOW (self->flow)
         && keyfob_import_flow_is_unchecked (KEYFOB_IMPORT_FLOW (self->flow));
}

gboolean
keyfob_sign_in_is_by_code (KeyfobSignIn *self)
{
  return self->by_code;
}

gboolean
keyfob_sign_in_lacks_device_flow (KeyfobSignIn *self)
{
  return self->lacks_device_flow;
}

gboolean
keyfob_sign_in_asks_for_consent (KeyfobSignIn *self)
{
  return !keyfob_sign_in_is_by_code (self)
         && g_strcmp0 (self->options->prompt, KEYFOB_PROMPT_CONSENT) == 0;
}

void
keyfob_sign_in_show (KeyfobSignIn *self, KeyfobBusHost1 *skeleton)
{
  g_autofree char *login_uri = dup_shown (self, "login-uri");
  g_autofree char *user_code = dup_shown (self, "user-code");
  g_autofree char *uri = dup_shown (self, "verification-uri");
  g_autofree char *complete = dup_shown (self, "verification-uri-complete");
  g_autofree char *provider = dup_shown (self, "provider");
  g_autofree char *question = dup_shown (self, "question");
  g_autofree char *redirect_uri = dup_shown (self, "redirect-uri");
  gint64 expires = self->expires;
  gboolean page_visited = FALSE;

  if (flow_has (self, "page-visited"))
    g_object_get (self->flow, "page-visited", &page_visited, NULL);
  if (flow_has (self, "expires"))
    g_object_get (self->flow, "expires", &expires, NULL);

  keyfob_bus_host1_set_login_uri (skeleton, login_uri);
  keyfob_bus_host1_set_redirect_uri (skeleton, redirect_uri);
  keyfob_bus_host1_set_page_visited (skeleton, page_visited);
  keyfob_bus_host1_set_user_code (skeleton, user_code);
  keyfob_bus_host1_set_verification_uri (skeleton, uri);
  keyfob_bus_host1_set_verification_uri_complete (skeleton, complete);
  keyfob_bus_host1_set_provider (skeleton, provider);
  keyfob_bus_host1_set_question (skeleton, question);
  keyfob_bus_host1_set_sign_in_expires (skeleton, expires);
}

void
keyfob_sign_in_show_nothing (KeyfobBusHost1 *skeleton)
{
  keyfob_bus_host1_set_login_uri (skeleton, "");
  keyfob_bus_host1_set_redirect_uri (skeleton, "");
  keyfob_bus_host1_set_page_visited (skeleton, FALSE);
  keyfob_bus_host1_set_user_code (skeleton, "");
  keyfob_bus_host1_set_verification_uri (skeleton, "");
  keyfob_bus_host1_set_verification_uri_complete (skeleton, "");
  keyfob_bus_host1_set_provider (skeleton, "");
  keyfob_bus_host1_set_question (skeleton, "");
  keyfob_bus_host1_set_sign_in_expires (skeleton, 0);
}
