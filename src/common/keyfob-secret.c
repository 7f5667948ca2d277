/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For MADV_DONTDUMP. */
#define _GNU_SOURCE

#include "keyfob-config-build.h"

#include "keyfob-secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

#define MAX_RANDOM 64

/* The arena: room for the tokens of some dozen hosts, well below what a user may lock (8 MiB, or 64
 * KiB on old systems, where it stays unlocked). */
#define UNIT 64
#define N_UNITS 4096

static GMutex mutex;
static char *arena;           /* %NULL before the first secret; MAP_FAILED where there is none */
static guint16 runs[N_UNITS]; /* how many units a secret has, at its first */

void
keyfob_secret_keep_memory_private (void)
{
  struct rlimit limit;

  if (prctl (PR_SET_DUMPABLE, 0) < 0)
    g_message ("The memory of this program cannot be kept private: %s", g_strerror (errno));

  /* a system can have core files of private programs, too, which root may read; a program that is
   * started from here can raise the limit again */
  if (getrlimit (RLIMIT_CORE, &limit) == 0)
    {
      limit.rlim_cur = 0;
      setrlimit (RLIMIT_CORE, &limit);
    }
}

void
keyfob_secret_let_leak_check_in (void)
{
#ifdef __SANITIZE_ADDRESS__
  prctl (PR_SET_DUMPABLE, 1);
#endif
}

static void
make_arena (void)
{
  arena = mmap (NULL, UNIT * N_UNITS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (arena == MAP_FAILED)
    return;

  if (mlock (arena, UNIT * N_UNITS) < 0)
    g_debug ("Secrets may get to the swap: %s", g_strerror (errno));
  if (madvise (arena, UNIT * N_UNITS, MADV_DONTDUMP) < 0
      || madvise (arena, UNIT * N_UNITS, MADV_WIPEONFORK) < 0)
    g_debug ("Secrets may get to core files or children: %s", g_strerror (errno));
}

/* Returns: (nullable): room for @size bytes */
static char *
take_units (gsize size)
{
  const gsize wanted = (size + UNIT - 1) / UNIT;
  gsize found = 0;

  if (arena == NULL)
    make_arena ();
  if (arena == MAP_FAILED)
    return NULL;

  for (gsize i = 0; i < N_UNITS;)
    {
      if (runs[i] != 0)
        {
          i += runs[i];
          found = 0;
        }
      else if (i++, ++found == wanted)
        {
          runs[i - wanted] = wanted;
          return arena + (i - wanted) * UNIT;
        }
    }

  return NULL;
}

KeyfobSecret *
keyfob_secret_new (const char *text)
{
  const gsize size = text != NULL ? strlen (text) + 1 : 0;
  char *secret;

  if (text == NULL)
    return NULL;

  g_mutex_lock (&mutex);
  secret = take_units (size);
  g_mutex_unlock (&mutex);

  return secret != NULL ? memcpy (secret, text, size) : g_strdup (text);
}

static char *
base64url (const guint8 *bytes, gsize n_bytes)
{
  char *text = g_base64_encode (bytes, n_bytes);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';

  return text;
}

void
keyfob_secret_free (KeyfobSecret *secret)
{
  if (secret == NULL)
    return;

  explicit_bzero (secret, strlen (secret));
  g_mutex_lock (&mutex);
  if (arena != NULL && arena != MAP_FAILED && secret >= arena && secret < arena + UNIT * N_UNITS)
    runs[(secret - arena) / UNIT] = 0;
  else
    g_free (secret);
  g_mutex_unlock (&mutex);
}

KeyfobSecret *
keyfob_secret_random (gsize n_bytes)
{
  guint8 bytes[MAX_RANDOM];
  g_autoptr (KeyfobSecret) text = NULL;

  g_return_val_if_fail (n_bytes <= MAX_RANDOM, NULL);

  /* up to 256 bytes come whole or not at all, getrandom(2) */
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes)
    return NULL;

  text = base64url (bytes, n_bytes);
  explicit_bzero (bytes, sizeof bytes);

  return keyfob_secret_new (text);
}

char *
keyfob_secret_challenge (const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) verifier, -1);
  g_checksum_get_digest (checksum, digest, &length);

  return base64url (digest, length);
}
