/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-access-group.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-ui.h"

struct _KeyfobAccessGroup
{
  AdwPreferencesGroup parent_instance;

  KeyfobBusHost1 *host;
  GCancellable *cancellable; /* of the test that runs, NULL without one */

  AdwActionRow *row;
  GtkWidget *spinner;
  GtkWidget *button;
  GtkWidget *entry;
};

G_DEFINE_FINAL_TYPE (KeyfobAccessGroup, keyfob_access_group, ADW_TYPE_PREFERENCES_GROUP)

/* The outcome is said where the user looks, and to a screen reader as the description of what has
 * the focus. */
static void
set_outcome (KeyfobAccessGroup *self, const char *sentence)
{
  adw_action_row_set_subtitle (self->row, sentence);
  keyfob_ui_describe (GTK_WIDGET (self->button), sentence);
}

static void
end_test (KeyfobAccessGroup *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_set_visible (self->spinner, FALSE);
}

static char *
describe_result (GVariant *answer, gboolean at_address)
{
  const char *result = "", *account = "", *scope = "";
  guint32 status = 0;

  g_variant_lookup (answer, "result", "&s", &result);
  g_variant_lookup (answer, "account", "&s", &account);
  g_variant_lookup (answer, "scope", "&s", &scope);
  g_variant_lookup (answer, "status", "u", &status);

  if (g_str_equal (result, "accepted") && *account != '\0')
    /* Translators: name of the person */
    return g_strdup_printf (_ ("Accepted as %s."), account);
  if (g_str_equal (result, "accepted"))
    return g_strdup (_ ("The server takes the token."));
  if (g_str_equal (result, "lacks-scope") && *scope != '\0')
    /* Translators: a scope of OAuth */
    return g_strdup_printf (
        _ ("The server wants the right “%s”, which the token does not have. Ask "
           "for it under Advanced, and sign in again."),
        scope);
  if (g_str_equal (result, "lacks-scope"))
    return g_strdup (_ ("The token lacks a right that the server wants. Ask for it under Advanced, "
                        "and sign in again."));
  if (g_str_equal (result, "lacks-right"))
    return g_strdup (_ ("The server knows you, and your account may not do this. Ask whoever runs "
                        "the server."));
  if (g_str_equal (result, "refused"))
    return g_strdup (_ ("Refused: the server does not take the token. Sign in again."));
  if (g_str_equal (result, "not-found") && at_address)
    return g_strdup (_ ("There is nothing at this address."));
  if (g_str_equal (result, "not-found"))
    return g_strdup (_ ("This server does not tell who is signed in. Type an address of it that "
                        "needs a sign-in."));

  /* Translators: a status of HTTP, such as 502 */
  return g_strdup_printf (_ ("The server gave another answer, with status %u."), status);
}

char *
keyfob_access_group_describe (GVariant *result, gboolean at_address)
{
  g_autofree char *sentence = NULL;
  g_autofree char *words = NULL;
  const char *detail = "", *word = "";

  g_return_val_if_fail (result != NULL, NULL);

  sentence = describe_result (result, at_address);
  g_variant_lookup (result, "detail", "&s", &detail);
  g_variant_lookup (result, "result", "&s", &word);
  if (*detail == '\0' || g_str_equal (word, "accepted"))
    return g_steal_pointer (&sentence);

  words = g_strdup_printf (_ ("In the server's words: %s"), detail);

  return g_strdup_printf ("%s\n%s", sentence, words);
}

static gboolean
has_address (KeyfobAccessGroup *self)
{
  return *gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0';
}

static void
on_tested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAccessGroup) self = user_data;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  keyfob_bus_host1_call_test_access_finish (KEYFOB_BUS_HOST1 (source), &answer, result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  sentence = answer != NULL ? keyfob_access_group_describe (answer, has_address (self))
                            : keyfob_agent_client_explain (error);
  end_test (self);
  set_outcome (self, sentence);
}

/* A second click during a test is ignored instead of making the button insensitive, which would
 * take the focus from it. */
static void
test (KeyfobAccessGroup *self)
{
  GVariantDict options;

  if (self->host == NULL || self->cancellable != NULL)
    return;

  g_variant_dict_init (&options, NULL);
  if (has_address (self))
    g_variant_dict_insert (&options, "url", "s",
                           gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (self->spinner, TRUE);
  set_outcome (self, _ ("Asking the server…"));
  keyfob_bus_host1_call_test_access (self->host, g_variant_dict_end (&options), self->cancellable,
                                     on_tested, g_object_ref (self));
}

static void
keyfob_access_group_dispose (GObject *object)
{
  KeyfobAccessGroup *self = KEYFOB_ACCESS_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_access_group_parent_class)->dispose (object);
}

static void
keyfob_access_group_class_init (KeyfobAccessGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_access_group_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-access-group.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAccessGroup, row);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAccessGroup, spinner);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAccessGroup, button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAccessGroup, entry);
  gtk_widget_class_bind_template_callback (widget_class, test);
}

static void
keyfob_access_group_init (KeyfobAccessGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
keyfob_access_group_set_host (KeyfobAccessGroup *self, KeyfobBusHost1 *host, gboolean again)
{
  g_return_if_fail (KEYFOB_IS_ACCESS_GROUP (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  end_test (self);
  g_set_object (&self->host, host);
  if (!again)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  set_outcome (self, _ ("Asks the server whether it takes the token"));
  if (host != NULL)
    {
      const char *name = keyfob_bus_host1_get_name (host);

      keyfob_ui_set_accessible_label (self->button, _ ("Test access to %s"), name);
      keyfob_ui_set_accessible_label (self->entry, _ ("At another address of %s"), name);
    }
}
