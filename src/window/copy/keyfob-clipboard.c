/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clipboard.h"

#include "keyfob-clipboard-content.h"
#include "keyfob-clipboard-x11.h"
#include "keyfob-source.h"

/* Sooner than this after it is offered, only a clipboard manager reads what is there. */
#define MANAGER_TIME G_TIME_SPAN_SECOND

/* A program that pastes may ask more than once. */
#define PASTE_TIME G_TIME_SPAN_SECOND

struct _KeyfobClipboard
{
  GObject parent_instance;

  GdkClipboard *clipboard;
  KeyfobClock *clock;
  GSettings *settings;
  KeyfobClipboardX11 *x11; /* NULL elsewhere */

  KeyfobClipboardContent *content; /* NULL unless it is on the clipboard */
  char *title;
  gboolean renews;
  gint64 offered;
  gint64 deadline;
  GSource *timer;
  gboolean once;
  char *form;
};

G_DEFINE_FINAL_TYPE (KeyfobClipboard, keyfob_clipboard, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLIPBOARD,
  PROP_CLOCK,
  PROP_SETTINGS,
  PROP_TITLE,
  PROP_RENEWS,
  PROP_DEADLINE,
  PROP_ONCE,
  PROP_FORM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

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

/* The secret is not on the clipboard any more. */
static void
forget (KeyfobClipboard *self)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  g_signal_handlers_disconnect_by_data (self->content, self);
  g_clear_object (&self->content);
  if (self->x11 != NULL)
    keyfob_clipboard_x11_lost (self->x11);
  set_shown (self, NULL, FALSE, 0);
}

static void
on_clipboard_changed (KeyfobClipboard *self)
{
  if (self->content == NULL
      || gdk_clipboard_get_content (self->clipboard) == GDK_CONTENT_PROVIDER (self->content))
    return;

  g_debug ("The clipboard is not ours any more");
  forget (self);
}

static gboolean
on_timer (gpointer user_data)
{
  keyfob_clipboard_clear (user_data);

  return G_SOURCE_REMOVE;
}

static void
start_timer (KeyfobClipboard *self, gint64 delay)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = keyfob_clock_timer (self->clock, delay);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, NULL);
}

static void
on_read (KeyfobClipboard *self)
{
  gint64 now = keyfob_clock_monotonic (self->clock);

  if (!self->once || now - self->offered < MANAGER_TIME)
    return;

  g_debug ("What is on the clipboard was pasted");
  if (self->deadline == 0 || self->deadline - now > PASTE_TIME)
    start_timer (self, PASTE_TIME);
}

static gint64
next_deadline (KeyfobClipboard *self)
{
  gint64 seconds = g_settings_get_uint (self->settings, "clipboard-clear-seconds");

  return seconds > 0 ? self->offered + seconds * G_TIME_SPAN_SECOND : 0;
}

static void
keyfob_clipboard_constructed (GObject *object)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  G_OBJECT_CLASS (keyfob_clipboard_parent_class)->constructed (object);

  self->x11 = keyfob_clipboard_x11_new (gdk_clipboard_get_display (self->clipboard));
  g_signal_connect_object (self->clipboard, "changed", G_CALLBACK (on_clipboard_changed), self,
                           G_CONNECT_SWAPPED);
  g_settings_bind (self->settings, "copy-form", self, "form", G_SETTINGS_BIND_DEFAULT);
}

static void
keyfob_clipboard_dispose (GObject *object)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->content != NULL)
    g_signal_handlers_disconnect_by_data (self->content, self);
  g_clear_object (&self->content);
  g_clear_object (&self->x11);
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
  g_free (self->form);

  G_OBJECT_CLASS (keyfob_clipboard_parent_class)->finalize (object);
}

static void
keyfob_clipboard_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobClipboard *self = KEYFOB_CLIPBOARD (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_RENEWS:
      g_value_set_boolean (value, self->renews);
      break;
    case PROP_DEADLINE:
      g_value_set_int64 (value, self->deadline);
      break;
    case PROP_ONCE:
      g_value_set_boolean (value, self->once);
      break;
    case PROP_FORM:
      g_value_set_string (value, self->form);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_form (KeyfobClipboard *self, const char *form)
{
  if (g_strcmp0 (form, self->form) == 0)
    return;

  g_free (self->form);
  self->form = g_strdup (form);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FORM]);
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
    case PROP_ONCE:
      keyfob_clipboard_set_once (self, g_value_get_boolean (value));
      break;
    case PROP_FORM:
      set_form (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_clipboard_class_init (KeyfobClipboardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags told = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_clipboard_constructed;
  object_class->dispose = keyfob_clipboard_dispose;
  object_class->finalize = keyfob_clipboard_finalize;
  object_class->get_property = keyfob_clipboard_get_property;
  object_class->set_property = keyfob_clipboard_set_property;

  props[PROP_CLIPBOARD] = g_param_spec_object ("clipboard", NULL, NULL, GDK_TYPE_CLIPBOARD, given);
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, KEYFOB_TYPE_CLOCK, given);
  props[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, given);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, told);
  props[PROP_RENEWS] = g_param_spec_boolean ("renews", NULL, NULL, FALSE, told);
  props[PROP_DEADLINE] = g_param_spec_int64 ("deadline", NULL, NULL, 0, G_MAXINT64, 0, told);
  props[PROP_ONCE] = g_param_spec_boolean ("once", NULL, NULL, FALSE, told | G_PARAM_WRITABLE);
  props[PROP_FORM] = g_param_spec_string ("form", NULL, NULL, NULL, told | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_clipboard_init (KeyfobClipboard *self)
{
}

KeyfobClipboard *
keyfob_clipboard_new (GdkClipboard *clipboard, KeyfobClock *clock, GSettings *settings)
{
  return g_object_new (KEYFOB_TYPE_CLIPBOARD, "clipboard", clipboard, "clock", clock, "settings",
                       settings, NULL);
}

void
keyfob_clipboard_offer (KeyfobClipboard *self, const char *text, const char *title, gboolean renews)
{
  g_autoptr (KeyfobClipboardContent) content = NULL;

  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));
  g_return_if_fail (text != NULL && title != NULL);

  if (self->content != NULL)
    g_signal_handlers_disconnect_by_data (self->content, self);
  content = keyfob_clipboard_content_new (text, self->x11 != NULL);
  g_signal_connect_object (content, "read", G_CALLBACK (on_read), self, G_CONNECT_SWAPPED);
  g_set_object (&self->content, content);
  gdk_clipboard_set_content (self->clipboard, GDK_CONTENT_PROVIDER (content));
  if (self->x11 != NULL)
    keyfob_clipboard_x11_claimed (self->x11);

  self->offered = keyfob_clock_monotonic (self->clock);
  set_shown (self, title, renews, next_deadline (self));
  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->deadline != 0)
    start_timer (self, self->deadline - self->offered);
}

gboolean
keyfob_clipboard_needs_window (KeyfobClipboard *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (self), TRUE);

  return self->x11 == NULL;
}

void
keyfob_clipboard_clear (KeyfobClipboard *self)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));

  if (self->content == NULL)
    return;

  /* that somebody else took it may be known to the display only */
  if (self->x11 != NULL && !keyfob_clipboard_x11_is_owner (self->x11))
    forget (self);
  else
    gdk_clipboard_set_content (self->clipboard, NULL);
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
keyfob_clipboard_set_once (KeyfobClipboard *self, gboolean once)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (self));

  if (self->once == once)
    return;

  self->once = once;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ONCE]);
}
