/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Preloaded into a GTK program, whose frames it times. It takes commands on standard input and
 * answers each with one line of JSON on standard output: "look" says how the program stands now,
 * "scroll" moves the list of hosts to its end, a step with each frame, and tells of these frames.
 * The first frame, and the first one with a host in it, are told of without being asked for. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>
#include <gtk/gtk.h>

/* Pixels of a frame while the list is scrolled: a fast turn of the wheel. */
#define STEP 120

typedef struct
{
  gint64 longest; /* all in nanoseconds on the processor, of the main thread */
  gint64 longest_before_paint;
  gint64 total;
  guint n_frames;
} Frames;

static Frames frames;
static gint64 frame_start;
static gint64 paint_start;
static gboolean has_painted;
static gboolean has_shown_host;
static double scrolled_to;

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Returns: (nullable): the first row of a host that has a place on screen */
static GtkWidget *
find_row (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "KeyfobHostRow")
      && gtk_widget_get_height (widget) > 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *row = find_row (child);

      if (row != NULL)
        return row;
    }

  return NULL;
}

static GtkWidget *
find_row_of_any_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *row = NULL;

  for (guint i = 0; row == NULL && i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      row = find_row (window);
    }

  return row;
}

static void
tell_moment (const char *name)
{
  g_print ("{\"moment\": \"%s\", \"at\": %.6f, \"cpu\": %.3f}\n", name,
           read_clock (CLOCK_MONOTONIC) / 1e9, read_clock (CLOCK_PROCESS_CPUTIME_ID) / 1e6);
}

/* A frame begins with the events that wait for it, if there are any. */
static gboolean
on_begin (GSignalInvocationHint *hint, guint n, const GValue *values, gpointer user_data)
{
  if (frame_start == 0)
    frame_start = read_clock (CLOCK_THREAD_CPUTIME_ID);

  return G_SOURCE_CONTINUE;
}

static gboolean
on_paint (GSignalInvocationHint *hint, guint n, const GValue *values, gpointer user_data)
{
  paint_start = read_clock (CLOCK_THREAD_CPUTIME_ID);

  return G_SOURCE_CONTINUE;
}

static gboolean
on_after_paint (GSignalInvocationHint *hint, guint n, const GValue *values, gpointer user_data)
{
  gint64 now = read_clock (CLOCK_THREAD_CPUTIME_ID);

  gint64 start = frame_start;
  gboolean painted = paint_start != 0;

  frame_start = 0;
  if (!painted)
    return G_SOURCE_CONTINUE;

  frames.n_frames++;
  frames.total += now - start;
  frames.longest = MAX (frames.longest, now - start);
  frames.longest_before_paint = MAX (frames.longest_before_paint, paint_start - start);
  paint_start = 0;

  if (!has_painted)
    tell_moment ("frame");
  has_painted = TRUE;
  if (!has_shown_host && find_row_of_any_window () != NULL)
    {
      has_shown_host = TRUE;
      tell_moment ("host");
    }

  return G_SOURCE_CONTINUE;
}

static void
tell_frames (void)
{
  g_print ("{\"frames\": %u, \"longest\": %.3f, \"before_paint\": %.3f, \"total\": %.3f, "
           "\"height\": %.0f}\n",
           frames.n_frames, frames.longest / 1e6, frames.longest_before_paint / 1e6,
           frames.total / 1e6, scrolled_to);
}

static gboolean
scroll_on (GtkWidget *scrolled, GdkFrameClock *clock, gpointer user_data)
{
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  double end = gtk_adjustment_get_upper (place) - gtk_adjustment_get_page_size (place);
  double now = gtk_adjustment_get_value (place);

  scrolled_to = now;
  if (now >= end)
    {
      tell_frames ();
      return G_SOURCE_REMOVE;
    }

  gtk_adjustment_set_value (place, MIN (now + STEP, end));

  return G_SOURCE_CONTINUE;
}

static void
scroll (void)
{
  GtkWidget *row = find_row_of_any_window ();
  GtkWidget *scrolled =
      row != NULL ? gtk_widget_get_ancestor (row, GTK_TYPE_SCROLLED_WINDOW) : NULL;

  frames = (Frames){ 0 };
  if (scrolled != NULL)
    gtk_widget_add_tick_callback (scrolled, scroll_on, NULL, NULL);
  else
    tell_frames ();
}

/* Returns: kilobytes, from the kernel's sum over all of the memory of this process */
static long
read_memory (const char *text, const char *name)
{
  const char *line = strstr (text, name);

  return line != NULL ? strtol (line + strlen (name), NULL, 10) : 0;
}

static void
look (void)
{
  g_autofree char *memory = NULL;
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkNative) window = g_list_model_get_item (windows, 0);
  GskRenderer *renderer = window != NULL ? gtk_native_get_renderer (window) : NULL;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &memory, NULL, NULL))
    memory = g_strdup ("");
  g_print ("{\"frames\": %u, \"rss\": %ld, \"pss\": %ld, \"private\": %ld, \"renderer\": \"%s\"}\n",
           frames.n_frames, read_memory (memory, "\nRss:"), read_memory (memory, "\nPss:"),
           read_memory (memory, "\nPrivate_Clean:") + read_memory (memory, "\nPrivate_Dirty:"),
           renderer != NULL ? G_OBJECT_TYPE_NAME (renderer) : "");
}

static gboolean
on_command (int fd, GIOCondition condition, gpointer user_data)
{
  char line[16] = { 0 };

  if (read (fd, line, sizeof line - 1) <= 0)
    return G_SOURCE_REMOVE;

  if (g_str_has_prefix (line, "scroll"))
    scroll ();
  else
    look ();

  return G_SOURCE_CONTINUE;
}

static void
add_hook (const char *signal, GSignalEmissionHook hook)
{
  g_signal_add_emission_hook (g_signal_lookup (signal, GDK_TYPE_FRAME_CLOCK), 0, hook, NULL, NULL);
}

__attribute__ ((constructor)) static void
set_up_probe (void)
{
  /* not for what the program starts */
  g_unsetenv ("LD_PRELOAD");
  setvbuf (stdout, NULL, _IOLBF, 0);

  g_type_class_ref (GDK_TYPE_FRAME_CLOCK);
  add_hook ("flush-events", on_begin);
  add_hook ("before-paint", on_begin);
  add_hook ("paint", on_paint);
  add_hook ("after-paint", on_after_paint);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_command, NULL);
}
