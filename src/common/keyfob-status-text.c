/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-status-text.h"

#include <glib/gi18n-lib.h>

#include "keyfob-clock-format.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Beyond these, a larger unit or the time of day is easier to grasp. */
#define LONGEST_IN_MINUTES (90 * MINUTE)
#define LONGEST_IN_HOURS (6 * HOUR)

/* changes-prevent-symbolic is a padlock, avatar-default-symbolic somebody without a face. */
static const struct
{
  const char *label;
  const char *icon;
  const char *style;
} states[] = {
  [KEYFOB_HOST_SIGNED_OUT] = { N_ ("Not signed in"), "avatar-default-symbolic", "dim-label" },
  [KEYFOB_HOST_SIGNING_IN] = { N_ ("Signing in"), "content-loading-symbolic", "accent" },
  [KEYFOB_HOST_SIGNED_IN] = { N_ ("Signed in"), "object-select-symbolic", "success" },
  [KEYFOB_HOST_REFRESHING] = { N_ ("Getting a new token"), "view-refresh-symbolic", "success" },
  [KEYFOB_HOST_EXPIRED] = { N_ ("Needs you to sign in"), "dialog-warning-symbolic", "warning" },
  [KEYFOB_HOST_OFFLINE] = { N_ ("Offline"), "action-unavailable-symbolic", NULL },
  [KEYFOB_HOST_LOCKED] = { N_ ("Locked"), "changes-prevent-symbolic", NULL },
};

const char *
keyfob_status_text_state (KeyfobHostState state, const char *store)
{
  if (keyfob_host_state_is_unreadable (state, store))
    return _ ("Cannot be read");

  return _ (states[state].label);
}

const char *
keyfob_status_text_state_icon (KeyfobHostState state)
{
  return states[state].icon;
}

const char *
keyfob_status_text_state_style (KeyfobHostState state)
{
  return states[state].style;
}

/* Midnights between two moments, which is what "tomorrow" and "yesterday" mean. */
static int
days_between (GDateTime *from, GDateTime *to)
{
  GDate first, second;

  g_date_clear (&first, 1);
  g_date_clear (&second, 1);
  g_date_set_dmy (&first, g_date_time_get_day_of_month (from), g_date_time_get_month (from),
                  g_date_time_get_year (from));
  g_date_set_dmy (&second, g_date_time_get_day_of_month (to), g_date_time_get_month (to),
                  g_date_time_get_year (to));

  return g_date_days_between (&first, &second);
}

static char *
good_until (gint64 expires, gint64 now)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_local (expires);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  int days;

  /* the year 10000 and later */
  if (end == NULL || today == NULL)
    return g_strdup (_ ("good for a very long time"));

  days = days_between (today, end);
  if (days == 0)
    /* Translators: %H:%M is the time of day, see strftime */
    return keyfob_clock_format_print (end, _ ("good until %H:%M"));
  if (days == 1)
    return keyfob_clock_format_print (end, _ ("good until tomorrow %H:%M"));
  if (days < 7)
    /* Translators: %A is the day of the week */
    return keyfob_clock_format_print (end, _ ("good until %A %H:%M"));

  /* Translators: day, month and year, see strftime */
  return g_date_time_format (end, _ ("good until %-d %B %Y"));
}

char *
keyfob_status_text_time_left (gint64 expires, gint64 now)
{
  gint64 left = expires - now;
  int minutes = (int) MIN (left / MINUTE, G_MAXINT);
  int hours = (int) MIN (left / HOUR, G_MAXINT);

  if (left < MINUTE)
    return g_strdup (_ ("less than a minute left"));
  if (left < LONGEST_IN_MINUTES)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d min left", "%d min left", minutes),
                            minutes);
  if (left < LONGEST_IN_HOURS)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d h left", "%d h left", hours), hours);

  return good_until (expires, now);
}

char *
keyfob_status_text_session_ended (gint64 expires, gint64 now)
{
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) today = NULL;
  int days;

  if (expires > 0 && expires <= now)
    {
      end = g_date_time_new_from_unix_local (expires);
      today = g_date_time_new_from_unix_local (now);
    }
  if (end == NULL || today == NULL)
    return g_strdup (_ ("The session has ended"));

  days = days_between (end, today);
  if (days == 0)
    return keyfob_clock_format_print (end, _ ("The session ended today at %H:%M"));
  if (days == 1)
    return keyfob_clock_format_print (end, _ ("The session ended yesterday at %H:%M"));
  if (days < 7)
    return keyfob_clock_format_print (end, _ ("The session ended on %A at %H:%M"));

  return g_date_time_format (end, _ ("The session ended on %-d %B %Y"));
}

static char *
offline_status (gint64 expires, gint64 now)
{
  gint64 left = expires - now;
  g_autofree char *until = NULL;

  if (expires == 0)
    return g_strdup (_ ("Offline"));
  if (left <= 0)
    return g_strdup (_ ("Offline · the token has ended"));
  if (left < MINUTE)
    return g_strdup (_ ("Offline · token good for less than a minute"));
  if (left < LONGEST_IN_MINUTES)
    return g_strdup_printf (_ ("Offline · token good for %d min"), (int) (left / MINUTE));
  if (left < LONGEST_IN_HOURS)
    return g_strdup_printf (_ ("Offline · token good for %d h"), (int) (left / HOUR));

  until = good_until (expires, now);
  /* Translators: %s is a text such as "good until tomorrow 09:12" */
  return g_strdup_printf (_ ("Offline · token %s"), until);
}

static const char *
name_or_state (const char *account)
{
  return account != NULL && *account != '\0' ? account : _ ("Signed in");
}

/* Returns: (transfer full) (nullable): when a token that is not renewed ends; %NULL where it has
 * ended, or will not in any time that counts */
static char *
dup_end (gint64 expires, gint64 now)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_local (expires);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  int days;

  if (expires <= now || end == NULL || today == NULL)
    return NULL;
  if (expires - now < MINUTE)
    return g_strdup (_ ("ends in less than a minute"));

  days = days_between (today, end);
  if (days == 0)
    return keyfob_clock_format_print (end, _ ("ends at %H:%M"));
  if (days == 1)
    return keyfob_clock_format_print (end, _ ("ends tomorrow at %H:%M"));
  if (days < 7)
    return keyfob_clock_format_print (end, _ ("ends on %A at %H:%M"));

  return g_date_time_format (end, _ ("ends on %-d %B %Y"));
}

char *
keyfob_status_text_outlook (gint64 expires, gboolean renews, gint64 now)
{
  return renews ? g_strdup (_ ("renewed by itself")) : dup_end (expires, now);
}

gboolean
keyfob_status_text_ends_soon (gint64 expires, gboolean renews, gint64 now)
{
  return !renews && expires > now && expires - now < HOUR;
}

static char *
signed_in_status (const char *account, gint64 expires, gboolean renews, gint64 now)
{
  const char *who = name_or_state (account);
  g_autofree char *outlook = keyfob_status_text_outlook (expires, renews, now);

  if (outlook == NULL)
    return g_strdup (who);

  /* Translators: who is signed in, and "renewed by itself" or when that ends */
  return g_strdup_printf (_ ("%s · %s"), who, outlook);
}

static char *
locked_status (const char *account)
{
  if (account == NULL || *account == '\0')
    return g_strdup (_ ("Locked"));

  /* Translators: who is signed in, with a token in a keyring that is locked */
  return g_strdup_printf (_ ("%s · locked"), account);
}

static char *
unreadable_status (const char *account)
{
  if (account == NULL || *account == '\0')
    return g_strdup (_ ("Cannot be read"));

  /* Translators: who is signed in, with a token in a file that cannot be read */
  return g_strdup_printf (_ ("%s · cannot be read"), account);
}

char *
keyfob_status_text_status (KeyfobHostState state,
                           const char *store,
                           const char *account,
                           gint64 expires,
                           gboolean renews,
                           gint64 now)
{
  switch (state)
    {
    case KEYFOB_HOST_SIGNING_IN:
      return g_strdup (_ ("Waiting for your browser…"));
    case KEYFOB_HOST_SIGNED_IN:
      return signed_in_status (account, expires, renews, now);
    case KEYFOB_HOST_REFRESHING:
      return g_strdup (_ ("Getting a new token…"));
    case KEYFOB_HOST_EXPIRED:
      return keyfob_status_text_session_ended (expires, now);
    case KEYFOB_HOST_OFFLINE:
      return offline_status (expires, now);
    case KEYFOB_HOST_LOCKED:
      return keyfob_host_state_is_unreadable (state, store) ? unreadable_status (account)
                                                            : locked_status (account);
    case KEYFOB_HOST_SIGNED_OUT:
    default:
      return g_strdup (_ ("Not signed in"));
    }
}

char *
keyfob_status_text_waiting (gboolean by_code, const char *provider)
{
  if (by_code)
    /* Translators: address of the provider where the user signs in */
    return g_strdup_printf (_ ("Finish on your other device · %s"), provider);

  /* Translators: address of the provider where the user signs in */
  return g_strdup_printf (_ ("Finish in your browser · %s"), provider);
}

char *
keyfob_status_text_who (const char *account, gint64 expires, gboolean renews, gint64 now)
{
  g_autofree char *outlook = keyfob_status_text_outlook (expires, renews, now);
  g_autofree char *who = NULL;

  if (account == NULL || *account == '\0')
    who = g_strdup (_ ("Signed in"));
  else
    /* Translators: name of the person */
    who = g_strdup_printf (_ ("Signed in as %s"), account);
  if (outlook == NULL)
    return g_steal_pointer (&who);

  /* Translators: "Signed in as …", and "renewed by itself" or when that ends */
  return g_strdup_printf (_ ("%s, %s"), who, outlook);
}

char *
keyfob_status_text_moment (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  int days;

  if (moment == NULL || today == NULL)
    return NULL;

  days = days_between (today, moment);
  if (days == 0)
    /* Translators: the time of day, see strftime */
    return keyfob_clock_format_print (moment, C_ ("moment", "%H:%M"));
  if (days == 1)
    return keyfob_clock_format_print (moment, C_ ("moment", "tomorrow at %H:%M"));
  if (days == -1)
    return keyfob_clock_format_print (moment, C_ ("moment", "yesterday at %H:%M"));
  if (days > 1 && days < 7)
    return keyfob_clock_format_print (moment, C_ ("moment", "%A at %H:%M"));

  return keyfob_clock_format_print (moment, C_ ("moment", "%-d %B %Y, %H:%M"));
}

static char *
time_since (gint64 seconds)
{
  int number;

  if (seconds < MINUTE)
    return g_strdup (_ ("just now"));
  if (seconds < LONGEST_IN_MINUTES)
    {
      number = (int) (seconds / MINUTE);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d min ago", "%d min ago", number),
                              number);
    }
  if (seconds < 2 * DAY)
    {
      number = (int) (seconds / HOUR);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d h ago", "%d h ago", number),
                              number);
    }
  if (seconds / DAY > G_MAXINT)
    return g_strdup (_ ("a very long time ago"));

  number = (int) (seconds / DAY);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d day ago", "%d days ago", number),
                          number);
}

static char *
time_until (gint64 seconds)
{
  int number;

  if (seconds < MINUTE)
    return g_strdup (_ ("in less than a minute"));
  if (seconds < LONGEST_IN_MINUTES)
    {
      number = (int) (seconds / MINUTE);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "in %d min", "in %d min", number),
                              number);
    }
  if (seconds < 2 * DAY)
    {
      number = (int) (seconds / HOUR);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "in %d h", "in %d h", number), number);
    }
  if (seconds / DAY > G_MAXINT)
    return g_strdup (_ ("in a very long time"));

  number = (int) (seconds / DAY);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "in %d day", "in %d days", number), number);
}

char *
keyfob_status_text_distance (gint64 time, gint64 now)
{
  return time <= now ? time_since (now - time) : time_until (time - now);
}
