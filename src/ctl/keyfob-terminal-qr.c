/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-terminal-qr.h"

#include <qrencode.h>
#include <string.h>

#include "keyfob-terminal.h"

#define MAX_LENGTH 512
#define QUIET_ZONE 4

#define DARK_ON_LIGHT "\033[38;5;16;48;5;231m"
#define USUAL_COLOURS "\033[0m"

static gboolean
is_dark (const QRcode *code, int x, int y)
{
  if (x < 0 || y < 0 || x >= code->width || y >= code->width)
    return FALSE;

  return (code->data[y * code->width + x] & 1) != 0;
}

static void
append_line (GString *lines, const QRcode *code, int y)
{
  const char *const blocks[] = { " ", "▄", "▀", "█" };

  g_string_append (lines, DARK_ON_LIGHT);
  for (int x = -QUIET_ZONE; x < code->width + QUIET_ZONE; x++)
    {
      int above = is_dark (code, x, y) ? 2 : 0;
      int below = is_dark (code, x, y + 1) ? 1 : 0;

      g_string_append (lines, blocks[above + below]);
    }
  g_string_append (lines, USUAL_COLOURS "\n");
}

static QRcode *
encode (const char *text)
{
  if (*text == '\0' || strlen (text) > MAX_LENGTH)
    return NULL;

  return QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
}

static char *
format (const QRcode *code)
{
  GString *lines = g_string_new (NULL);

  for (int y = -QUIET_ZONE; y < code->width + QUIET_ZONE; y += 2)
    append_line (lines, code, y);

  return g_string_free (lines, FALSE);
}

char *
keyfob_terminal_qr_format (const char *text)
{
  QRcode *code = encode (text);
  char *lines = code != NULL ? format (code) : NULL;

  QRcode_free (code);

  return lines;
}

gboolean
keyfob_terminal_qr_print (FILE *terminal, const char *text)
{
  const char *type = g_getenv ("TERM");
  g_autofree char *lines = NULL;
  QRcode *code = NULL;

  /* terminals of DEC and what is named after them have no colours */
  if (!keyfob_terminal_is_capable (terminal) || g_str_has_prefix (type, "vt")
      || !g_get_charset (NULL))
    return FALSE;

  code = encode (text);
  if (code != NULL && code->width + 2 * QUIET_ZONE <= keyfob_terminal_get_columns (terminal))
    lines = format (code);
  QRcode_free (code);
  if (lines != NULL)
    fputs (lines, terminal);

  return lines != NULL;
}
