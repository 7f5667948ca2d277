/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-error-card.h"

#include <glib/gi18n-lib.h>

#include "keyfob-error-details.h"
#include "keyfob-host-trouble.h"
#include "keyfob-ui.h"
#include "keyfob-wrap-box.h"

struct _KeyfobErrorCard
{
  AdwBin parent_instance;

  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *hint;
  GtkWidget *buttons;
  GtkWidget *mend;
  GtkLabel *mend_label;
  GtkWidget *details;
};

G_DEFINE_FINAL_TYPE (KeyfobErrorCard, keyfob_error_card, ADW_TYPE_BIN)

static void
keyfob_error_card_class_init (KeyfobErrorCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-error-card.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, icon);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, sentence);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, hint);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, buttons);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, mend);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, mend_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobErrorCard, details);
}

static void
keyfob_error_card_init (KeyfobErrorCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_error_card_new (void)
{
  return g_object_new (KEYFOB_TYPE_ERROR_CARD, NULL);
}

/* Returns: (transfer full) (nullable) */
static KeyfobHostTrouble *
find_trouble (KeyfobHostItem *item, KeyfobBusAgent1 *agent, gint64 now)
{
  KeyfobBusHost1 *host = keyfob_host_item_get_host (item);
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (keyfob_bus_host1_get_error_details (host));
  KeyfobHostFacts facts = {
    .state = keyfob_host_item_get_state (item),
    .error = keyfob_host_item_get_error (item),
    .failure = keyfob_host_item_get_failure (item),
    .failure_word = keyfob_host_item_get_failure_word (item),
    .store = keyfob_bus_host1_get_store (host),
    .store_locked =
        agent != NULL && g_strcmp0 (keyfob_bus_agent1_get_store_state (agent), "locked") == 0,
    .saved = keyfob_bus_host1_get_saved (host),
    .expires = keyfob_bus_host1_get_expires (host),
    .now = now,
  };
  guint32 status = 0;

  g_variant_dict_lookup (&details, "error", "&s", &facts.word);
  g_variant_dict_lookup (&details, "status", "u", &status);
  facts.status = status;

  return keyfob_host_trouble_find (&facts);
}

static gboolean
stands_beside (const char *action)
{
  return g_strcmp0 (action, "host.sign-in") == 0 || g_strcmp0 (action, "win.unlock") == 0;
}

static void
set_suggested (GtkWidget *button, gboolean suggested)
{
  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  else
    gtk_widget_remove_css_class (button, "suggested-action");
}

void
keyfob_error_card_update (KeyfobErrorCard *self,
                          KeyfobHostItem *item,
                          KeyfobBusAgent1 *agent,
                          gint64 now,
                          gboolean in_row)
{
  g_autoptr (KeyfobHostTrouble) trouble = NULL;
  KeyfobBusHost1 *host;
  const char *name;
  gboolean has_mend, has_details;

  g_return_if_fail (KEYFOB_IS_ERROR_CARD (self));

  if (item != NULL)
    trouble = find_trouble (item, agent, now);
  gtk_widget_set_visible (GTK_WIDGET (self), trouble != NULL);
  if (trouble == NULL)
    return;

  host = keyfob_host_item_get_host (item);
  name = keyfob_bus_host1_get_name (host);

  gtk_image_set_from_icon_name (self->icon, trouble->icon);
  gtk_label_set_label (self->sentence, trouble->sentence);
  gtk_label_set_label (self->hint, trouble->hint != NULL ? trouble->hint : "");
  /* of a host that is offline, the row says how long the token is good */
  gtk_widget_set_visible (
      GTK_WIDGET (self->hint),
      trouble->hint != NULL
          && !(in_row && keyfob_host_item_get_state (item) == KEYFOB_HOST_OFFLINE));

  has_mend = trouble->action != NULL && !(in_row && stands_beside (trouble->action));
  has_details = keyfob_host_item_get_error (item) != NULL
                && keyfob_error_details_are_there (keyfob_bus_host1_get_error_details (host));
  keyfob_ui_set_accessible_label (self->details, _ ("Details of %s"), name);
  if (has_mend)
    {
      gtk_label_set_label (self->mend_label, trouble->label);
      keyfob_ui_set_accessible_label (self->mend, trouble->accessible, name);
      set_suggested (self->mend, stands_beside (trouble->action));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->mend), trouble->action);
    }
  gtk_widget_set_visible (self->mend, has_mend);
  gtk_widget_set_visible (self->details, has_details);
  gtk_widget_set_visible (self->buttons, has_mend || has_details);
}

GtkWidget *
keyfob_error_card_get_mend (KeyfobErrorCard *self)
{
  g_return_val_if_fail (KEYFOB_IS_ERROR_CARD (self), NULL);

  if (!gtk_widget_get_visible (GTK_WIDGET (self)) || !gtk_widget_get_visible (self->mend))
    return NULL;

  return self->mend;
}

const char *
keyfob_error_card_get_sentence (KeyfobErrorCard *self)
{
  g_return_val_if_fail (KEYFOB_IS_ERROR_CARD (self), NULL);

  return gtk_widget_get_visible (GTK_WIDGET (self)) ? gtk_label_get_label (self->sentence) : NULL;
}

void
keyfob_error_card_set_sensitive (KeyfobErrorCard *self, gboolean sensitive)
{
  g_return_if_fail (KEYFOB_IS_ERROR_CARD (self));

  gtk_widget_set_sensitive (self->buttons, sensitive);
}
