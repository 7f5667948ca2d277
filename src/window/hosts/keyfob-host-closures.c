/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-closures.h"

#include <glib/gi18n-lib.h>

#include "keyfob-status-text.h"

static char *
status_closure (GtkWidget *row,
                const char *state,
                const char *account,
                gint64 expires,
                gboolean renews,
                const char *user_code,
                gint64 now)
{
  KeyfobHostState parsed = keyfob_host_state_parse (state);

  if (user_code != NULL && *user_code != '\0')
    return g_strdup (_ ("Waiting for your other device…"));
  if (parsed == KEYFOB_HOST_SIGNED_IN && !renews && expires > now)
    return keyfob_status_text_unrenewed (account, expires, now);

  return keyfob_status_text_status (parsed, account, expires, now);
}

/* The agent's own sentence tells more than what a call of the window ended with. */
static char *
error_closure (GtkWidget *row,
               const char *error,
               const char *trouble,
               const char *state,
               gboolean saved)
{
  if (error != NULL && *error != '\0')
    return g_strdup (error);
  if (trouble == NULL && !saved && keyfob_host_state_has_token (keyfob_host_state_parse (state)))
    return g_strdup (_ ("The token is kept in memory only: it could not be stored yet. Keyfob "
                        "goes on trying."));

  return g_strdup (trouble);
}

/* Beside a sentence that says why nobody is signed in, only when a session ended is news. */
static gboolean
status_visible_closure (GtkWidget *row, const char *state, gint64 expires, const char *error)
{
  KeyfobHostState parsed = keyfob_host_state_parse (state);

  return error == NULL || *error == '\0' || !keyfob_host_state_needs_user (parsed)
         || (parsed == KEYFOB_HOST_EXPIRED && expires > 0);
}

static gboolean
not_empty_closure (GtkWidget *row, const char *text)
{
  return text != NULL && *text != '\0';
}

static char *
icon_closure (GtkWidget *row, const char *state)
{
  return g_strdup (keyfob_status_text_state_icon (keyfob_host_state_parse (state)));
}

static gboolean
needs_user_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_needs_user (keyfob_host_state_parse (state));
}

static gboolean
has_token_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_has_token (keyfob_host_state_parse (state));
}

static gboolean
signing_in_closure (GtkWidget *row, const char *state)
{
  return keyfob_host_state_parse (state) == KEYFOB_HOST_SIGNING_IN;
}

/* The other ways to sign in: while one is tried, and when it did not work. */
static gboolean
ways_closure (GtkWidget *row, const char *word, const char *error)
{
  KeyfobHostState state = keyfob_host_state_parse (word);

  return state == KEYFOB_HOST_SIGNING_IN
         || (keyfob_host_state_needs_user (state) && not_empty_closure (row, error));
}

static gboolean
busy_closure (GtkWidget *row, const char *word)
{
  KeyfobHostState state = keyfob_host_state_parse (word);

  return state == KEYFOB_HOST_SIGNING_IN || state == KEYFOB_HOST_REFRESHING;
}

void
keyfob_host_closures_bind (GtkWidgetClass *widget_class)
{
  g_return_if_fail (GTK_IS_WIDGET_CLASS (widget_class));

  gtk_widget_class_bind_template_callback (widget_class, status_closure);
  gtk_widget_class_bind_template_callback (widget_class, status_visible_closure);
  gtk_widget_class_bind_template_callback (widget_class, error_closure);
  gtk_widget_class_bind_template_callback (widget_class, not_empty_closure);
  gtk_widget_class_bind_template_callback (widget_class, icon_closure);
  gtk_widget_class_bind_template_callback (widget_class, needs_user_closure);
  gtk_widget_class_bind_template_callback (widget_class, has_token_closure);
  gtk_widget_class_bind_template_callback (widget_class, signing_in_closure);
  gtk_widget_class_bind_template_callback (widget_class, ways_closure);
  gtk_widget_class_bind_template_callback (widget_class, busy_closure);
}
