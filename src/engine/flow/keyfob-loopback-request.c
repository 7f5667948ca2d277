/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-loopback-request.h"

#include <string.h>

#include "keyfob-secret.h"

/* The part of a target after the authority, which an absolute target has (RFC 9112 section 3.2). */
static const char *
take_authority (KeyfobLoopbackRequest *self, const char *target)
{
  static const char scheme[] = "http://";
  gsize length;

  if (g_ascii_strncasecmp (target, scheme, strlen (scheme)) != 0)
    return target;

  target += strlen (scheme);
  length = strcspn (target, "/?");
  self->host = g_strndup (target, length);

  return target + length;
}

static void
take_target (KeyfobLoopbackRequest *self, const char *target)
{
  const char *path = take_authority (self, target);
  gsize length = strcspn (path, "?#");

  self->path = g_strndup (path, length);
  if (path[length] == '?')
    self->query = g_strndup (path + length + 1, strcspn (path + length + 1, "#"));
}

/* @line: a line without its end; only a line that is cut off may be without a version. */
static gboolean
take_request_line (KeyfobLoopbackRequest *self, char *line, gboolean cut_off)
{
  char *target = strchr (line, ' ');
  char *version = strrchr (line, ' ');

  if (target == NULL || target == line)
    return FALSE;

  /* the target may contain blanks: it ends where the version begins */
  if (version != target && g_str_has_prefix (version + 1, "HTTP/1."))
    *version = '\0';
  else if (!cut_off)
    return FALSE;

  self->method = g_strndup (line, target - line);
  take_target (self, target + 1);

  return TRUE;
}

/* Control characters would end the text before its time, or a value early: the value that contains
 * one is found unusable, and the parameters beside it are not lost. */
static char *
dup_text (const guint8 *head, gsize length)
{
  char *text = g_strndup ((const char *) head, length);

  for (gsize i = 0; i < length; i++)
    text[i] = head[i] != '\0' ? (char) head[i] : '\x01';

  return text;
}

KeyfobLoopbackRequest *
keyfob_loopback_request_parse (const guint8 *head, gsize length, gboolean cut_off)
{
  g_autoptr (KeyfobLoopbackRequest) self = g_new0 (KeyfobLoopbackRequest, 1);
  g_autoptr (KeyfobSecret) text = dup_text (head, length);
  char *end = strchr (text, '\n');

  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  if (end != NULL)
    {
      soup_headers_parse (text, length, self->headers);
      *end = '\0';
      if (end > text && end[-1] == '\r')
        end[-1] = '\0';
    }

  if (!take_request_line (self, text, cut_off && end == NULL))
    return NULL;
  if (self->host == NULL)
    self->host = g_strdup (soup_message_headers_get_list (self->headers, "Host"));

  return g_steal_pointer (&self);
}

void
keyfob_loopback_request_free (KeyfobLoopbackRequest *self)
{
  g_free (self->method);
  g_free (self->path);
  keyfob_secret_free (self->query);
  g_free (self->host);
  soup_message_headers_unref (self->headers);
  g_free (self);
}

gboolean
keyfob_loopback_request_is_prefetch (KeyfobLoopbackRequest *self)
{
  static const char *const names[] = { "Sec-Purpose", "Purpose", "X-Purpose", "X-Moz" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *purpose = soup_message_headers_get_list (self->headers, names[i]);

      if (purpose != NULL
          && (strstr (purpose, "prefetch") != NULL || strstr (purpose, "preview") != NULL
              || strstr (purpose, "prerender") != NULL))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_absent_or (SoupMessageHeaders *headers, const char *name, const char *value)
{
  const char *found = soup_message_headers_get_list (headers, name);

  return found == NULL || g_ascii_strcasecmp (found, value) == 0;
}

gboolean
keyfob_loopback_request_is_navigation (KeyfobLoopbackRequest *self)
{
  return is_absent_or (self->headers, "Sec-Fetch-Mode", "navigate")
         && is_absent_or (self->headers, "Sec-Fetch-Dest", "document");
}
