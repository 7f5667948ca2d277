/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#define _GNU_SOURCE /* O_PATH */

#include "keyfob-config-build.h"

#include "keyfob-caller.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>

#include "keyfob-flatpak.h"
#include "keyfob-text.h"

/*
 * What /proc tells of a process is asked for through one descriptor of its folder, which stays that
 * of the process: once that has ended every file in there fails, also where its number is taken
 * again.
 *
 * A program in a sandbox cannot pass for one outside:
 *
 * - A Flatpak has /.flatpak-info, and neither the right to mount something else nor a user
 * namespace in which it would have that right. Where its bus is filtered the process that is seen
 * here is that of the filter (xdg-dbus-proxy), which Flatpak gives the same file. A file that is
 * there and is not one of Flatpak's counts as a sandbox.
 * - A Snap is told by its label of AppArmor, which comes from the kernel through the bus; without
 *   AppArmor by its scope, which it cannot leave, since the control groups are not writable for it.
 * - The root folder of a process cannot be looked into where the process has made itself private
 *   (PR_SET_DUMPABLE), unless it is in a user namespace of this user, as in a sandbox without
 * setuid. Every sandbox of Flatpak has no_new_privs, which nothing takes back and children inherit.
 * So a private process without it is outside, as ssh-agent is; one with it cannot be told.
 * - From inside a Flatpak nothing can be told of anybody; see on_owner().
 * - A process that has ended may have left its connection to a child, of which nothing is known
 * here. It is a zombie or not there, and has no root folder.
 */

#define LONGEST_FILE 65536 /* bytes of a file in /proc, and of .flatpak-info */
#define COMM_SIZE 15       /* bytes to which the kernel cuts the name of a process */
#define LONGEST_NAME 80    /* characters */

/* Names that only Keyfob's own programs have on the bus, see on_owner(). */
static const char *const own_names[] = { KEYFOB_APPLICATION_ID, KEYFOB_AGENT_NAME, NULL };

typedef struct
{
  KeyfobCredentials credentials;
  char *label;
  char *name;    /* on the bus */
  gsize n_asked; /* of own_names */
} LookUp;

static void
look_up_free (LookUp *look_up)
{
  if (look_up->credentials.pidfd >= 0)
    close (look_up->credentials.pidfd);
  g_free (look_up->label);
  g_free (look_up->name);
  g_free (look_up);
}

static void
clear (KeyfobCaller *self)
{
  g_free (self->executable);
  g_free (self->unit);
  g_free (self->app);
  g_free (self->id);
  g_free (self->name);
  g_free (self->interpreter);
}

KeyfobCaller *
keyfob_caller_ref (KeyfobCaller *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
keyfob_caller_unref (KeyfobCaller *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

gboolean
keyfob_caller_is_restricted (KeyfobCaller *self)
{
  return self->sandbox != KEYFOB_SANDBOX_NONE;
}

/* Reads a regular file that is no link. Returns: (nullable): its text, without a last newline */
static char *
read_file_at (int folder, const char *name)
{
  g_autofree char *text = g_malloc (LONGEST_FILE + 1);
  int file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status;
  gsize length = 0;
  gssize n = -1;

  if (file < 0)
    return NULL;

  if (fstat (file, &status) == 0 && S_ISREG (status.st_mode))
    while (length < LONGEST_FILE && (n = read (file, text + length, LONGEST_FILE - length)) > 0)
      length += n;
  close (file);

  /* a file that goes on is not the one that is looked for */
  if (n != 0)
    return NULL;

  text[length] = '\0';
  g_strchomp (text);

  return g_steal_pointer (&text);
}

static char *
read_link_at (int folder, const char *name)
{
  char path[4096];
  gssize length = readlinkat (folder, name, path, sizeof path - 1);

  if (length <= 0)
    return NULL;

  path[length] = '\0';
  if (g_str_has_suffix (path, " (deleted)"))
    path[length - strlen (" (deleted)")] = '\0';

  return g_strdup (path);
}

/* When the process started, in microseconds of CLOCK_BOOTTIME: field 22 of proc(5) stat. The second
 * field is a name in brackets and may have anything in it. */
static gint64
read_start (int proc)
{
  g_autofree char *stat = read_file_at (proc, "stat");
  const char *rest = stat != NULL ? strrchr (stat, ')') : NULL;
  g_auto (GStrv) fields = rest != NULL ? g_strsplit (rest, " ", -1) : NULL;

  if (fields == NULL || g_strv_length (fields) <= 20)
    return G_MAXINT64;

  return g_ascii_strtoll (fields[20], NULL, 10) * G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
}

/* The unit or scope is the last part of the path of the control group that has such a name. */
static char *
read_unit (int proc)
{
  g_autofree char *text = read_file_at (proc, "cgroup");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean wanted = g_str_has_prefix (lines[i], "0::") || strstr (lines[i], ":name=systemd:");
      g_auto (GStrv) parts = g_strsplit (wanted ? lines[i] : "", "/", -1);

      for (guint j = g_strv_length (parts); j-- > 0;)
        if (g_str_has_suffix (parts[j], ".scope") || g_str_has_suffix (parts[j], ".service"))
          return g_strdup (parts[j]);
    }

  return NULL;
}

/* Whether the process lives, and is not in a sandbox of Flatpak, which always has no_new_privs. */
static gboolean
may_have_privileges (int proc)
{
  g_autofree char *status = read_file_at (proc, "status");

  return status != NULL && strstr (status, "\nNoNewPrivs:\t0\n") != NULL
         && strstr (status, "\nState:\tZ") == NULL && strstr (status, "\nState:\tX") == NULL;
}

static char *
parse_flatpak_info (const char *info)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *app = NULL;

  if (!g_key_file_load_from_data (file, info, -1, G_KEY_FILE_NONE, NULL))
    return NULL;

  app = g_key_file_get_string (file, "Application", "name", NULL);
  if (app == NULL)
    app = g_key_file_get_string (file, "Runtime", "runtime", NULL);

  return app != NULL && g_dbus_is_name (app) && *app != ':' ? g_steal_pointer (&app) : NULL;
}

/* The scope of a Flatpak is app-flatpak-ID-NUMBER.scope, or flatpak-ID-NUMBER.scope. */
static gboolean
is_flatpak_unit (const char *unit)
{
  return unit != NULL
         && (g_str_has_prefix (unit, "app-flatpak-") || g_str_has_prefix (unit, "flatpak-"))
         && g_str_has_suffix (unit, ".scope");
}

static KeyfobSandbox
look_into_root (KeyfobCaller *self, int proc)
{
  int root = openat (proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_autofree char *info = NULL;
  struct stat status;
  gboolean there;

  if (root < 0)
    return errno == EACCES && may_have_privileges (proc) && !is_flatpak_unit (self->unit)
               ? KEYFOB_SANDBOX_NONE
               : KEYFOB_SANDBOX_UNKNOWN;

  there = fstatat (root, ".flatpak-info", &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
  if (there)
    info = read_file_at (root, ".flatpak-info");
  close (root);
  if (!there)
    return KEYFOB_SANDBOX_NONE;

  self->app = info != NULL ? parse_flatpak_info (info) : NULL;

  return self->app != NULL ? KEYFOB_SANDBOX_FLATPAK : KEYFOB_SANDBOX_UNKNOWN;
}

/* The label of a Snap is “snap.NAME.APP (MODE)”, its units are snap.NAME.APP-UUID.scope and
 * snap.NAME.APP.service. In the mode “complain” nothing is kept from it: classic and devmode. */
static KeyfobSandbox
read_snap (KeyfobCaller *self, const char *label)
{
  const char *source = label != NULL && g_str_has_prefix (label, "snap.") ? label : self->unit;
  g_auto (GStrv) parts = NULL;

  if (source == NULL || !g_str_has_prefix (source, "snap."))
    return KEYFOB_SANDBOX_NONE;

  parts = g_strsplit (source, ".", 3);
  self->app = g_utf8_make_valid (parts[1] != NULL ? parts[1] : "", -1);

  return source == label && g_str_has_suffix (label, " (complain)") ? KEYFOB_SANDBOX_NONE
                                                                    : KEYFOB_SANDBOX_SNAP;
}

/* A script has the executable of its interpreter, and its own name as that of the process. */
static gboolean
has_own_name (const char *program, const char *comm)
{
  return comm != NULL && *comm != '\0' && strncmp (program, comm, COMM_SIZE) != 0;
}

/* A version may follow: python3.11, lua5.4, guile-3.0. */
static gboolean
is_interpreter (const char *program)
{
  static const char *const names[] = {
    "R",    "bash",  "bun",  "busybox", "dash",   "deno", "dotnet", "fish", "gjs",    "guile",
    "java", "julia", "ksh",  "lua",     "luajit", "mksh", "mono",   "node", "nodejs", "perl",
    "php",  "pwsh",  "pypy", "python",  "ruby",   "sh",   "tclsh",  "wish", "zsh",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *rest = g_str_has_prefix (program, names[i]) ? program + strlen (names[i]) : "_";

      if (*rest == '\0' || *rest == '.' || *rest == '-' || g_ascii_isdigit (*rest))
        return TRUE;
    }

  return FALSE;
}

/* Also for a process about which nothing could be read. */
static void
name (KeyfobCaller *self, const char *comm)
{
  g_autofree char *program =
      self->executable != NULL ? g_path_get_basename (self->executable) : NULL;
  g_autofree char *raw = NULL;

  if (self->app == NULL && program != NULL && is_interpreter (program))
    self->interpreter = keyfob_text_clean (program, -1, LONGEST_NAME);

  if (self->app != NULL)
    {
      self->id = g_strconcat (
          self->sandbox == KEYFOB_SANDBOX_FLATPAK ? "flatpak:" : "snap:", self->app, NULL);
      raw = g_strdup (self->app);
    }
  else if (program != NULL && has_own_name (program, comm))
    {
      self->id = g_strconcat (self->executable, ":", comm, NULL);
      raw = g_strdup_printf ("%s (%s)", comm, program);
    }
  else if (program != NULL)
    {
      self->id = g_strdup (self->executable);
      raw = g_steal_pointer (&program);
    }
  else if (comm != NULL && self->sandbox == KEYFOB_SANDBOX_NONE)
    {
      self->id = g_strconcat ("name:", comm, NULL);
      raw = g_strdup (comm);
    }
  else
    {
      self->id = g_strdup_printf ("pid:%u", self->pid);
      raw = comm != NULL ? g_strdup (comm) : g_strdup_printf (_ ("process %u"), self->pid);
    }

  /* the window, which the user knows by this name */
  if (g_str_equal (raw, "keyfob"))
    *raw = 'K';
  self->name = keyfob_text_clean (raw, -1, LONGEST_NAME);
}

/* Whether the folder @proc is that of the process that has the connection. */
static gboolean
is_same_process (const KeyfobCredentials *credentials, int proc)
{
  struct pollfd ended = { .fd = credentials->pidfd, .events = POLLIN };

  /* a pidfd is readable once its process has ended; before, nobody else has its number */
  if (credentials->pidfd >= 0)
    return poll (&ended, 1, 0) == 0;

  return read_start (proc) <= credentials->called;
}

KeyfobCaller *
keyfob_caller_new (const KeyfobCredentials *credentials)
{
  KeyfobCaller *self = g_atomic_rc_box_new0 (KeyfobCaller);
  g_autofree char *path = g_strdup_printf ("/proc/%u", credentials->pid);
  int proc = credentials->pid != 0 ? open (path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  g_autofree char *comm = NULL;

  self->uid = credentials->uid;
  self->pid = credentials->pid;
  self->sandbox = KEYFOB_SANDBOX_UNKNOWN;
  if (proc >= 0 && is_same_process (credentials, proc))
    {
      comm = read_file_at (proc, "comm");
      self->executable = read_link_at (proc, "exe");
      self->unit = read_unit (proc);
      self->sandbox = read_snap (self, credentials->label);
      if (self->app == NULL)
        self->sandbox = look_into_root (self, proc);
    }
  if (proc >= 0)
    close (proc);

  /* root may look into everything, and is nobody else's program */
  if (self->uid != getuid () && self->uid != 0)
    self->sandbox = KEYFOB_SANDBOX_UNKNOWN;
  name (self, comm);

  return self;
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LookUp *look_up = data;

  g_task_return_pointer (task, keyfob_caller_new (&look_up->credentials),
                         (GDestroyNotify) keyfob_caller_unref);
}

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  LookUp *look_up = g_task_get_task_data (task);
  KeyfobCredentials *found = &look_up->credentials;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) credentials = NULL;
  g_autoptr (GVariant) label = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &fds, result, &error);
  int handle;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  credentials = g_variant_get_child_value (answer, 0);
  g_variant_lookup (credentials, "UnixUserID", "u", &found->uid);
  g_variant_lookup (credentials, "ProcessID", "u", &found->pid);
  if (fds != NULL && g_variant_lookup (credentials, "ProcessFD", "h", &handle))
    found->pidfd = g_unix_fd_list_get (fds, handle, NULL);
  label = g_variant_lookup_value (credentials, "LinuxSecurityLabel", G_VARIANT_TYPE_BYTESTRING);
  if (label != NULL)
    found->label = look_up->label = g_variant_dup_bytestring (label, NULL);

  g_task_run_in_thread (task, look_in_thread);
}

KeyfobCaller *
keyfob_caller_new_own (void)
{
  KeyfobCaller *self = g_atomic_rc_box_new0 (KeyfobCaller);

  self->uid = getuid ();
  self->pid = getpid ();
  self->executable = read_link_at (AT_FDCWD, "/proc/self/exe");
  name (self, NULL);

  return self;
}

static void
ask_for_credentials (GDBusConnection *connection, GTask *task)
{
  LookUp *look_up = g_task_get_task_data (task);

  g_dbus_connection_call_with_unix_fd_list (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionCredentials", g_variant_new ("(s)", look_up->name), G_VARIANT_TYPE ("(a{sv})"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, on_credentials, task);
}

/* Another program of the same Flatpak. */
static KeyfobCaller *
create_sibling (void)
{
  KeyfobCaller *self = g_atomic_rc_box_new0 (KeyfobCaller);

  self->uid = getuid ();
  self->id = g_strdup (KEYFOB_APPLICATION_ID);
  self->name = g_strdup ("Keyfob");

  return self;
}

static void ask_for_owner (GDBusConnection *connection, GTask *task);

/* In a Flatpak no other program can be looked into, not even the window. But it has a name on the
 * bus that no program in another sandbox gets: Flatpak gives each the names below its own id only.
 * It is told by that for as long as it has the name, see keyfob_caller_get_telling_names(). */
static void
on_owner (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  g_autoptr (GTask) task = G_TASK (user_data);
  LookUp *look_up = g_task_get_task_data (task);
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (connection, result, NULL);
  const char *owner = "";

  if (answer != NULL)
    g_variant_get (answer, "(&s)", &owner);

  if (g_str_equal (owner, look_up->name))
    g_task_return_pointer (task, create_sibling (), (GDestroyNotify) keyfob_caller_unref);
  else if (own_names[++look_up->n_asked] != NULL)
    ask_for_owner (connection, g_steal_pointer (&task));
  else
    ask_for_credentials (connection, g_steal_pointer (&task));
}

static void
ask_for_owner (GDBusConnection *connection, GTask *task)
{
  LookUp *look_up = g_task_get_task_data (task);

  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetNameOwner",
                          g_variant_new ("(s)", own_names[look_up->n_asked]),
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_owner, task);
}

const char *const *
keyfob_caller_get_telling_names (void)
{
  static const char *const none[] = { NULL };

  return keyfob_flatpak_is_inside () ? own_names : none;
}

void
keyfob_caller_look_up_async (GDBusConnection *connection,
                             const char *name,
                             gint64 called,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  LookUp *look_up = g_new0 (LookUp, 1);

  g_task_set_source_tag (task, keyfob_caller_look_up_async);
  g_task_set_task_data (task, look_up, (GDestroyNotify) look_up_free);
  look_up->credentials = (KeyfobCredentials){ .uid = G_MAXUINT, .pidfd = -1, .called = called };
  look_up->name = g_strdup (name);

  if (keyfob_flatpak_is_inside ())
    ask_for_owner (connection, task);
  else
    ask_for_credentials (connection, task);
}

KeyfobCaller *
keyfob_caller_look_up_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
