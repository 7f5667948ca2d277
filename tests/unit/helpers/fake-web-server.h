/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define FAKE_TYPE_WEB_SERVER (fake_web_server_get_type ())
G_DECLARE_FINAL_TYPE (FakeWebServer, fake_web_server, FAKE, WEB_SERVER, GObject)

/**
 * FakeWebServer:
 *
 * A web server on loopback that answers every request with what it was told to, for faults that a
 * real server does not make on demand. It remembers the last request.
 */

/** @certificate: (nullable): serve https by it */
FakeWebServer *fake_web_server_new (GTlsCertificate *certificate);

/** Returns: (transfer full): an address of this server, with its host as `localhost` */
char *fake_web_server_dup_url (FakeWebServer *self, const char *path);

/** Returns: its port on 127.0.0.1 */
guint fake_web_server_get_port (FakeWebServer *self);

/** @type: (nullable); @length: -1 where @body ends with a NUL */
void fake_web_server_answer (FakeWebServer *self,
                             guint status,
                             const char *type,
                             const char *body,
                             gssize length);

/** Redirects to @location. */
void fake_web_server_redirect (FakeWebServer *self, guint status, const char *location);

/** Adds a header to the answers that follow. */
void fake_web_server_set_header (FakeWebServer *self, const char *name, const char *value);

/** Sends the header and half of the body, and no more. */
void fake_web_server_stall (FakeWebServer *self);

/** Returns: how many requests came */
guint fake_web_server_get_n_requests (FakeWebServer *self);

/** Of the last request: its method, path, decoded query or form field, and a header */
const char *fake_web_server_get_method (FakeWebServer *self);
const char *fake_web_server_get_path (FakeWebServer *self);
const char *fake_web_server_get_field (FakeWebServer *self, const char *name);
guint fake_web_server_get_n_fields (FakeWebServer *self);
const char *fake_web_server_get_header (FakeWebServer *self, const char *name);

G_END_DECLS
