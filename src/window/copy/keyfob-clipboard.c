/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clipboard.h"

#include <gio/gunixoutputstream.h>
#include <glib-unix.h>

#ifdef HAVE_X11
#include <gdk/x11/gdkx.h>
#endif

#include "keyfob-data-control.h"
#include "keyfob-secret.h"
#include "keyfob-source.h"

/* A clipboard manager that finds this type keeps no copy of the content. */
#define PASSWORD_HINT "x-kde-passwordManagerHint"
#define PASSWORD_HINT_CONTENT "secret"

/* Within this time after a copy, only clipboard managers read the clipboard. */
#define MANAGER_TIME G_TIME_SPAN_SECOND

/* For this time a button says that a text without a secret was copied. */
#define PLAIN_TIME (4 * G_TIME_SPAN_SECOND)

/* A program that pastes may read the clipboard more than once. */
#define PASTE_TIME G_TIME_SPAN_SECOND

/* A secret text for the clipboard, in memory that is wiped when it is freed. Emits `read` after a
 * program has read the text. Once the text is withdrawn, the types are still offered and programs
 * get nothing. */
G_DECLARE_FINAL_TYPE (SecretContent, secret_content, SECRET, CONTENT, GdkContentProvider)

struct _SecretContent
{
  GdkContentProvider parent_instance;

  GBytes *text;       /* NULL once it is withdrawn */
  gboolean with_hint; /* whether PASSWORD_HINT is among the types */
};

G_DEFINE_FINAL_TYPE (SecretContent, secret_content, GDK_TYPE_CONTENT_PROVIDER)

static guint read_signal;

static GdkContentFormats *
secret_content_ref_formats (GdkContentProvider *provider)
{
  SecretContent *self = SECRET_CONTENT (provider);
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  gdk_content_formats_builder_add_gtype (builder, G_TYPE_STRING);
  gdk_content_formats_builder_add_mime_type (builder, "text/plain;charset=utf-8");
  gdk_content_formats_builder_add_mime_type (builder, "text/plain");
  if (self->with_hint)
    gdk_content_formats_builder_add_mime_type (builder, PASSWORD_HINT);

  return gdk_content_formats_builder_free_to_formats (builder);
}

static void
on_hint_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_text_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_emit (g_task_get_source_object (task), read_signal, 0);
  g_task_return_boolean (task, TRUE);
}

static void
secret_content_write_mime_type_async (GdkContentProvider *provider,
                                      const char *mime_type,
                                      GOutputStream *stream,
                                      int io_priority,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  SecretContent *self = SECRET_CONTENT (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, secret_content_write_mime_type_async);
  if (self->text == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The text is withdrawn");
      return;
    }
  /* a program that does not read what it asked for would stop the window */
  if (G_IS_UNIX_OUTPUT_STREAM (stream))
    g_unix_set_fd_nonblocking (g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (stream)), TRUE,
                               NULL);

  if (self->with_hint && g_str_equal (mime_type, PASSWORD_HINT))
    {
      g_output_stream_write_all_async (stream, PASSWORD_HINT_CONTENT,
                                       strlen (PASSWORD_HINT_CONTENT), io_priority, cancellable,
                                       on_hint_written, g_steal_pointer (&task));
      return;
    }
  if (!g_str_has_prefix (mime_type, "text/plain"))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Not a text: %s",
                               mime_type);
      return;
    }

  /* a slow reader may still be reading when the text is withdrawn */
  g_task_set_task_data (task, g_bytes_ref (self->text), (GDestroyNotify) g_bytes_unref);
  g_output_stream_write_all_async (stream, g_bytes_get_data (self->text, NULL),
                                   g_bytes_get_size (self->text), io_priority, cancellable,
                                   on_text_written, g_steal_pointer (&task));
}

static gboolean
secret_content_write_mime_type_finish (GdkContentProvider *provider,
                                       GAsyncResult *result,
                                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
secret_content_get_value (GdkContentProvider *provider, GValue *value, GError **error)
{
  SecretContent *self = SECRET_CONTENT (provider);
  gsize length;
  const char *text;

  if (!G_VALUE_HOLDS_STRING (value) || self->text == NULL)
    return GDK_CONTENT_PROVIDER_CLASS (secret_content_parent_class)
        ->get_value (provider, value, error);

  text = g_bytes_get_data (self->text, &length);
  g_value_take_string (value, g_strndup (text, length));
  g_signal_emit (self, read_signal, 0);

  return TRUE;
}

static void
secret_content_finalize (GObject *object)
{
  SecretContent *self = SECRET_CONTENT (object);

  g_clear_pointer (&self->text, g_bytes_unref);

  G_OBJECT_CLASS (secret_content_parent_class)->finalize (object);
}

static void
secret_content_class_init (SecretContentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  object_class->finalize = secret_content_finalize;
  provider_class->ref_formats = secret_content_ref_formats;
  provider_class->write_mime_type_async = secret_content_write_mime_type_async;
  provider_class->write_mime_type_finish = secret_content_write_mime_type_finish;
  provider_class->get_value = secret_content_get_value;

  read_signal = g_signal_new ("read", secret_content_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 0);
}

static void
secret_content_init (SecretContent *self)
{
}

static void
secret_content_set_text (SecretContent *self, const char *text)
{
  KeyfobSecret *copy = keyfob_secret_new (text);

  g_clear_pointer (&self->text, g_bytes_unref);
  self->text =
      g_bytes_new_with_free_func (copy, strlen (copy), (GDestroyNotify) keyfob_secret_free, copy);
}

static SecretContent *
secret_content_new (const char *text, gboolean with_hint)
{
  SecretContent *self = g_object_new (secret_content_get_type (), NULL);

  secret_content_set_text (self, text);
  self->with_hint = with_hint;

  return self;
}

struct _KeyfobClipboard
{
  GObject parent_instance;

  GdkClipboard *clipboard;
  KeyfobClock *clock;
  GSettings *settings;

  SecretContent *content; /* NULL unless it is on the clipboard; its text may be withdrawn */
  gboolean secret;        /* whether content is to be cleared */
  char *title;
  gboolean renews;
  gint64 offered; /* like deadline, in microseconds by keyfob_clock_monotonic() */
  gint64 deadline;
  GSource *timer;
  char *path;          /* (nullable): of the host that content is for */
  KeyfobCopyForm form; /* of content, where there is a path */
  gboolean clear_after_paste;
  KeyfobDataControl *data_control; /* NULL where GTK's clipboard is used */

#ifdef HAVE_X11
  struct
  {
    Display *display; /* NULL on Wayland */
    Atom clipboard;
    Atom hint;
    Window owner; /* None unless content is on the clipboard */
    gulong hook;
  } x11;
#endif
};

G_DEFINE_FINAL_TYPE (KeyfobClipboard, keyfob_clipboard, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLIPBOARD,
  PROP_CLOCK,
  PROP_SETTINGS,
  PROP_OWNER,
  PROP_TITLE,
  PROP_RENEWS,
  PROP_PATH,
  PROP_DEADLINE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

#ifdef HAVE_X11

static void
send_hint (GdkDisplay *display, const XSelectionRequestEvent *request)
{
  XSelectionEvent notice = {
    .type = SelectionNotify,
    .display = request->display,
    .requestor = request->requestor,
    .selection = request->selection,
    .target = request->target,
    /* obsolete clients name no property (ICCCM section 2.2) */
    .property = request->property != None ? request->property : request->target,
    .time = request->time,
  };

  /* the window of the requestor may be destroyed by now */
  gdk_x11_display_error_trap_push (display);
  XChangeProperty (request->display, request->requestor, notice.property, request->target, 8,
                   PropModeReplace, (const guchar *) PASSWORD_HINT_CONTENT,
                   strlen (PASSWORD_HINT_CONTENT));
  XSendEvent (request->display, request->requestor, False, NoEventMask, (XEvent *) &notice);
  XFlush (request->display);
  gdk_x11_display_error_trap_pop_ignored (display);
}

/* GTK refuses requests for a type whose name has no slash, and its handler is the first one of
 * `xevent`. An emission hook runs before all handlers. */
static gboolean
on_x_event (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer user_data)
{
  KeyfobClipboard *self = user_data;
  XEvent *event = g_value_get_pointer (&values[1]);
  XSelectionRequestEvent *request = &event->xselectionrequest;

  if (event->type != SelectionRequest || request->owner != self->x11.owner
      || request->selection != self->x11.clipboard || request->target != self->x11.hint)
    return G_SOURCE_CONTINUE;

  send_hint (g_value_get_object (&values[0]), request);
  /* lets GTK ignore the request instead of refusing it */
  request->selection = None;

  return G_SOURCE_CONTINUE;
}

static void
connect_x11 (KeyfobClipboard *self)
{
  GdkDisplay *display = gdk_clipboard_get_display (self->clipboard);

  if (!GDK_IS_X11_DISPLAY (display))
    return;

  self->x11.display = gdk_x11_display_get_xdisplay (display);
  self->x11.clipboard = gdk_x11_get_xatom_by_name_for_display (display, "CLIPBOARD");
  self->x11.hint = gdk_x11_get_xatom_by_name_for_display (display, PASSWORD_HINT);
  self->x11.hook = g_signal_add_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY), 0,
                                               on_x_event, self, NULL);
}

static void
disconnect_x11 (KeyfobClipboard *self)
{
  if (self->x11.hook != 0)
    g_signal_remove_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY),
                                   self->x11.hook);
  self->x11.hook = 0;
}

#endif

static gboolean
is_x11 (KeyfobClipboard *self)
{
#ifdef HAVE_X11
  return self->x11.display != NULL;
#else
  return FALSE;
#endif
}

/* Whether another program has taken the clipboard, perhaps without GTK having noticed yet. */
static gboolean
is_taken (KeyfobClipboard *self)
{
#ifdef HAVE_X11
  return is_x11 (self)
         && XGetSelectionOwner (self->x11.display, self->x11.clipboard) != self->x11.owner;
#else
  return FALSE;
#endif
}

static void
set_shown (KeyfobClipboard *self, const char *title, gboolean renews, gint64 deadline)
{
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  if (g_strcmp0 (title, self->title) != 0)
    {
      g_free (self->title);
      self->title = g_strdup (title);
      g_object_notify_by_pspec (object, props[PROP_TITLE]);
    }
  if (renews != self->renews)
    {
      self->renews = renews;
      g_object_notify_by_pspec (object, props[PROP_RENEWS]);
    }
  if (deadline != self->deadline)
    {
      self->deadline = deadline;
      g_object_notify_by_pspec (object, props[PROP_DEADLINE]);
    }
  g_object_thaw_notify (object);
}

static void
set_path (KeyfobClipboard *self, const char *path)
{
  if (path == NULL && self->path == NULL)
    return;

  g_free (self->path);
  self->path = g_strdup (path);
  /* also where only the form is another one */
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PATH]);
}

/* @content: NULL when nothing of Keyfob is on the clipboard any more */
static void
set_content (KeyfobClipboard *self, SecretContent *content)
{
  gboolean was_owner = self->content != NULL;

  if (was_owner)
    g_signal_handlers_disconnect_by_data (self->content, self);
  g_set_object (&self->content, content);
  if (was_owner != (content != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OWNER]);
}

/* To be called when the secret is not on the clipboard any more. */
static void
drop_content (KeyfobClipboard *self)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
#ifdef HAVE_X11
  self->x11.owner = None;
#endif
  set_shown (self, NULL, FALSE, 0);
  set_path (self, NULL);
  set_content (self, NULL);
}

/* Without data control, a Wayland compositor lets only the program with the focus clear the
 * clipboard, and many keep a copy of the text, which they hand out once the owner of the clipboard
 * is gone. While Keyfob stays the owner, programs ask Keyfob for the text, and get none. */
static void
withdraw_text (KeyfobClipboard *self)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_pointer (&self->content->text, g_bytes_unref);
  set_shown (self, NULL, FALSE, 0);
  set_path (self, NULL);
}

static void
on_clipboard_changed (KeyfobClipboard *self)
{
  if (self->content == NULL
      || gdk_clipboard_get_content (self->clipboard) == GDK_CONTENT_PROVIDER (self->content))
    return;

  g_debug ("Another program took the clipboard");
  drop_content (self);
}

static void
on_data_control_lost (gpointer data_control, gpointer user_data)
{
  g_debug ("Another program took the clipboard");
  drop_content (user_data);
}

static gboolean
on_timer (gpointer user_data)
{
  keyfob_clipboard_clear (user_data);

  return G_SOURCE_REMOVE;
}

static void
start_timer (KeyfobClipboard *self, gint64 delay, GSourceFunc callback)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = keyfob_clock_timer (self->clock, delay);
  g_source_set_callback (self->timer, callback, self, NULL);
  g_source_attach (self->timer, NULL);
}

static void
on_read (KeyfobClipboard *self)
{
  gint64 now = keyfob_clock_monotonic (self->clock);

  if (!self->secret || !self->clear_after_paste || now - self->offered < MANAGER_TIME)
    return;

  g_debug ("The clipboard was pasted");
  if (self->deadline == 0 || self->deadline - now > PASTE_TIME)
    start_timer (self, PASTE_TIME, on_timer);
}

/* Makes Keyfob the owner of the clipboard. */
static void
copy_text (KeyfobClipboard *self, const char *text)
{
  /* on Wayland GTK cannot serve a type whose name has no slash */
  gboolean with_hint = self->secret && (is_x11 (self) || self->data_control != NULL);
  g_autoptr (SecretContent) content = secret_content_new (text, with_hint);

  g_signal_connect_object (content, "read", G_CALLBACK (on_read), self, G_CONNECT_SWAPPED);
  set_content (self, content);
  if (self->data_control != NULL)
    keyfob_data_control_set_content (self->data_control, GDK_CONTENT_PROVIDER (content));
  else
    gdk_clipboard_set_content (self->clipboard, GDK_CONTENT_PROVIDER (content));
#ifdef HAVE_X11
  if (is_x11 (self))
    self->x11.owner = XGetSelectionOwner (self->x11.display, self->x11.clipboard);
#endif
}

static gint64
next_deadline (KeyfobClipboard *self)
{
  gint64 seconds = keyfob_clipboard_get_seconds (self->settings);

  return seconds > 0 ? self->offered + seconds * G_TIME_SPAN_SECOND : 0;
}

static void
keyfob_clipboard_constructed (GObject *object)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  G_OBJECT_CLASS (keyfob_clipboard_parent_class)->constructed (object);

#ifdef HAVE_X11
  connect_x11 (self);
#endif
  self->data_control = keyfob_data_control_new (gdk_clipboard_get_display (self->clipboard),
                                                on_data_control_lost, self);
  if (self->data_control == NULL)
    g_signal_connect_object (self->clipboard, "changed", G_CALLBACK (on_clipboard_changed), self,
                             G_CONNECT_SWAPPED);
}

static void
keyfob_clipboard_dispose (GObject *object)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->content != NULL)
    g_signal_handlers_disconnect_by_data (self->content, self);
  g_clear_object (&self->content);
  g_clear_pointer (&self->data_control, keyfob_data_control_free);
#ifdef HAVE_X11
  disconnect_x11 (self);
#endif
  g_clear_object (&self->clipboard);
  g_clear_object (&self->clock);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (keyfob_clipboard_parent_class)->dispose (object);
}

static void
keyfob_clipboard_finalize (GObject *object)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  g_free (self->title);
  g_free (self->path);

  G_OBJECT_CLASS (keyfob_clipboard_parent_class)->finalize (object);
}

static void
keyfob_clipboard_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  switch (prop_id)
    {
    case PROP_OWNER:
      g_value_set_boolean (value, self->content != NULL);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_RENEWS:
      g_value_set_boolean (value, self->renews);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_DEADLINE:
      g_value_set_int64 (value, self->deadline);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_clipboard_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  switch (prop_id)
    {
    case PROP_CLIPBOARD:
      self->clipboard = g_value_dup_object (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_clipboard_class_init (KeyfobClipboardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_clipboard_constructed;
  object_class->dispose = keyfob_clipboard_dispose;
  object_class->finalize = keyfob_clipboard_finalize;
  object_class->get_property = keyfob_clipboard_get_property;
  object_class->set_property = keyfob_clipboard_set_property;

  props[PROP_CLIPBOARD] =
      g_param_spec_object ("clipboard", NULL, NULL, GDK_TYPE_CLIPBOARD, construct);
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, KEYFOB_TYPE_CLOCK, construct);
  props[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, construct);
  props[PROP_OWNER] = g_param_spec_boolean ("owner", NULL, NULL, FALSE, readable);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, readable);
  props[PROP_RENEWS] = g_param_spec_boolean ("renews", NULL, NULL, FALSE, readable);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, readable);
  props[PROP_DEADLINE] = g_param_spec_int64 ("deadline", NULL, NULL, 0, G_MAXINT64, 0, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_clipboard_init (KeyfobClipboard *self)
{
}

guint
keyfob_clipboard_get_seconds (GSettings *settings)
{
  guint seconds = g_settings_get_uint (settings, "clipboard-clear-seconds");
  guint most = g_settings_get_uint (settings, "clipboard-clear-seconds-maximum");

  return most > 0 && (seconds == 0 || seconds > most) ? most : seconds;
}

KeyfobClipboard *
keyfob_clipboard_new (GdkClipboard *clipboard, KeyfobClock *clock, GSettings *settings)
{
  return g_object_new (KEYFOB_TYPE_CLIPBOARD, "clipboard", clipboard, "clock", clock, "settings",
                       settings, NULL);
}

static void
put_text (KeyfobClipboard *self, const char *text, gboolean secret)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->secret = secret;
  set_path (self, NULL);

  /* GTK gives its old content up before the compositor has taken the new one. Without the focus the
   * compositor refuses that, and hands out its copy of the old content. */
  if (self->content != NULL && keyfob_clipboard_needs_window (self))
    secret_content_set_text (self->content, text);
  else
    copy_text (self, text);
}

void
keyfob_clipboard_offer (KeyfobClipboard *self, const char *text, const char *title, gboolean renews)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));
  g_return_if_fail (text != NULL && title != NULL);

  put_text (self, text, TRUE);
  self->offered = keyfob_clock_monotonic (self->clock);
  set_shown (self, title, renews, next_deadline (self));
  if (self->deadline != 0)
    start_timer (self, self->deadline - self->offered, on_timer);
}

void
keyfob_clipboard_offer_plain (KeyfobClipboard *self, const char *text)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));
  g_return_if_fail (text != NULL);

  put_text (self, text, FALSE);
  set_shown (self, NULL, FALSE, 0);
}

static gboolean
on_plain_timer (gpointer user_data)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (user_data);

  g_clear_pointer (&self->timer, keyfob_source_free);
  set_path (self, NULL);

  return G_SOURCE_REMOVE;
}

void
keyfob_clipboard_set_source (KeyfobClipboard *self, const char *path, KeyfobCopyForm form)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));
  g_return_if_fail (path != NULL);

  self->form = form;
  set_path (self, path);
  if (!self->secret)
    start_timer (self, PLAIN_TIME, on_plain_timer);
}

const char *
keyfob_clipboard_get_path (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), NULL);

  return self->path;
}

KeyfobCopyForm
keyfob_clipboard_get_form (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), KEYFOB_COPY_HEADER);

  return self->form;
}

gboolean
keyfob_clipboard_needs_window (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), TRUE);

  return !is_x11 (self) && self->data_control == NULL;
}

void
keyfob_clipboard_clear (KeyfobClipboard *self)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));

  if (self->content == NULL || !self->secret)
    return;

  if (self->data_control != NULL)
    {
      keyfob_data_control_set_content (self->data_control, NULL);
      drop_content (self);
    }
  else if (is_taken (self))
    drop_content (self);
  else if (!is_x11 (self))
    withdraw_text (self);
  else
    gdk_clipboard_set_content (self->clipboard, NULL);
}

gboolean
keyfob_clipboard_is_owner (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), FALSE);

  return self->content != NULL;
}

const char *
keyfob_clipboard_get_title (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), NULL);

  return self->title;
}

guint
keyfob_clipboard_get_seconds_left (KeyfobClipboard *self)
{
  gint64 left;

  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), 0);

  if (self->deadline == 0)
    return 0;

  left = self->deadline - keyfob_clock_monotonic (self->clock);

  return left > 0 ? (left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND : 1;
}

void
keyfob_clipboard_set_clear_after_paste (KeyfobClipboard *self, gboolean clear_after_paste)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));

  self->clear_after_paste = clear_after_paste;
}

KeyfobCopyForm
keyfob_clipboard_get_preferred_form (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), KEYFOB_COPY_HEADER);

  return keyfob_copy_form_get_preferred (self->settings);
}
