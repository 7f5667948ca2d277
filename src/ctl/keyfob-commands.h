/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-ctl.h"

G_BEGIN_DECLS

/**
 * KeyfobCommandFunc:
 * @argc: with argv[0], the name of the command
 *
 * Runs a command.
 *
 * Returns: the exit code of the program
 */
typedef KeyfobExit (*KeyfobCommandFunc) (KeyfobCtl *ctl, int argc, char **argv);

KeyfobExit keyfob_command_add (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_backup (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_claims (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_exec_credential (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_export (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_git_credential (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_header (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_import (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_list (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_login (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_logout (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_oidc_auth (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_remove (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_restore (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_run (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_status (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_test (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_token (KeyfobCtl *ctl, int argc, char **argv);
KeyfobExit keyfob_command_token_file (KeyfobCtl *ctl, int argc, char **argv);

G_END_DECLS
