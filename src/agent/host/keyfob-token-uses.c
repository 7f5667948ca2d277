/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-uses.h"

#define MOST_PROGRAMS 16

typedef struct
{
  KeyfobCaller *caller; /* at its last use */
  guint count;
  gint64 last; /* Unix seconds */
} Use;

void
keyfob_token_use_free (gpointer use)
{
  keyfob_caller_unref (((Use *) use)->caller);
  g_free (use);
}

/* Returns: (transfer full): the use by the program of @caller, which is not in @uses any more */
static Use *
take_use (GPtrArray *uses, KeyfobCaller *caller)
{
  for (guint i = 0; i < uses->len; i++)
    {
      Use *use = g_ptr_array_index (uses, i);

      if (g_str_equal (use->caller->id, caller->id) && use->caller->sandbox == caller->sandbox)
        return g_ptr_array_steal_index (uses, i);
    }

  return g_new0 (Use, 1);
}

void
keyfob_token_uses_add (GPtrArray *uses, KeyfobCaller *caller, gint64 now)
{
  Use *use = take_use (uses, caller);

  g_clear_pointer (&use->caller, keyfob_caller_unref);
  use->caller = keyfob_caller_ref (caller);
  use->count++;
  use->last = now;
  g_ptr_array_insert (uses, 0, use);
  if (uses->len > MOST_PROGRAMS)
    g_ptr_array_set_size (uses, MOST_PROGRAMS);
}

GVariant *
keyfob_token_uses_to_variant (GPtrArray *uses)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssux)"));
  for (guint i = 0; i < uses->len; i++)
    {
      Use *use = g_ptr_array_index (uses, i);
      g_autofree char *id = g_utf8_make_valid (use->caller->id, -1);

      g_variant_builder_add (&builder, "(ssux)", use->caller->name, id, use->count, use->last);
    }

  return g_variant_builder_end (&builder);
}
