/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-file.h"
#include "keyfob-provider.h"

G_BEGIN_DECLS

/*
 * What the login of each host led to when somebody signed in last, in the file with the hosts. A
 * host of which nothing is known, because nobody has signed in yet or Keyfob did not note it then,
 * is believed once.
 *
 * Of a sign-in by a code only the verification URI is known, which need not be at the same address
 * as the page in the browser. So the two are noted and compared each for itself.
 */

/**
 * keyfob_known_provider_load:
 * @by_code: what is known of sign-ins by a code, else of those in the browser
 *
 * Returns: (transfer full) (nullable): what the login of the host led to
 */
KeyfobProvider *
keyfob_known_provider_load (KeyfobHostFile *file, KeyfobConfig *config, gboolean by_code);

/** Notes what the login of the host led to, after a sign-in. */
void keyfob_known_provider_save (KeyfobHostFile *file,
                                 KeyfobConfig *config,
                                 gboolean by_code,
                                 const KeyfobProvider *provider);

/**
 * keyfob_known_provider_ask:
 * @provider: what the login of the host leads to now
 *
 * The user is asked where @provider is another one than before, and where the first login of a host
 * leads to the same client of the same provider as that of another host: the code of such a login
 * would be good at both (the mix-up attack of RFC 9700 section 4.4).
 *
 * Returns: (transfer full) (nullable): what to ask the user first
 */
char *keyfob_known_provider_ask (KeyfobHostFile *file,
                                 KeyfobConfig *config,
                                 gboolean by_code,
                                 const KeyfobProvider *provider);

G_END_DECLS
