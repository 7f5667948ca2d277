/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-data-control.h"

#ifdef HAVE_WAYLAND

#include <gdk/wayland/gdkwayland.h>
#include <gio/gunixoutputstream.h>

/* The two protocols differ in the names of their interfaces only, and only the manager's name is
 * sent. Below, an interface has its requests and its events in the order of the protocol. */

#define VERSION 1

enum
{
  MANAGER_CREATE_DATA_SOURCE,
  MANAGER_GET_DATA_DEVICE,
  MANAGER_DESTROY,
};

enum
{
  DEVICE_SET_SELECTION,
  DEVICE_DESTROY,
};

enum
{
  SOURCE_OFFER,
  SOURCE_DESTROY,
};

enum
{
  OFFER_RECEIVE,
  OFFER_DESTROY,
};

static const struct wl_interface *no_types[] = { NULL, NULL };

static const struct wl_message offer_requests[] = {
  { "receive", "sh", no_types },
  { "destroy", "", no_types },
};
static const struct wl_message offer_events[] = {
  { "offer", "s", no_types },
};
static const struct wl_interface offer_interface = {
  .name = "data_control_offer",
  .version = VERSION,
  .method_count = G_N_ELEMENTS (offer_requests),
  .methods = offer_requests,
  .event_count = G_N_ELEMENTS (offer_events),
  .events = offer_events,
};

static const struct wl_message source_requests[] = {
  { "offer", "s", no_types },
  { "destroy", "", no_types },
};
static const struct wl_message source_events[] = {
  { "send", "sh", no_types },
  { "cancelled", "", no_types },
};
static const struct wl_interface source_interface = {
  .name = "data_control_source",
  .version = VERSION,
  .method_count = G_N_ELEMENTS (source_requests),
  .methods = source_requests,
  .event_count = G_N_ELEMENTS (source_events),
  .events = source_events,
};

static const struct wl_interface *source_types[] = { &source_interface };
static const struct wl_interface *offer_types[] = { &offer_interface };
static const struct wl_message device_requests[] = {
  { "set_selection", "?o", source_types },
  { "destroy", "", no_types },
  { "set_primary_selection", "?o", source_types },
};
static const struct wl_message device_events[] = {
  { "data_offer", "n", offer_types },
  { "selection", "?o", offer_types },
  { "finished", "", no_types },
  { "primary_selection", "?o", offer_types },
};
static const struct wl_interface device_interface = {
  .name = "data_control_device",
  .version = VERSION,
  .method_count = G_N_ELEMENTS (device_requests),
  .methods = device_requests,
  .event_count = G_N_ELEMENTS (device_events),
  .events = device_events,
};

static const struct wl_interface *device_types[] = { &device_interface, &wl_seat_interface };
static const struct wl_message manager_requests[] = {
  { "create_data_source", "n", source_types },
  { "get_data_device", "no", device_types },
  { "destroy", "", no_types },
};
static const struct wl_interface manager_interfaces[] = {
  {
      .name = "ext_data_control_manager_v1",
      .version = VERSION,
      .method_count = G_N_ELEMENTS (manager_requests),
      .methods = manager_requests,
  },
  {
      .name = "zwlr_data_control_manager_v1",
      .version = VERSION,
      .method_count = G_N_ELEMENTS (manager_requests),
      .methods = manager_requests,
  },
};

struct _KeyfobDataControl
{
  GdkDisplay *display;
  GFunc lost;
  gpointer user_data;

  struct wl_proxy *manager;
  struct wl_proxy *device; /* NULL until the first copy, and when its seat is gone */
  struct wl_proxy *source; /* NULL unless it is on the clipboard */
  GdkContentProvider *content;
};

/* Calls the destructor of an object of the protocol. */
static void
destroy_object (struct wl_proxy *object, guint request)
{
  wl_proxy_marshal_flags (object, request, NULL, VERSION, WL_MARSHAL_FLAG_DESTROY);
}

static void
drop_source (KeyfobDataControl *self)
{
  if (self->source != NULL)
    destroy_object (self->source, SOURCE_DESTROY);
  self->source = NULL;
  g_clear_object (&self->content);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!gdk_content_provider_write_mime_type_finish (GDK_CONTENT_PROVIDER (source), result, &error))
    g_debug ("A program did not get what is on the clipboard: %s", error->message);
}

static void
on_send (void *data, struct wl_proxy *source, const char *mime_type, int fd)
{
  KeyfobDataControl *self = data;
  g_autoptr (GOutputStream) stream = g_unix_output_stream_new (fd, TRUE);

  if (self->content != NULL)
    gdk_content_provider_write_mime_type_async (self->content, mime_type, stream,
                                                G_PRIORITY_DEFAULT, NULL, on_written, NULL);
}

static void
on_cancelled (void *data, struct wl_proxy *source)
{
  KeyfobDataControl *self = data;

  drop_source (self);
  self->lost (self, self->user_data);
}

static const struct
{
  void (*send) (void *data, struct wl_proxy *source, const char *mime_type, int fd);
  void (*cancelled) (void *data, struct wl_proxy *source);
} source_listener = { on_send, on_cancelled };

static void
on_data_offer (void *data, struct wl_proxy *device, struct wl_proxy *offer)
{
}

/* What others copy is of no interest. This is the last event that names the offer: libwayland leaks
 * an object that is destroyed while such an event is on its way. */
static void
on_selection (void *data, struct wl_proxy *device, struct wl_proxy *offer)
{
  if (offer != NULL)
    destroy_object (offer, OFFER_DESTROY);
}

static void
on_finished (void *data, struct wl_proxy *device)
{
  KeyfobDataControl *self = data;

  destroy_object (self->device, DEVICE_DESTROY);
  self->device = NULL;
}

static const struct
{
  void (*data_offer) (void *data, struct wl_proxy *device, struct wl_proxy *offer);
  void (*selection) (void *data, struct wl_proxy *device, struct wl_proxy *offer);
  void (*finished) (void *data, struct wl_proxy *device);
  void (*primary_selection) (void *data, struct wl_proxy *device, struct wl_proxy *offer);
} device_listener = { on_data_offer, on_selection, on_finished, on_selection };

static void
on_global (void *data,
           struct wl_registry *registry,
           uint32_t name,
           const char *interface,
           uint32_t version)
{
  struct wl_proxy **managers = data;

  for (guint i = 0; i < G_N_ELEMENTS (manager_interfaces); i++)
    {
      if (g_str_equal (interface, manager_interfaces[i].name) && managers[i] == NULL)
        managers[i] = wl_registry_bind (registry, name, &manager_interfaces[i], VERSION);
    }
}

static void
on_global_remove (void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = { on_global, on_global_remove };

/* Asks the compositor and waits for the answer, as GTK does when it opens the display. */
static struct wl_proxy *
bind_manager (struct wl_display *display)
{
  struct wl_proxy *managers[G_N_ELEMENTS (manager_interfaces)] = { NULL };
  struct wl_event_queue *queue = wl_display_create_queue (display);
  struct wl_display *wrapper = wl_proxy_create_wrapper (display);
  struct wl_registry *registry;
  struct wl_proxy *manager = NULL;

  wl_proxy_set_queue ((struct wl_proxy *) wrapper, queue);
  registry = wl_display_get_registry (wrapper);
  wl_registry_add_listener (registry, &registry_listener, managers);
  wl_display_roundtrip_queue (display, queue);

  for (guint i = 0; i < G_N_ELEMENTS (managers); i++)
    {
      if (managers[i] == NULL)
        continue;
      if (manager != NULL)
        destroy_object (managers[i], MANAGER_DESTROY);
      else
        manager = managers[i];
    }
  if (manager != NULL)
    wl_proxy_set_queue (manager, NULL);

  wl_registry_destroy (registry);
  wl_proxy_wrapper_destroy (wrapper);
  wl_event_queue_destroy (queue);

  return manager;
}

KeyfobDataControl *
keyfob_data_control_new (GdkDisplay *display, GFunc lost, gpointer user_data)
{
  KeyfobDataControl *self;
  struct wl_proxy *manager;

  g_return_val_if_fail (GDK_IS_DISPLAY (display), NULL);
  g_return_val_if_fail (lost != NULL, NULL);

  if (!GDK_IS_WAYLAND_DISPLAY (display) || gdk_display_get_default_seat (display) == NULL)
    return NULL;

  manager = bind_manager (gdk_wayland_display_get_wl_display (display));
  if (manager == NULL)
    return NULL;

  self = g_new0 (KeyfobDataControl, 1);
  self->display = g_object_ref (display);
  self->lost = lost;
  self->user_data = user_data;
  self->manager = manager;

  return self;
}

void
keyfob_data_control_free (KeyfobDataControl *self)
{
  g_return_if_fail (self != NULL);

  drop_source (self);
  if (self->device != NULL)
    destroy_object (self->device, DEVICE_DESTROY);
  destroy_object (self->manager, MANAGER_DESTROY);
  g_object_unref (self->display);
  g_free (self);
}

static void
ensure_device (KeyfobDataControl *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (self->display);

  if (self->device != NULL || seat == NULL)
    return;

  self->device = wl_proxy_marshal_flags (self->manager, MANAGER_GET_DATA_DEVICE, &device_interface,
                                         VERSION, 0, NULL, gdk_wayland_seat_get_wl_seat (seat));
  wl_proxy_add_listener (self->device, (void (**) (void)) & device_listener, self);
}

void
keyfob_data_control_set_content (KeyfobDataControl *self, GdkContentProvider *content)
{
  g_autoptr (GdkContentFormats) formats = NULL;
  struct wl_proxy *old;
  const char *const *mime_types;

  g_return_if_fail (self != NULL);

  old = g_steal_pointer (&self->source);
  g_set_object (&self->content, content);
  ensure_device (self);
  if (content != NULL && self->device != NULL)
    {
      self->source = wl_proxy_marshal_flags (self->manager, MANAGER_CREATE_DATA_SOURCE,
                                             &source_interface, VERSION, 0, NULL);
      wl_proxy_add_listener (self->source, (void (**) (void)) & source_listener, self);
      formats = gdk_content_provider_ref_formats (content);
      mime_types = gdk_content_formats_get_mime_types (formats, NULL);
      for (guint i = 0; mime_types[i] != NULL; i++)
        wl_proxy_marshal_flags (self->source, SOURCE_OFFER, NULL, VERSION, 0, mime_types[i]);
      wl_proxy_marshal_flags (self->device, DEVICE_SET_SELECTION, NULL, VERSION, 0, self->source);
    }

  /* The compositor removes the content of a source that is gone. Asking for an empty clipboard
   * could remove what another program has copied just now. */
  if (old != NULL)
    destroy_object (old, SOURCE_DESTROY);
}

#else

KeyfobDataControl *
keyfob_data_control_new (GdkDisplay *display, GFunc lost, gpointer user_data)
{
  return NULL;
}

void
keyfob_data_control_free (KeyfobDataControl *self)
{
}

void
keyfob_data_control_set_content (KeyfobDataControl *self, GdkContentProvider *content)
{
}

#endif
