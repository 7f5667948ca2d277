/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FAKE_TYPE_BROWSER (fake_browser_get_type ())
G_DECLARE_FINAL_TYPE (FakeBrowser, fake_browser, FAKE, BROWSER, GObject)

/**
 * FakeBrowser:
 *
 * One connection to a loopback port, in a thread of its own, that sends what it is told to and
 * reads until the other side closes.
 */

/** Connects and sends; the host is an address, so that the family is chosen. */
FakeBrowser *
fake_browser_open (const char *address, guint16 port, const char *request, gssize length);

/** Asks for a path the way a browser does that was sent to `http://localhost:PORT`. */
FakeBrowser *fake_browser_get (guint16 port, const char *path_and_query);

/** Asks for an absolute `http://localhost:PORT/…` or `http://127.0.0.1:PORT/…` address. */
FakeBrowser *fake_browser_visit (const char *uri);

/** Whether the connection has ended. */
gboolean fake_browser_is_done (FakeBrowser *self);

/** Runs the main loop until the connection has ended; returns all that came back. */
const char *fake_browser_wait (FakeBrowser *self);

/** Status of the response, 0 where none came. Waits. */
guint fake_browser_get_status (FakeBrowser *self);

/** The address that the response sends the browser on to. Waits. */
char *fake_browser_dup_location (FakeBrowser *self);

/** A port that is free on both families. */
guint16 fake_browser_find_port (void);

/** Whether anybody could listen on the port, on both families. */
gboolean fake_browser_is_port_free (guint16 port);

G_END_DECLS
