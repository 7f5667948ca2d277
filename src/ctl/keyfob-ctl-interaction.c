/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ctl-interaction.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-state.h"

/* Variables, any of which is set where a batch system or a notebook server runs the program, and
 * how that gives another variable to what it runs. The first one that is set is named. */
static const struct
{
  const char *variable;
  const char *place;
  const char *hand_over;
} places[] = {
  { "JUPYTERHUB_USER", N_ ("a notebook server of JupyterHub"), "%env OIDC_TOKEN_FILE=FILE" },
  { "SLURM_JOB_ID", N_ ("a job of Slurm"), "sbatch --export=ALL,OIDC_TOKEN_FILE=FILE" },
  { "SLURM_NODELIST", N_ ("a job of Slurm"), "sbatch --export=ALL,OIDC_TOKEN_FILE=FILE" },
  { "PBS_JOBID", N_ ("a job of PBS"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "PBS_ENVIRONMENT", N_ ("a job of PBS"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "PBS_NODEFILE", N_ ("a job of PBS"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "JOB_ID", N_ ("a job of Grid Engine"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "SGE_TASK_ID", N_ ("a job of Grid Engine"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "PE_HOSTFILE", N_ ("a job of Grid Engine"), "qsub -v OIDC_TOKEN_FILE=FILE" },
  { "LSB_JOBID", N_ ("a job of LSF"), "bsub -env 'all, OIDC_TOKEN_FILE=FILE'" },
  { "LSB_HOSTS", N_ ("a job of LSF"), "bsub -env 'all, OIDC_TOKEN_FILE=FILE'" },
  { "OAR_JOB_ID", N_ ("a job of OAR"), "export OIDC_TOKEN_FILE=FILE" },
  { "OAR_NODEFILE", N_ ("a job of OAR"), "export OIDC_TOKEN_FILE=FILE" },
  { "OMPI_COMM_WORLD_SIZE", N_ ("a process of MPI"), "mpirun -x OIDC_TOKEN_FILE=FILE" },
  { "PMI_RANK", N_ ("a process of MPI"), "mpiexec -genv OIDC_TOKEN_FILE FILE" },
  { "MPI_LOCALRANKID", N_ ("a process of MPI"), "mpiexec -genv OIDC_TOKEN_FILE FILE" },
  { "FREVA_BATCH_JOB", N_ ("a batch job of Freva"), "export OIDC_TOKEN_FILE=FILE" },
  { "KUBERNETES_SERVICE_HOST", N_ ("a pod of Kubernetes"),
    "kubectl set env RESOURCE OIDC_TOKEN_FILE=FILE" },
  { "KUBERNETES_PORT", N_ ("a pod of Kubernetes"),
    "kubectl set env RESOURCE OIDC_TOKEN_FILE=FILE" },
};

/* Returns: an index; the number of places where this is none of them */
static guint
find_place (void)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (places) && g_getenv (places[i].variable) == NULL)
    i++;

  return i;
}

static gboolean
has_terminal (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

gboolean
keyfob_ctl_is_over_ssh (void)
{
  return g_getenv ("SSH_CONNECTION") != NULL || g_getenv ("SSH_TTY") != NULL;
}

gboolean
keyfob_ctl_can_ask (KeyfobCtl *self)
{
  return !self->no_interaction && has_terminal () && find_place () == G_N_ELEMENTS (places);
}

/* Returns: (transfer full): the host and the token file that a sign-in is for */
static char *
dup_target (KeyfobCtl *self, const char *name)
{
  g_autofree char *display = self->store != NULL ? g_filename_display_name (self->store) : NULL;
  g_autofree char *store = display != NULL ? keyfob_ctl_quote (display) : NULL;

  return store != NULL ? g_strdup_printf ("--store %s %s", store, name) : g_strdup (name);
}

/* The one way that works at a terminal of a batch job: `keyfobctl` does not know it for one. */
static void
say_way_at_terminal (const char *host)
{
  GString *command = g_string_new ("env");

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      if (g_getenv (places[i].variable) != NULL)
        g_string_append_printf (command, " -u %s", places[i].variable);
    }
  g_string_append_printf (command, " keyfobctl login --device %s", host);
  keyfob_ctl_say (_ ("If you sit at this terminal yourself: “%s”."), command->str);
  g_string_free (command, TRUE);
}

static void
say_way_of_file (const char *host, const char *token_file, const char *hand_over)
{
  g_autofree char *display = token_file != NULL ? g_filename_display_name (token_file) : NULL;

  if (display != NULL)
    keyfob_ctl_say (
        _ ("Or have a session of its own in the file: run “keyfobctl export %s FILE” on "
           "a machine with a browser, then put FILE in the place of %s."),
        host, display);
  else
    keyfob_ctl_say (
        _ ("Or have a session of its own in a file: run “keyfobctl export %s FILE” on a "
           "machine with a browser, bring FILE here, and use “%s” with its path for "
           "FILE."),
        host, hand_over);
}

/* What ran is no way out where it was run. */
static void
say_way_of_login (KeyfobCtl *self, const char *target, gboolean has_window)
{
  if (!has_terminal () && self->purpose == KEYFOB_CTL_FOR_GIT)
    {
      keyfob_ctl_say (_ ("Keyfob has no token for git, which may ask for a password now. Sign in "
                         "with “keyfobctl login %s”, and try again."),
                      target);
      return;
    }
  if (!has_terminal () && self->purpose == KEYFOB_CTL_FOR_LOGIN)
    {
      keyfob_ctl_say (_ ("“keyfobctl login” needs a terminal for its input and messages, which a "
                         "pipe, a service or cron does not have."));
      if (has_window)
        keyfob_ctl_say (_ ("Run it in a terminal, or sign in in Keyfob’s window."));
      else
        keyfob_ctl_say (_ ("Run it in a terminal."));
      return;
    }

  if (!has_terminal ())
    keyfob_ctl_say (_ ("Nobody is asked without a terminal, as in a pipe, a service or cron."));
  if (has_window)
    keyfob_ctl_say (_ ("Sign in with “keyfobctl login %s” in a terminal, or in Keyfob’s window."),
                    target);
  else
    keyfob_ctl_say (_ ("Sign in with “keyfobctl login %s” in a terminal."), target);
}

void
keyfob_ctl_say_ways_out (KeyfobCtl *self, const char *host)
{
  guint place = find_place ();
  g_autofree char *token_file = keyfob_ctl_dup_token_file (self);
  g_autofree char *name = keyfob_ctl_quote (host != NULL ? host : "HOST");
  g_autofree char *target = dup_target (self, name);
  /* that has nothing to do with a file that was named, and is not where ssh leads to */
  gboolean has_window = token_file == NULL && !keyfob_ctl_is_over_ssh ();

  keyfob_ctl_say_missing_file (self);
  if (place == G_N_ELEMENTS (places))
    {
      say_way_of_login (self, target, has_window);
      if (!has_terminal () && self->purpose != KEYFOB_CTL_FOR_GIT)
        say_way_of_file (name, token_file, "OIDC_TOKEN_FILE=FILE");
      return;
    }

  if (self->purpose == KEYFOB_CTL_FOR_LOGIN)
    /* Translators: the second %s is the name of a variable of the environment */
    keyfob_ctl_say (
        _ ("This is %s (%s is set), where “keyfobctl login” asks nobody. Sign in before "
           "it starts."),
        _ (places[place].place), places[place].variable);
  else
    /* Translators: the second %s is the name of a variable of the environment */
    keyfob_ctl_say (_ ("This is %s (%s is set), so nobody is asked. Sign in before it starts, "
                       "with “keyfobctl login %s”."),
                    _ (places[place].place), places[place].variable, target);
  say_way_of_file (name, token_file, places[place].hand_over);
  if (has_terminal ())
    say_way_at_terminal (target);
}

/* Whether a private agent has failed since it cannot reach the keyring. */
static gboolean
is_keyring_out_of_reach (KeyfobCtl *self, const char *host, const GError *error)
{
  g_autoptr (GVariant) properties = NULL;
  KeyfobHostState parsed;
  const char *state = "";
  const char *store = "";

  if (self->private_agent == NULL
      || !g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE))
    return FALSE;

  properties = keyfob_ctl_get_named (self, host);
  if (properties == NULL)
    return FALSE;

  g_variant_lookup (properties, "State", "&s", &state);
  g_variant_lookup (properties, "Store", "&s", &store);
  parsed = keyfob_host_state_parse (state);

  return parsed == KEYFOB_HOST_LOCKED && !keyfob_host_state_is_unreadable (parsed, store);
}

KeyfobExit
keyfob_ctl_fail_without_token (KeyfobCtl *self, const char *host, GError *error, gboolean *asks)
{
  /* no sign-in helps then, and the sentence says what does */
  gboolean is_locked =
      g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED)
      || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TOKENS_LOCKED);
  gboolean is_out_of_reach = is_keyring_out_of_reach (self, host, error);
  KeyfobExit code = keyfob_ctl_fail (error);

  *asks = code == KEYFOB_EXIT_SIGN_IN && keyfob_ctl_can_ask (self);
  if (code == KEYFOB_EXIT_SIGN_IN && !*asks && !is_locked)
    keyfob_ctl_say_ways_out (self, host);

  return is_out_of_reach ? KEYFOB_EXIT_SIGN_IN : code;
}
