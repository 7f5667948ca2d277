/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-terminal.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <glib-unix.h>

#define MAX_LINE (16 * 1024)
#define USUAL_COLUMNS 80

struct _KeyfobTerminalReader
{
  KeyfobTerminalReaderFunc func;
  gpointer user_data;
  struct termios usual; /* mode before */
  guint source;
  char line[MAX_LINE];
  gsize length;
};

gboolean
keyfob_terminal_is_capable (FILE *terminal)
{
  const char *type = g_getenv ("TERM");

  return isatty (fileno (terminal)) && type != NULL && *type != '\0' && !g_str_equal (type, "dumb");
}

int
keyfob_terminal_measure (const char *text)
{
  int columns = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        columns += g_unichar_iswide (c) ? 2 : 1;
    }

  return columns;
}

int
keyfob_terminal_get_columns (FILE *terminal)
{
  struct winsize size = { 0 };

  if (ioctl (fileno (terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;

  return USUAL_COLUMNS;
}

static void
forget_line (KeyfobTerminalReader *self)
{
  explicit_bzero (self->line, sizeof self->line);
  self->length = 0;
}

/* The rest of a line that is too long is dropped. */
static void
end_line (KeyfobTerminalReader *self)
{
  self->line[self->length] = '\0';
  self->func (self->line, self->user_data);
  forget_line (self);
}

/* Removes a character in UTF-8. */
static void
erase_character (KeyfobTerminalReader *self)
{
  while (self->length > 0 && (self->line[--self->length] & 0xc0) == 0x80)
    ;
}

/* Returns: %FALSE where nothing more comes */
static gboolean
take_byte (KeyfobTerminalReader *self, char byte)
{
  const cc_t *keys = self->usual.c_cc;

  if (byte == '\n' || byte == '\r')
    end_line (self);
  else if (byte == (char) keys[VEOF] && self->length == 0)
    return FALSE;
  else if (byte == (char) keys[VERASE] || byte == '\b')
    erase_character (self);
  else if (byte == (char) keys[VKILL])
    forget_line (self);
  else if (!g_ascii_iscntrl (byte) && self->length < MAX_LINE - 1)
    self->line[self->length++] = byte;

  return TRUE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  KeyfobTerminalReader *self = user_data;
  char piece[4096];
  gssize length = read (fd, piece, sizeof piece);
  gboolean goes_on = length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN));

  for (gssize i = 0; i < length && goes_on; i++)
    goes_on = take_byte (self, piece[i]);
  explicit_bzero (piece, sizeof piece);
  if (goes_on)
    return G_SOURCE_CONTINUE;

  self->source = 0;
  self->func (NULL, self->user_data);

  return G_SOURCE_REMOVE;
}

KeyfobTerminalReader *
keyfob_terminal_reader_new (KeyfobTerminalReaderFunc func, gpointer user_data)
{
  struct termios mode;
  KeyfobTerminalReader *self;

  if (!isatty (STDIN_FILENO) || tcgetpgrp (STDIN_FILENO) != getpgrp ()
      || tcgetattr (STDIN_FILENO, &mode) != 0)
    return NULL;

  self = g_new0 (KeyfobTerminalReader, 1);
  self->func = func;
  self->user_data = user_data;
  self->usual = mode;

  mode.c_lflag &= ~(tcflag_t) (ICANON | ECHO | ECHONL | IEXTEN);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  mode.c_cc[VQUIT] = mode.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &mode);
  self->source = g_unix_fd_add (STDIN_FILENO, G_IO_IN, on_readable, self);

  return self;
}

void
keyfob_terminal_reader_flush (KeyfobTerminalReader *self)
{
  tcflush (STDIN_FILENO, TCIFLUSH);
  forget_line (self);
}

void
keyfob_terminal_reader_free (KeyfobTerminalReader *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &self->usual);
  forget_line (self);
  g_free (self);
}
