/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-host-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "wait.h"

#define URL "https://data.example.org"
#define NOON G_GINT64_CONSTANT (1795435200) /* 2026-11-23T12:00:00Z */
#define HOUR (60 * 60)

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean *flushed = user_data;

  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error);
  g_assert_no_error (error);
  *flushed = TRUE;
}

static void
flush (KeyfobHostFile *file)
{
  gboolean flushed = FALSE;

  keyfob_host_file_flush_async (file, NULL, on_flushed, &flushed);
  wait_while (!flushed || g_main_context_pending (NULL));
}

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "hosts.ini", NULL);
}

static KeyfobHostFile *
new_file (const char *path)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();

  return keyfob_host_file_new (path, clock);
}

/* Returns: (nullable): what the file has for the host now */
static char *
dup_stored_use (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL));

  return g_key_file_get_string (keys, URL, "last-used", NULL);
}

static gint64
load_use (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (GPtrArray) entries = keyfob_host_file_load (file, NULL);
  KeyfobHostEntry *entry;

  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (keyfob_config_get_base_url (entry->config), ==, URL);

  return entry->last_used;
}

static void
test_use_is_kept (void)
{
  g_autofree char *path = dup_path ();
  KeyfobHostFile *file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autofree char *text = NULL;

  keyfob_host_file_set (file, config, "alice");
  keyfob_host_file_note_used (file, config, NOON);
  keyfob_host_file_set (file, config, "bob");
  flush (file);

  text = dup_stored_use ();
  g_assert_cmpstr (text, ==, "2026-11-23T12:00:00Z");
  g_assert_cmpint (load_use (), ==, NOON);
  g_assert_finalize_object (file);
}

static void
test_use_is_written_now_and_then (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);

  keyfob_host_file_set (file, config, "");
  keyfob_host_file_note_used (file, config, NOON);
  for (int hour = 1; hour < 12; hour++)
    keyfob_host_file_note_used (file, config, NOON + hour * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON);

  keyfob_host_file_note_used (file, config, NOON + 12 * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON + 12 * HOUR);

  /* a clock that was set back */
  keyfob_host_file_note_used (file, config, NOON - 12 * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON - 12 * HOUR);
}

static void
test_use_that_is_no_time (void)
{
  static const char *const texts[] = {
    "", "never", "1795435200", "2026-13-01T00:00:00Z", "1700-01-01T00:00:00Z", "\xFF"
  };
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *content = g_strdup_printf ("[%s]\nlast-used=%s\n", URL, texts[i]);

      g_assert_true (g_file_set_contents (path, content, -1, NULL));
      g_assert_cmpint (load_use (), ==, 0);
    }
}

static void
test_use_by_the_time_of_a_person (void)
{
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  g_assert_true (
      g_file_set_contents (path, "[" URL "]\nlast-used=2026-11-23T13:00:00+01:00\n", -1, NULL));
  g_assert_cmpint (load_use (), ==, NOON);
}

static void
write_text (const char *text)
{
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_text (const char *expected)
{
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* Returns: (transfer full): the options of the only host after a start, as text */
static char *
load_options (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (GPtrArray) entries = keyfob_host_file_load (file, NULL);
  g_autoptr (GVariant) options = NULL;

  g_assert_cmpuint (entries->len, ==, 1);
  options = g_variant_ref_sink (
      keyfob_config_to_options (((KeyfobHostEntry *) g_ptr_array_index (entries, 0))->config));

  return g_variant_print (options, FALSE);
}

#define TWO_SPELLINGS "[HTTPS://Data.Example.org/]\nname=First\n[" URL "]\nname=Second\n"

static void
test_two_spellings_change (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (URL, g_variant_new_parsed ("{'name': <'Third'>}"), NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  write_text (TWO_SPELLINGS);
  before = load_options ();
  g_assert_cmpstr (before, ==, "{'name': <'First'>}");

  entries = keyfob_host_file_load (file, NULL);
  keyfob_host_file_set (file, config, "");
  flush (file);
  after = load_options ();
  g_assert_cmpstr (after, ==, "{'name': <'Third'>}");
}

static void
test_two_spellings_remove (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobHostFile) next = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  write_text (TWO_SPELLINGS);
  before = keyfob_host_file_load (file, NULL);
  keyfob_host_file_remove (file, config);
  flush (file);

  after = keyfob_host_file_load (next, NULL);
  g_assert_cmpuint (after->len, ==, 0);
}

static void
test_default_is_kept (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (KeyfobConfig) config = NULL;
  g_autofree char *options = NULL;

  write_text ("[" URL "]\nname=Data\ntimeout=60\ndevice-flow=false\nlogin-route=in\n"
              "redirect-ports=1;2;\nunknown=stays\n");
  entries = keyfob_host_file_load (file, NULL);
  config = keyfob_config_with_options (
      ((KeyfobHostEntry *) g_ptr_array_index (entries, 0))->config,
      g_variant_new_parsed ("{'name': <''>, 'timeout': <@u 300>, 'device-flow': <true>,"
                            " 'login-route': <''>,"
                            " 'redirect-ports': <@aq [53100, 53101, 53102, 53103, 53104, 53105]>}"),
      NULL);
  keyfob_host_file_set (file, config, "");
  flush (file);

  options = load_options ();
  g_assert_cmpstr (options, ==, "{}");
}

#define NOTES KEYFOB_HOST_NOTE_PORTS "=1\n"

/* What a program notes by itself does not bring back what was removed; what a person sets does. */
static void
test_removed_elsewhere (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *options = NULL;

  write_text ("[" URL "]\nname=Data\n[https://other.example.org]\n");
  entries = keyfob_host_file_load (file, NULL);
  write_text ("[https://other.example.org]\nname=Other\n");
  keyfob_host_file_set_note (file, config, KEYFOB_HOST_NOTE_PORTS, "1");
  flush (file);
  options = load_options ();
  g_assert_cmpstr (options, ==, "{'name': <'Other'>}");

  write_text ("[https://third.example.org]\n");
  keyfob_host_file_set (file, ((KeyfobHostEntry *) g_ptr_array_index (entries, 0))->config, "");
  flush (file);
  assert_text ("[https://third.example.org]\n\n[" URL "]\nname=Data\n" NOTES "account=\n");
}

static void
test_last_is_removed_elsewhere (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobHostFile) other = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) other_entries = NULL;

  write_text ("[" URL "]\nname=Data\n");
  entries = keyfob_host_file_load (file, NULL);
  other_entries = keyfob_host_file_load (other, NULL);
  keyfob_host_file_remove (other, config);
  flush (other);
  keyfob_host_file_set_note (file, config, KEYFOB_HOST_NOTE_PORTS, "1");
  flush (file);
  assert_text ("\n");
}

/* An editor may empty the file for a moment. */
static void
test_emptied_elsewhere (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) entries = NULL;

  write_text ("[" URL "]\nname=Data\n");
  entries = keyfob_host_file_load (file, NULL);
  write_text ("");
  keyfob_host_file_set_note (file, config, KEYFOB_HOST_NOTE_PORTS, "1");
  flush (file);
  assert_text ("[" URL "]\nname=Data\n" NOTES);
}

static void
on_flush_refused (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean *flushed = user_data;

  g_assert_false (keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  *flushed = TRUE;
}

static void
test_unreadable_is_left_alone (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *problem = NULL;
  gboolean flushed = FALSE;

  /* a link to itself: nobody can read it, not even root, and a write would replace it */
  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  g_assert_no_errno (symlink ("hosts.ini", path));
  entries = keyfob_host_file_load (file, &problem);
  g_assert_cmpuint (entries->len, ==, 0);
  g_assert_nonnull (problem);

  keyfob_host_file_set (file, config, "");
  keyfob_host_file_flush_async (file, NULL, on_flush_refused, &flushed);
  wait_while (!flushed);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
}

/* Found by tests/fuzz: values for which GKeyFile gives nothing, or something beside an error. */
static void
test_odd_values (void)
{
  static const char *const groups[] = {
    "[https://a.example]\nredirect-ports=\n",
    "[https://a.example]\nname=\\q\n[https://b.example]\nissuer=\\\n",
    "[http://t:!]\ntimeout=9\xa3#9\n",
    "[https://a.example]\nname=\xff\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_autofree char *path = dup_path ();
      g_autoptr (KeyfobHostFile) file = new_file (path);
      g_autoptr (GPtrArray) entries = NULL;
      g_autofree char *problem = NULL;

      g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
      g_assert_true (g_file_set_contents (path, groups[i], -1, NULL));
      entries = keyfob_host_file_load (file, &problem);
      g_assert_cmpuint (entries->len, ==, 0);
      g_assert_nonnull (problem);
      g_assert_true (g_utf8_validate (problem, -1, NULL));
    }
}

/* A file of megabytes, whether its hosts are good or not, is read without much ado. */
static void
test_too_many_hosts (void)
{
  static const struct
  {
    const char *options;
    guint n_read;
    guint n_lines;
  } files[] = {
    { "name=", KEYFOB_HOST_FILE_MOST, 1 },
    { "timeout=x", 0, 20 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = dup_path ();
      g_autoptr (KeyfobHostFile) file = new_file (path);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) entries = NULL;
      g_autofree char *problem = NULL;
      g_auto (GStrv) lines = NULL;

      for (int n = 0; n < 3000; n++)
        g_string_append_printf (text, "[https://h%d.example]\n%s\n", n, files[i].options);
      g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
      g_assert_true (g_file_set_contents (path, text->str, -1, NULL));

      entries = keyfob_host_file_load (file, &problem);
      lines = g_strsplit (problem, "\n", -1);
      g_assert_cmpuint (entries->len, ==, files[i].n_read);
      g_assert_cmpuint (g_strv_length (lines), ==, files[i].n_lines);
    }
}

static void
test_byte_order_mark (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *problem = NULL;

  write_text ("\xEF\xBB\xBF[" URL "]\nname=Data\n");
  entries = keyfob_host_file_load (file, &problem);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_null (problem);

  /* as an editor leaves it while this program runs */
  write_text ("\xEF\xBB\xBF[" URL "]\nname=Data\nnote=Mine\n");
  keyfob_host_file_set_note (file, config, KEYFOB_HOST_NOTE_PORTS, "1");
  flush (file);
  assert_text ("[" URL "]\nname=Data\nnote=Mine\n" NOTES);
}

/* A group that is no address, or a line that cannot be read, costs nothing of what is behind it. */
static void
test_large_damaged_file (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *problem = NULL;

  for (int n = 0; n < 3000; n++)
    g_string_append_printf (text, "[a word %d]\na=1\n\n", n);
  g_string_append (text, "bad line\n[" URL "]\ntimeout=60\n[https://h.example.org]\ntimeout=x\n");
  write_text (text->str);

  entries = keyfob_host_file_load (file, &problem);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_nonnull (strstr (problem, "could not be read in line 9001,"));
  g_assert_nonnull (strstr (problem, "The host in line 9004 of "));
}

static void
test_reads_0_1 (void)
{
  static const struct
  {
    const char *url;
    const char *account;
    gint64 last_used;
    const char *options;
  } hosts[] = {
    { "https://data.example.org/api", "alice", NOON, "@a{sv} {}" },
    { "http://[::1]:8080", "", 0, "{'store': <'file'>}" },
    { "http://intranet.example.org:8000", "Bob Example", 0,
      "{'name': <' a; b '>, 'login-route': <'in'>, 'token-route': <'t'>, 'device-route': <'d'>,"
      " 'logout-route': <'out'>, 'userinfo-route': <'who'>, 'redirect-ports': <@aq [4000, 65535]>,"
      " 'timeout': <@u 60>, 'scope': <'openid profile'>, 'issuer': <'https://id.example.org/'>,"
      " 'server-pkce': <true>, 'device-flow': <false>, 'allow-http': <true>,"
      " 'store': <'/srv/my tokens.json'>}" },
  };
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "state", "data", "hosts-0.1.ini", NULL);
  g_autoptr (KeyfobHostFile) file = new_file (path);
  g_autoptr (GPtrArray) entries = keyfob_host_file_load (file, NULL);

  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (hosts));
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      KeyfobHostEntry *entry = g_ptr_array_index (entries, i);
      g_autoptr (KeyfobConfig) expected =
          keyfob_config_new (hosts[i].url, g_variant_new_parsed (hosts[i].options), NULL);
      g_autoptr (GVariant) found = g_variant_ref_sink (keyfob_config_to_options (entry->config));
      g_autoptr (GVariant) wanted = g_variant_ref_sink (keyfob_config_to_options (expected));

      g_assert_cmpstr (keyfob_config_get_base_url (entry->config), ==, hosts[i].url);
      g_assert_cmpstr (entry->account, ==, hosts[i].account);
      g_assert_cmpint (entry->last_used, ==, hosts[i].last_used);
      g_assert_cmpvariant (found, wanted);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/host-file/use-is-kept", test_use_is_kept);
  g_test_add_func ("/host-file/use-is-written-now-and-then", test_use_is_written_now_and_then);
  g_test_add_func ("/host-file/use-that-is-no-time", test_use_that_is_no_time);
  g_test_add_func ("/host-file/use-by-the-time-of-a-person", test_use_by_the_time_of_a_person);
  g_test_add_func ("/host-file/two-spellings-change", test_two_spellings_change);
  g_test_add_func ("/host-file/two-spellings-remove", test_two_spellings_remove);
  g_test_add_func ("/host-file/default-is-kept", test_default_is_kept);
  g_test_add_func ("/host-file/removed-elsewhere", test_removed_elsewhere);
  g_test_add_func ("/host-file/last-is-removed-elsewhere", test_last_is_removed_elsewhere);
  g_test_add_func ("/host-file/emptied-elsewhere", test_emptied_elsewhere);
  g_test_add_func ("/host-file/unreadable-is-left-alone", test_unreadable_is_left_alone);
  g_test_add_func ("/host-file/odd-values", test_odd_values);
  g_test_add_func ("/host-file/too-many-hosts", test_too_many_hosts);
  g_test_add_func ("/host-file/byte-order-mark", test_byte_order_mark);
  g_test_add_func ("/host-file/large-damaged-file", test_large_damaged_file);
  g_test_add_func ("/host-file/reads-0.1", test_reads_0_1);

  return g_test_run ();
}
