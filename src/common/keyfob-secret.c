/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-secret.h"

#include <string.h>
#include <sys/random.h>

#define MAX_RANDOM 64

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
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

KeyfobSecret *
keyfob_secret_random (gsize n_bytes)
{
  guint8 bytes[MAX_RANDOM];
  char *text;

  g_return_val_if_fail (n_bytes <= MAX_RANDOM, NULL);

  /* up to 256 bytes come whole or not at all, getrandom(2) */
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes)
    return NULL;

  text = base64url (bytes, n_bytes);
  explicit_bzero (bytes, sizeof bytes);

  return text;
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
