/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-claims-row.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-status-text.h"

struct _KeyfobClaimsRow
{
  AdwExpanderRow parent_instance;

  GCancellable *cancellable; /* of the call that asks for the claims */
  GPtrArray *rows;           /* GtkWidget */
  gint64 now;
};

G_DEFINE_FINAL_TYPE (KeyfobClaimsRow, keyfob_claims_row, ADW_TYPE_EXPANDER_ROW)

/* Claims of RFC 7519, RFC 8693 and OpenID Connect that say something to a person. */
static const struct
{
  const char *name;
  const char *title;
} known[] = {
  { "iss", N_ ("Issued by") },       { "sub", N_ ("Subject") },
  { "aud", N_ ("Meant for") },       { "exp", N_ ("Ends") },
  { "nbf", N_ ("Not before") },      { "iat", N_ ("Issued") },
  { "auth_time", N_ ("Signed in") }, { "azp", N_ ("Client") },
  { "client_id", N_ ("Client") },    { "scope", N_ ("Rights") },
  { "name", N_ ("Name") },           { "preferred_username", N_ ("Account") },
  { "email", N_ ("Email") },
};

static char *
dup_title (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return g_strdup_printf ("%s · %s", _ (known[i].title), name);

  return g_strdup (name);
}

static char *
describe_time (gint64 time, gint64 now)
{
  g_autofree char *moment = keyfob_status_text_moment (time, now);
  g_autofree char *distance = keyfob_status_text_distance (time, now);

  if (moment == NULL)
    return g_steal_pointer (&distance);

  /* Translators: a time or a day with a time, and how far away that is, such as "in 12 min" */
  return g_strdup_printf (_ ("%s (%s)"), moment, distance);
}

/* The kinds of Host1.GetClaims; of one that is new, the text is as good as any. */
static char *
describe_value (const char *kind, GVariant *value, gint64 now)
{
  if (g_str_equal (kind, "time") && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return describe_time (g_variant_get_int64 (value), now);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **values = g_variant_get_strv (value, NULL);

      return g_strjoinv (", ", (char **) values);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);

  return g_variant_print (value, FALSE);
}

static void
add_row (KeyfobClaimsRow *self, GtkWidget *row)
{
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  g_ptr_array_add (self->rows, row);
}

static void
add_claim (KeyfobClaimsRow *self, const char *title, const char *value)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), value);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, "property");
  add_row (self, row);
}

static void
add_json (KeyfobClaimsRow *self, const char *json)
{
  GtkWidget *row = adw_expander_row_new ();
  GtkWidget *label = gtk_label_new (json);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_set_margin_top (label, 12);
  gtk_widget_set_margin_bottom (label, 12);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_end (label, 12);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("As JSON"));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), label);
  add_row (self, row);
}

static void
add_claims (KeyfobClaimsRow *self, GVariant *answer, const char *claims_key, const char *json_key)
{
  g_autoptr (GVariant) claims =
      g_variant_lookup_value (answer, claims_key, G_VARIANT_TYPE ("a(ssv)"));
  const char *json = "";
  GVariantIter iter;
  const char *name, *kind;
  GVariant *value;

  if (claims == NULL)
    return;

  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_loop (&iter, "(&s&sv)", &name, &kind, &value))
    {
      g_autofree char *title = dup_title (name);
      g_autofree char *text = describe_value (kind, value, self->now);

      add_claim (self, title, text);
    }
  if (g_variant_lookup (answer, json_key, "&s", &json) && *json != '\0')
    add_json (self, json);
}

static void
clear (KeyfobClaimsRow *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
}

/* @sentence: what there is instead of claims, or what goes for them */
static void
set_sentence (KeyfobClaimsRow *self, const char *sentence)
{
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), sentence);
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (self), self->rows->len > 0);
}

static void
on_claims (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobClaimsRow) self = user_data;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) id_claims = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  gboolean opaque = FALSE;

  keyfob_bus_host1_call_get_claims_finish (KEYFOB_BUS_HOST1 (source), &answer, result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  clear (self);
  if (error != NULL)
    {
      sentence = keyfob_agent_client_explain (error);
      set_sentence (self, sentence);
      return;
    }

  add_claims (self, answer, "claims", "json");
  id_claims = g_variant_lookup_value (answer, "id-claims", G_VARIANT_TYPE ("a(ssv)"));
  if (id_claims != NULL)
    {
      add_claim (self, _ ("ID token"), _ ("What the server says of you:"));
      add_claims (self, answer, "id-claims", "id-json");
    }
  g_variant_lookup (answer, "opaque", "b", &opaque);
  set_sentence (self, opaque ? _ ("The token is opaque: only its server knows what is in it.")
                             : _ ("What the token says, read and not verified"));
}

static void
keyfob_claims_row_dispose (GObject *object)
{
  KeyfobClaimsRow *self = KEYFOB_CLAIMS_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (keyfob_claims_row_parent_class)->dispose (object);
}

static void
keyfob_claims_row_class_init (KeyfobClaimsRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_claims_row_dispose;
}

static void
keyfob_claims_row_init (KeyfobClaimsRow *self)
{
  self->rows = g_ptr_array_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Claims"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Claims"), -1);
  gtk_widget_add_css_class (GTK_WIDGET (self), "property");
}

void
keyfob_claims_row_show (KeyfobClaimsRow *self, KeyfobBusHost1 *host, gint64 now)
{
  g_return_if_fail (KEYFOB_IS_CLAIMS_ROW (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  self->now = now;
  if (host == NULL)
    {
      clear (self);
      return;
    }

  self->cancellable = g_cancellable_new ();
  keyfob_bus_host1_call_get_claims (host, g_variant_new ("a{sv}", NULL), self->cancellable,
                                    on_claims, g_object_ref (self));
}
