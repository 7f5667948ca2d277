/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clipboard-x11.h"

#ifdef HAVE_X11
#include <gdk/x11/gdkx.h>
#endif

#include "keyfob-clipboard-content.h"

struct _KeyfobClipboardX11
{
  GObject parent_instance;

#ifdef HAVE_X11
  Display *display;
  Atom clipboard;
  Atom hint;
  Window owner; /* None while there is no secret of ours */
  gulong hook;
#endif
};

G_DEFINE_FINAL_TYPE (KeyfobClipboardX11, keyfob_clipboard_x11, G_TYPE_OBJECT)

#ifdef HAVE_X11

static void
answer (GdkDisplay *display, const XSelectionRequestEvent *request)
{
  XSelectionEvent notice = {
    .type = SelectionNotify,
    .display = request->display,
    .requestor = request->requestor,
    .selection = request->selection,
    .target = request->target,
    /* a client that is older than the rules names no property */
    .property = request->property != None ? request->property : request->target,
    .time = request->time,
  };

  /* who asked may be gone by now */
  gdk_x11_display_error_trap_push (display);
  XChangeProperty (request->display, request->requestor, notice.property, request->target, 8,
                   PropModeReplace, (const guchar *) KEYFOB_CLIPBOARD_HINT_CONTENT,
                   strlen (KEYFOB_CLIPBOARD_HINT_CONTENT));
  XSendEvent (request->display, request->requestor, False, NoEventMask, (XEvent *) &notice);
  XFlush (request->display);
  gdk_x11_display_error_trap_pop_ignored (display);
}

/* GTK refuses what it is asked for by a name without a slash, and is the first to hear of each
 * event; a hook hears of it before. */
static gboolean
on_event (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer user_data)
{
  KeyfobClipboardX11 *self = user_data;
  XEvent *event = g_value_get_pointer (&values[1]);
  XSelectionRequestEvent *request = &event->xselectionrequest;

  if (event->type != SelectionRequest || request->owner != self->owner
      || request->selection != self->clipboard || request->target != self->hint)
    return G_SOURCE_CONTINUE;

  answer (g_value_get_object (&values[0]), request);
  /* nobody's any more, so that GTK does not refuse it */
  request->selection = None;

  return G_SOURCE_CONTINUE;
}

#endif

static void
keyfob_clipboard_x11_dispose (GObject *object)
{
#ifdef HAVE_X11
  KeyfobClipboardX11 *self = KEYFOB_CLIPBOARD_X11 (object);

  if (self->hook != 0)
    g_signal_remove_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY), self->hook);
  self->hook = 0;
#endif

  G_OBJECT_CLASS (keyfob_clipboard_x11_parent_class)->dispose (object);
}

static void
keyfob_clipboard_x11_class_init (KeyfobClipboardX11Class *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_clipboard_x11_dispose;
}

static void
keyfob_clipboard_x11_init (KeyfobClipboardX11 *self)
{
}

KeyfobClipboardX11 *
keyfob_clipboard_x11_new (GdkDisplay *display)
{
#ifdef HAVE_X11
  if (GDK_IS_X11_DISPLAY (display))
    {
      KeyfobClipboardX11 *self = g_object_new (KEYFOB_TYPE_CLIPBOARD_X11, NULL);

      self->display = gdk_x11_display_get_xdisplay (display);
      self->clipboard = gdk_x11_get_xatom_by_name_for_display (display, "CLIPBOARD");
      self->hint = gdk_x11_get_xatom_by_name_for_display (display, KEYFOB_CLIPBOARD_HINT);
      self->hook = g_signal_add_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY), 0,
                                               on_event, self, NULL);
      return self;
    }
#endif

  return NULL;
}

void
keyfob_clipboard_x11_claimed (KeyfobClipboardX11 *self)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD_X11 (self));

#ifdef HAVE_X11
  self->owner = XGetSelectionOwner (self->display, self->clipboard);
#endif
}

void
keyfob_clipboard_x11_lost (KeyfobClipboardX11 *self)
{
  g_return_if_fail (KEYFOB_IS_CLIPBOARD_X11 (self));

#ifdef HAVE_X11
  self->owner = None;
#endif
}

gboolean
keyfob_clipboard_x11_is_owner (KeyfobClipboardX11 *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD_X11 (self), FALSE);

#ifdef HAVE_X11
  return self->owner != None && XGetSelectionOwner (self->display, self->clipboard) == self->owner;
#else
  return FALSE;
#endif
}
