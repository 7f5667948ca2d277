/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-store.h"
#include "manual-clock.h"

G_BEGIN_DECLS

#define NOW G_GINT64_CONSTANT (1800000000)

/**
 * FileCase:
 * @folder: a new folder
 * @path: a token file in it that is not there yet
 * @clock: stands at NOW
 * @store: the store of @path
 * @n_changes: how often it has said that others changed it
 * @reports: what it had to report, `name: sentence` each
 *
 * The fixture of tests of a file store.
 */
typedef struct
{
  char *folder;
  char *path;
  ManualClock *clock;
  KeyfobTokenStore *store;
  guint n_changes;
  GPtrArray *reports;
} FileCase;

void file_case_set_up (FileCase *fixture, gconstpointer data);
void file_case_tear_down (FileCase *fixture, gconstpointer data);

/** @object: (transfer full): a store */
void file_case_assert_goes_away (gpointer object);

/** Puts the result into the GAsyncResult pointer that @user_data points to. */
void file_case_got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);
void file_case_wait_for (GAsyncResult **result);

KeyfobConfig *file_case_host (const char *url);
KeyfobToken *file_case_token (const char *access_token, gint64 expires);

gboolean
file_case_look_up (FileCase *fixture, const char *url, KeyfobToken **found, GError **error);
gboolean
file_case_save (FileCase *fixture, const char *url, const char *access_token, GError **error);
gboolean file_case_remove_host (FileCase *fixture, const char *url, GError **error);

/** @access_token: (nullable): the one that is found; %NULL where there is none */
void file_case_assert_stored (FileCase *fixture, const char *url, const char *access_token);

/** The last report is called @name and says @part. */
void file_case_assert_reported (FileCase *fixture, const char *name, const char *part);

/** Writes the file, private to the user. */
void file_case_put (FileCase *fixture, const char *content);

/** Writes it as Python does, with one token, of https://a.example. */
void file_case_put_as_python (FileCase *fixture, const char *access_token);
char *file_case_get (FileCase *fixture);

/** Returns: (transfer full) (nullable): path of what was set aside */
char *file_case_find_copy (FileCase *fixture);

G_END_DECLS
