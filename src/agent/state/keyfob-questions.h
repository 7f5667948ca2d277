/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-caller.h"
#include "keyfob-config.h"
#include "keyfob-permissions.h"
#include "keyfob-token-lock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_QUESTIONS (keyfob_questions_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobQuestions, keyfob_questions, KEYFOB, QUESTIONS, GObject)

/**
 * KeyfobDecision:
 * @KEYFOB_DECISION_DENY: the program gets no token, and is not asked about again for a minute
 * @KEYFOB_DECISION_ONCE: it gets one now
 * @KEYFOB_DECISION_HOURS: it gets one whenever it asks within KEYFOB_PERMISSION_SECONDS
 * @KEYFOB_DECISION_ALWAYS: it gets one whenever it asks
 */
typedef enum
{
  KEYFOB_DECISION_DENY,
  KEYFOB_DECISION_ONCE,
  KEYFOB_DECISION_HOURS,
  KEYFOB_DECISION_ALWAYS,
} KeyfobDecision;

/** Reads `deny`, `once`, `hours` or `always`. Returns: %FALSE for anything else */
gboolean keyfob_decision_parse (const char *word, KeyfobDecision *answer);

/**
 * KeyfobQuestion:
 * @id: names it as long as it is open
 * @url: base URL of the host whose token is wanted
 * @host: name of the host
 * @program: what is the same whenever the program runs, or `pid:NUMBER` where there is nothing
 * @name: what to call the program
 * @warning: what else an answer holds for, in a sentence or two; may be empty
 * @ends: when it is answered with no, Unix seconds
 *
 * A program wants a token, and the user decides. All of its texts are on one line, without
 * invisible characters, and short; none is markup.
 */
typedef struct
{
  char *id;
  char *url;
  char *host;
  char *program;
  char *name;
  char *warning;
  gint64 ends;
} KeyfobQuestion;

/**
 * KeyfobQuestions:
 *
 * The questions that are open. One is closed when the user has answered, after a minute, when every
 * program that waits for the answer has left the bus, when the tokens or the screen are locked, and
 * when the host is removed.
 * Calls of one program for the same share a question. Where nothing can show a question, neither
 * notifications nor the window, it fails at once.
 *
 * Signal `asked` (id) and, after that, `closed` (id).
 */

/**
 * keyfob_questions_new:
 * @connection: (nullable): the session bus; without one there is no window, and nobody asks
 *
 * Returns: (transfer full): no questions
 */
KeyfobQuestions *keyfob_questions_new (GDBusConnection *connection,
                                       KeyfobClock *clock,
                                       KeyfobPermissions *permissions,
                                       KeyfobTokenLock *lock,
                                       KeyfobScreenMonitor *screen);

/**
 * keyfob_questions_dup_program:
 * @id: as #KeyfobCaller has it
 * @unit: (nullable): systemd unit or scope
 *
 * Outside a sandbox the same executable may serve as many programs as there are services.
 *
 * Returns: (transfer full): what is the same whenever the program runs: @id, and @unit without the
 *   part that is new each time
 */
char *keyfob_questions_dup_program (const char *id, const char *unit);

/** Returns: (transfer none): what was allowed before */
KeyfobPermissions *keyfob_questions_get_permissions (KeyfobQuestions *self);

/** Returns: whether @sender is the window, which acts for the user and is not asked about */
gboolean keyfob_questions_is_window (KeyfobQuestions *self, const char *sender);

/**
 * keyfob_questions_ask_async:
 * @config: of the host whose token is wanted
 * @caller: the program that wants it
 * @sender: its unique bus name
 * @for_file: the token is to be kept in a file, which the user is told
 *
 * Asks the user, unless the answer is known. A program whose id is only the number of its process
 * is not remembered.
 */
void keyfob_questions_ask_async (KeyfobQuestions *self,
                                 KeyfobConfig *config,
                                 KeyfobCaller *caller,
                                 const char *sender,
                                 gboolean for_file,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/** Returns: whether the program may have the token; else %FALSE with a KEYFOB_AUTH_ERROR */
gboolean keyfob_questions_ask_finish (KeyfobQuestions *self, GAsyncResult *result, GError **error);

/** Returns: (nullable) (transfer none): the open question with this id */
const KeyfobQuestion *keyfob_questions_find (KeyfobQuestions *self, const char *id);

/** Ends the open questions about the host with the base URL @url, which is gone, with @error. */
void keyfob_questions_close_host (KeyfobQuestions *self, const char *url, const GError *error);

/** Returns: whether a question is open */
gboolean keyfob_questions_is_open (KeyfobQuestions *self);

/** Returns: whether the answer may be other than once or no */
gboolean keyfob_question_can_be_remembered (const KeyfobQuestion *question);

/** Answers the open question with this id. Returns: %FALSE where there is none */
gboolean keyfob_questions_answer (KeyfobQuestions *self, const char *id, KeyfobDecision answer);

/** Tells that notifications cannot show the open question with this id, so the window has to. */
void keyfob_questions_set_unseen (KeyfobQuestions *self, const char *id);

/** Returns: (transfer floating): `aa{sv}` as Agent1.TokenRequests has it, the oldest first */
GVariant *keyfob_questions_to_variant (KeyfobQuestions *self);

G_END_DECLS
