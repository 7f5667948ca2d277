/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "fake-browser.h"
#include "keyfob-launcher.h"

G_BEGIN_DECLS

#define FAKE_TYPE_LAUNCHER (fake_launcher_get_type ())
G_DECLARE_FINAL_TYPE (FakeLauncher, fake_launcher, FAKE, LAUNCHER, GObject)

/**
 * FakeLauncher:
 *
 * A #KeyfobLauncher that is browser, user and provider at once: it takes redirect URI and state
 * from the address that it is to open, and comes back to the loopback as its fields tell it to.
 */
struct _FakeLauncher
{
  GObject parent_instance;

  /* what it does */
  int launch_error;      /* a code of KEYFOB_AUTH_ERROR, -1 for none */
  gboolean hangs;        /* does not say that it has launched until it is cancelled */
  gboolean stays_away;   /* opens the address and never comes back */
  const char *answer;    /* in place of `code=the-code` */
  const char *parameter; /* added to the answer */

  /* what was asked of it */
  guint n_launched;
  char *uri;
  char *activation_token;
  FakeBrowser *browser; /* what came back to the loopback last */
};

FakeLauncher *fake_launcher_new (void);

/** Opens an address, or a short one of the loopback, as if the user had pasted it into a browser.
 */
void fake_launcher_visit (FakeLauncher *self, const char *uri);

G_END_DECLS
