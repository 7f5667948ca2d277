/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bearer-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-secret.h"

#define SUFFIX ".token"
#define LONGEST_NAME 100 /* characters of a URL in the name of a file */

typedef struct
{
  char *path;
  char *digest; /* (nullable): of what is in the files; NULL where they are not there */
} Entry;

struct _KeyfobBearerFiles
{
  char *runtime; /* (nullable) */
  char *folder;  /* (nullable) */
  int fd;        /* of the folder, with a lock on it, while files are kept; else -1 */
  gboolean closed;
  GHashTable *entries; /* URL → Entry */
  char *wlcg_path;     /* (nullable) */
  char *wlcg_url;      /* (nullable): whose token is in it */
};

static void
entry_free (gpointer entry)
{
  g_free (((Entry *) entry)->path);
  g_free (((Entry *) entry)->digest);
  g_free (entry);
}

static gboolean
set_error (GError **error, const char *path, const char *format)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GString) sentence = g_string_new (format);

  g_string_replace (sentence, "%s", name, 1);
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, sentence->str);

  return FALSE;
}

static gboolean
set_errno_error (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("There can be no bearer token file in %s: %s."), name, g_strerror (code));

  return FALSE;
}

static char *
dup_digest (const char *content)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
}

/* Returns: (nullable): the digest of a regular file of this user; %NULL where there is none */
static char *
dup_file_digest (const char *path)
{
  g_autoptr (KeyfobSecret) content = NULL;
  struct stat info;
  gsize length;
  int fd = keyfob_file_open (path, KEYFOB_FILE_MAX, &info, NULL);

  if (fd >= 0)
    {
      keyfob_file_read_fd (fd, info.st_size, &content, &length);
      close (fd);
    }

  return content != NULL ? dup_digest (content) : NULL;
}

/* What is in the folder of Keyfob with a name of Keyfob is ours, unless it is no file, or one of
 * another user. `bt_uUID` can be of any program: ours is known by what is in it. */
static gboolean
is_ours (KeyfobBearerFiles *self, const char *path, const char *digest)
{
  g_autofree char *found = NULL;
  struct stat info;

  if (lstat (path, &info) < 0 || !S_ISREG (info.st_mode) || info.st_uid != geteuid ())
    return FALSE;
  if (!g_str_equal (path, self->wlcg_path))
    return TRUE;

  found = dup_file_digest (path);

  return digest != NULL && g_strcmp0 (found, digest) == 0;
}

static gboolean
check_place (KeyfobBearerFiles *self, const char *path, const char *digest, GError **error)
{
  struct stat info;

  if ((lstat (path, &info) < 0 && errno == ENOENT) || is_ours (self, path, digest))
    return TRUE;

  return set_error (error, path,
                    _ ("%s is there already and not from Keyfob, which leaves it alone. Remove it "
                       "first."));
}

static void
remove_file (KeyfobBearerFiles *self, const char *path, const char *digest)
{
  if (is_ours (self, path, digest) && unlink (path) < 0)
    g_message ("The bearer token file %s cannot be removed: %s", path, g_strerror (errno));
}

static gboolean
has_wlcg (KeyfobBearerFiles *self, const char *url)
{
  return g_strcmp0 (self->wlcg_url, url) == 0;
}

static void
remove_files (KeyfobBearerFiles *self, const char *url, Entry *entry)
{
  if (entry->digest == NULL)
    return;

  if (has_wlcg (self, url))
    remove_file (self, self->wlcg_path, entry->digest);
  remove_file (self, entry->path, entry->digest);
  g_clear_pointer (&entry->digest, g_free);
}

/* Also what a crash has left before it was renamed. */
static GPtrArray *
list_left (const char *folder, const char *suffix, const char *temporary)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if ((*name != '.' && suffix != NULL && g_str_has_suffix (name, suffix))
          || (*name == '.' && strstr (name, temporary) != NULL))
        g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
    }

  return paths;
}

/* Only while the folder is locked, so that no living agent loses its files. */
static void
remove_left (KeyfobBearerFiles *self)
{
  g_autofree char *name = g_path_get_basename (self->wlcg_path);
  g_autofree char *temporary = g_strconcat (name, ".keyfob-", NULL);
  g_autoptr (GPtrArray) files = list_left (self->folder, SUFFIX, SUFFIX ".keyfob-");
  g_autoptr (GPtrArray) others = list_left (self->runtime, NULL, temporary);

  for (guint i = 0; i < files->len; i++)
    {
      const char *path = g_ptr_array_index (files, i);
      g_autofree char *digest = dup_file_digest (path);

      remove_file (self, self->wlcg_path, digest);
      remove_file (self, path, digest);
    }
  for (guint i = 0; i < others->len; i++)
    remove_file (self, g_ptr_array_index (others, i), NULL);
}

/* No other user may put something in the place of our files. */
static gboolean
check_runtime (KeyfobBearerFiles *self, GError **error)
{
  struct stat info;

  if (self->runtime == NULL)
    {
      g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                           _ ("There is no folder for a bearer token file: XDG_RUNTIME_DIR is not "
                              "set. Log in so that it is, as by pam_systemd."));
      return FALSE;
    }
  if (stat (self->runtime, &info) < 0)
    return set_errno_error (error, self->runtime, errno);
  if (S_ISDIR (info.st_mode) && info.st_uid == geteuid () && (info.st_mode & 022) == 0)
    return TRUE;

  return set_error (error, self->runtime,
                    _ ("There can be no bearer token file in %s, since other users can write "
                       "there, or own it. Set XDG_RUNTIME_DIR to a folder of your own."));
}

static gboolean
lock_folder (KeyfobBearerFiles *self, int fd, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) < 0)
    return set_errno_error (error, self->folder, errno);
  if (info.st_uid != geteuid ())
    return set_error (
        error, self->folder,
        _ ("%s belongs to another user, so there can be no bearer token file in it."));
  if ((info.st_mode & 077) != 0 && fchmod (fd, 0700) < 0)
    return set_errno_error (error, self->folder, errno);
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;

  if (errno != EWOULDBLOCK)
    return set_errno_error (error, self->folder, errno);

  return set_error (error, self->folder,
                    _ ("Another agent of yours keeps bearer token files in %s already. Stop them "
                       "there first."));
}

/* Opens the folder and takes it over from an agent that has crashed. */
static gboolean
open_folder (KeyfobBearerFiles *self, GError **error)
{
  int fd;

  if (self->fd >= 0)
    return TRUE;

  fd = open (self->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return set_errno_error (error, self->folder, errno);
  if (!lock_folder (self, fd, error))
    {
      close (fd);
      return FALSE;
    }

  self->fd = fd;
  remove_left (self);

  return TRUE;
}

static void
close_folder (KeyfobBearerFiles *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static gboolean
write_file (KeyfobBearerFiles *self,
            const char *path,
            const char *digest,
            const char *content,
            GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!check_place (self, path, digest, error))
    return FALSE;
  if (keyfob_file_replace (path, content, strlen (content), &cause))
    return TRUE;

  remove_file (self, path, digest);
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The bearer token file cannot be written: %s"), cause->message);

  return FALSE;
}

KeyfobBearerFiles *
keyfob_bearer_files_new (const char *folder)
{
  KeyfobBearerFiles *self = g_new0 (KeyfobBearerFiles, 1);
  g_autofree char *wlcg_name = g_strdup_printf ("bt_u%u", (guint) geteuid ());

  self->fd = -1;
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  if (folder == NULL || !g_path_is_absolute (folder))
    return self;

  self->runtime = g_strdup (folder);
  self->folder = g_build_filename (folder, "keyfob", NULL);
  self->wlcg_path = g_build_filename (folder, wlcg_name, NULL);
  if (check_runtime (self, NULL) && open_folder (self, NULL))
    close_folder (self);

  return self;
}

void
keyfob_bearer_files_free (KeyfobBearerFiles *self)
{
  keyfob_bearer_files_close (self);
  g_hash_table_unref (self->entries);
  g_free (self->runtime);
  g_free (self->folder);
  g_free (self->wlcg_path);
  g_free (self);
}

char *
keyfob_bearer_files_dup_name (const char *url)
{
  gboolean clear = g_str_has_prefix (url, "https://");
  const char *rest = strstr (url, "://");
  g_autofree char *name = g_strdup (rest != NULL ? rest + strlen ("://") : url);
  g_autofree char *digest = NULL;

  clear = clear && g_ascii_isalnum (*name) && strlen (name) <= LONGEST_NAME;
  for (char *c = name; *c != '\0'; c++)
    {
      if (*c == ':')
        *c = '+';
      else if (strchr ("/.-", *c) == NULL && !g_ascii_isalnum (*c))
        clear = FALSE;
    }
  g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".+-", '_');
  if (clear)
    return g_strconcat (name, SUFFIX, NULL);

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
  if (*name == '.' || *name == '-')
    *name = '_';

  return g_strdup_printf ("%.*s~%.12s" SUFFIX, LONGEST_NAME, name, digest);
}

/* Returns: whether @url may have the one file of WLCG Bearer Token Discovery */
static gboolean
check_wlcg (KeyfobBearerFiles *self, const char *url, Entry *entry, GError **error)
{
  if (self->wlcg_url != NULL && !has_wlcg (self, url))
    {
      g_autofree char *name = g_filename_display_name (self->wlcg_path);

      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                   _ ("%s has the token of %s, and there is only one such file. Stop that one "
                      "first."),
                   name, self->wlcg_url);
      return FALSE;
    }

  return check_place (self, self->wlcg_path,
                      entry != NULL && has_wlcg (self, url) ? entry->digest : NULL, error);
}

static gboolean
make_folder (KeyfobBearerFiles *self, GError **error)
{
  if (!check_runtime (self, error))
    return FALSE;
  if (mkdir (self->folder, 0700) < 0 && errno != EEXIST)
    return set_errno_error (error, self->folder, errno);

  return open_folder (self, error);
}

static Entry *
add_entry (KeyfobBearerFiles *self, const char *url)
{
  g_autofree char *name = keyfob_bearer_files_dup_name (url);
  Entry *entry = g_new0 (Entry, 1);

  entry->path = g_build_filename (self->folder, name, NULL);
  g_hash_table_insert (self->entries, g_strdup (url), entry);

  return entry;
}

gboolean
keyfob_bearer_files_keep (KeyfobBearerFiles *self, const char *url, gboolean wlcg, GError **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, url);

  if (self->closed)
    {
      g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                           _ ("Keyfob’s agent is ending. Try again in a moment."));
      return FALSE;
    }
  if (!make_folder (self, error))
    return FALSE;
  if (wlcg && !check_wlcg (self, url, entry, error))
    {
      if (!keyfob_bearer_files_is_needed (self))
        close_folder (self);
      return FALSE;
    }

  if (entry == NULL)
    entry = add_entry (self, url);
  if (wlcg && !has_wlcg (self, url))
    self->wlcg_url = g_strdup (url);

  return TRUE;
}

static gboolean
are_there (KeyfobBearerFiles *self, const char *url, Entry *entry)
{
  return is_ours (self, entry->path, entry->digest)
         && (!has_wlcg (self, url) || is_ours (self, self->wlcg_path, entry->digest));
}

gboolean
keyfob_bearer_files_put (KeyfobBearerFiles *self,
                         const char *url,
                         const char *token,
                         GError **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, url);
  g_autoptr (KeyfobSecret) content = token != NULL ? g_strconcat (token, "\n", NULL) : NULL;
  g_autofree char *digest = content != NULL ? dup_digest (content) : NULL;
  gboolean done = TRUE;

  if (entry == NULL)
    return TRUE;
  if (content == NULL)
    {
      remove_files (self, url, entry);
      return TRUE;
    }
  if (g_strcmp0 (digest, entry->digest) == 0 && are_there (self, url, entry))
    return TRUE;

  done = write_file (self, entry->path, entry->digest, content, error);
  if (has_wlcg (self, url)
      && !write_file (self, self->wlcg_path, entry->digest, content, done ? error : NULL))
    done = FALSE;
  g_free (entry->digest);
  entry->digest = g_steal_pointer (&digest);

  return done;
}

void
keyfob_bearer_files_drop (KeyfobBearerFiles *self, const char *url)
{
  Entry *entry = g_hash_table_lookup (self->entries, url);

  if (entry == NULL)
    return;

  remove_files (self, url, entry);
  if (has_wlcg (self, url))
    g_clear_pointer (&self->wlcg_url, g_free);
  g_hash_table_remove (self->entries, url);
  if (!keyfob_bearer_files_is_needed (self))
    close_folder (self);
}

void
keyfob_bearer_files_close (KeyfobBearerFiles *self)
{
  g_autofree const char **urls =
      (const char **) g_hash_table_get_keys_as_array (self->entries, NULL);

  self->closed = TRUE;
  for (guint i = 0; urls[i] != NULL; i++)
    keyfob_bearer_files_drop (self, urls[i]);
}

gboolean
keyfob_bearer_files_is_kept (KeyfobBearerFiles *self, const char *url)
{
  return g_hash_table_contains (self->entries, url);
}

gboolean
keyfob_bearer_files_is_needed (KeyfobBearerFiles *self)
{
  return g_hash_table_size (self->entries) > 0;
}

GStrv
keyfob_bearer_files_dup_paths (KeyfobBearerFiles *self, const char *url)
{
  Entry *entry = g_hash_table_lookup (self->entries, url);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv paths;

  if (entry != NULL)
    g_strv_builder_add (builder, entry->path);
  if (entry != NULL && has_wlcg (self, url))
    g_strv_builder_add (builder, self->wlcg_path);
  paths = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  return paths;
}
