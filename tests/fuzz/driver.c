/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs a fuzz target where the compiler has no libFuzzer: first with all files in the folders that
 * are named, then with what it makes of them. An input that reaches new code is kept and changed
 * further.
 *
 *     fuzz-NAME [-seconds=N] [-seed=N] [-crash=FILE] FOLDER...
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
void __sanitizer_cov_trace_pc (void);

#define NO_COVERAGE __attribute__ ((no_sanitize_coverage, no_sanitize ("address", "undefined")))
#define MAP_SIZE 65536
#define LONGEST_INPUT 8192
#define MAX_CORPUS 4000

static guint8 map[MAP_SIZE];
static guint n_reached;
static guintptr last;
static gboolean is_tracing;

static guint8 input[LONGEST_INPUT];
static gsize input_length;
static const char *crash_path = "crash";
static GPtrArray *corpus; /* GBytes */

/* gcc calls this at every branch: what counts is the way from one to the next. */
NO_COVERAGE void
__sanitizer_cov_trace_pc (void)
{
  guintptr here = (guintptr) __builtin_return_address (0);
  guint slot = (here ^ (last << 1) ^ (here >> 16)) % MAP_SIZE;

  if (!is_tracing)
    return;

  if (map[slot] == 0)
    n_reached++;
  map[slot] = 1;
  last = here;
}

static NO_COVERAGE void
on_crash (int number)
{
  int fd = g_open (crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  if (fd >= 0 && write (fd, input, input_length) == (gssize) input_length)
    close (fd);
  signal (number, SIG_DFL);
  raise (number);
}

static NO_COVERAGE void
run (void)
{
  guint before = n_reached;
  /* so that an access behind the end is seen */
  g_autofree guint8 *copy = g_memdup2 (input, MAX (input_length, 1));

  last = 0;
  is_tracing = TRUE;
  LLVMFuzzerTestOneInput (copy, input_length);
  is_tracing = FALSE;
  if (n_reached > before && corpus->len < MAX_CORPUS)
    g_ptr_array_add (corpus, g_bytes_new (input, input_length));
}

static NO_COVERAGE void
take (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  input_length = MIN (length, LONGEST_INPUT);
  memcpy (input, data, input_length);
}

static NO_COVERAGE void
erase (GRand *random, gsize at)
{
  gsize wanted = g_rand_int_range (random, 1, 32);
  gsize length = MIN (wanted, input_length - at);

  memmove (input + at, input + at + length, input_length - at - length);
  input_length -= length;
}

static NO_COVERAGE void
insert (GRand *random, const guint8 *data, gsize length)
{
  gsize at = g_rand_int_range (random, 0, input_length + 1);

  length = MIN (length, LONGEST_INPUT - input_length);
  memmove (input + at + length, input + at, input_length - at);
  memcpy (input + at, data, length);
  input_length += length;
}

static NO_COVERAGE GBytes *
pick (GRand *random)
{
  return g_ptr_array_index (corpus, g_rand_int_range (random, 0, corpus->len));
}

/* Takes a piece of another input, perhaps of the same one. */
static NO_COVERAGE void
splice (GRand *random)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (pick (random), &length);
  gsize wanted = g_rand_int_range (random, 1, 64);
  gsize at;

  if (length == 0)
    return;

  at = g_rand_int_range (random, 0, length);
  insert (random, data + at, MIN (length - at, wanted));
}

static NO_COVERAGE void
mutate (GRand *random)
{
  static const char marks[] = "{}[]\"\\:,=&%/?#.|\n\r\t\0-+eE09<>' ;@";
  guint8 byte = (guint8) g_rand_int (random);
  gsize at = input_length > 0 ? (gsize) g_rand_int_range (random, 0, input_length) : 0;

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      if (input_length > 0)
        input[at] ^= 1 << (byte & 7);
      break;
    case 1:
      if (input_length > 0)
        input[at] = byte;
      break;
    case 2:
      byte = (guint8) marks[byte % (sizeof marks - 1)];
      insert (random, &byte, 1);
      break;
    case 3:
      erase (random, at);
      break;
    default:
      splice (random);
    }
}

static NO_COVERAGE void
read_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *data = NULL;
      gsize length;

      if (!g_file_get_contents (file, &data, &length, NULL))
        continue;

      input_length = MIN (length, LONGEST_INPUT);
      memcpy (input, data, input_length);
      run ();
      g_ptr_array_add (corpus, g_bytes_new (input, input_length));
    }
}

NO_COVERAGE int
main (int argc, char **argv)
{
  gint64 seconds = 20;
  guint32 seed = g_random_int ();
  guint64 n_runs = 0;
  gint64 end;
  g_autoptr (GRand) random = NULL;

  corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LLVMFuzzerInitialize (&argc, &argv);
  signal (SIGABRT, on_crash);
  signal (SIGSEGV, on_crash);
  signal (SIGTRAP, on_crash);

  for (int i = 1; i < argc; i++)
    {
      if (g_str_has_prefix (argv[i], "-seconds="))
        seconds = g_ascii_strtoll (argv[i] + strlen ("-seconds="), NULL, 10);
      else if (g_str_has_prefix (argv[i], "-seed="))
        seed = (guint32) g_ascii_strtoull (argv[i] + strlen ("-seed="), NULL, 10);
      else if (g_str_has_prefix (argv[i], "-crash="))
        crash_path = argv[i] + strlen ("-crash=");
      else
        read_folder (argv[i]);
    }
  g_ptr_array_add (corpus, g_bytes_new ("", 0));

  random = g_rand_new_with_seed (seed);
  end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < end)
    {
      for (guint i = 0; i < 100; i++, n_runs++)
        {
          take (pick (random));
          for (int n = g_rand_int_range (random, 1, 6); n > 0; n--)
            mutate (random);
          run ();
        }
    }

  g_print ("%s: %" G_GUINT64_FORMAT " runs, %u inputs reach %u ways, seed %u\n",
           g_get_prgname () != NULL ? g_get_prgname () : argv[0], n_runs, corpus->len, n_reached,
           seed);

  g_ptr_array_unref (corpus);

  return 0;
}
