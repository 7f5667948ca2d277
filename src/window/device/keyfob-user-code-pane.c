/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-user-code-pane.h"

#include <glib/gi18n-lib.h>

#include "keyfob-open-page.h"
#include "keyfob-qr-paintable.h"
#include "keyfob-source.h"
#include "keyfob-ui.h"
#include "keyfob-web-address.h"
#include "keyfob-wrap-box.h"

/* In the last two minutes the countdown shows every second, before that every ten. */
#define LONG_STEP 10
#define LAST_SECONDS (2 * 60)

struct _KeyfobUserCodePane
{
  AdwBin parent_instance;

  GtkLabel *hint_label;
  GtkWidget *picture;
  KeyfobQrPaintable *qr;
  GtkLabel *scan_label;
  GtkLabel *address_label;
  GtkLabel *code_label;
  GtkWidget *copy_button;
  GtkWidget *countdown; /* contains the next two */
  GtkProgressBar *time_bar;
  GtkLabel *time_label;

  char *address; /* that "Open here" opens; NULL where the server's is not a web address */

  KeyfobClock *clock;
  gint64 expires; /* Unix time in seconds; 0 where it is not known */
  gint64 total;   /* seconds from showing the code until expires */
  gboolean expired;
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobUserCodePane, keyfob_user_code_pane, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_EXPIRED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
emit_done (KeyfobUserCodePane *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_DONE], 0, text);
}

static void
set_expired (KeyfobUserCodePane *self, gboolean expired)
{
  if (self->expired == expired)
    return;

  self->expired = expired;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPIRED]);
}

/* Minutes are rounded down; the last two are counted in seconds. */
static char *
format_time_left (gint64 seconds)
{
  int left = MIN (seconds, G_MAXINT);

  if (left < LAST_SECONDS)
    return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%d second left", "%d seconds left", left), left);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d min left", "%d min left", left / 60),
                          left / 60);
}

static void
show_time_left (KeyfobUserCodePane *self, gint64 left)
{
  g_autofree char *text = format_time_left (left);
  double fraction = self->total > 0 ? (double) left / self->total : 0;

  gtk_label_set_label (self->time_label, text);
  gtk_progress_bar_set_fraction (self->time_bar, CLAMP (fraction, 0, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->time_bar),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

/* Shows the time that is left, and starts the timer of the next step. Without a visible countdown
 * no timer runs. */
static gboolean
update_countdown (gpointer user_data)
{
  KeyfobUserCodePane *self = user_data;
  gint64 left;

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->expires == 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;

  left = MAX (self->expires - keyfob_clock_now (self->clock), 0);
  show_time_left (self, left);
  if (left > 0)
    {
      gint64 step = left > LAST_SECONDS ? MIN (LONG_STEP, left - LAST_SECONDS) : 1;

      self->timer = keyfob_clock_timer (self->clock, step * G_USEC_PER_SEC);
      g_source_set_callback (self->timer, update_countdown, self, NULL);
      g_source_attach (self->timer, NULL);
    }
  set_expired (self, left == 0);

  return G_SOURCE_REMOVE;
}

static void
start_countdown (KeyfobUserCodePane *self, gint64 expires)
{
  gtk_widget_set_visible (self->countdown, expires != 0);
  if (self->expires == expires)
    return;

  self->expires = expires;
  self->total = expires - keyfob_clock_now (self->clock);
  set_expired (self, FALSE);
  update_countdown (self);
}

static void
show_address (KeyfobUserCodePane *self, const char *uri, const char *complete)
{
  const char *address = keyfob_web_address_is_valid (complete) ? complete : uri;
  gboolean valid = keyfob_web_address_is_valid (address);
  g_autofree char *shown = NULL;

  g_free (self->address);
  self->address = valid ? g_strdup (address) : NULL;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "code.open", valid);

  shown = keyfob_web_address_is_valid (uri) ? keyfob_web_address_shorten (uri) : g_strdup (uri);
  gtk_label_set_text (self->address_label, shown);
}

static void
show_qr (KeyfobUserCodePane *self, const char *uri, const char *complete)
{
  g_autofree char *text = NULL;
  gboolean drawn;

  keyfob_qr_paintable_set_text (self->qr, complete);
  if (keyfob_qr_paintable_get_text (self->qr) == NULL)
    keyfob_qr_paintable_set_text (self->qr, uri);

  drawn = keyfob_qr_paintable_get_text (self->qr) != NULL;
  text = g_strdup_printf (_ ("QR code of the address %s"),
                          drawn ? keyfob_qr_paintable_get_text (self->qr) : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
  gtk_widget_set_visible (self->picture, drawn);
  gtk_label_set_text (self->scan_label, drawn ? _ ("Scan this with your phone, or open")
                                              : _ ("On another device, open"));
}

/* The characters of @code with spaces between them, so that a screen reader does not take the code
 * for a word. */
static char *
spell (const char *code)
{
  GString *spelled = g_string_new (NULL);

  for (const char *next = code; *next != '\0'; next = g_utf8_next_char (next))
    {
      if (g_unichar_isspace (g_utf8_get_char (next)))
        continue;
      if (spelled->len > 0)
        g_string_append_c (spelled, ' ');
      g_string_append_unichar (spelled, g_utf8_get_char (next));
    }

  return g_string_free (spelled, FALSE);
}

/* It gets the focus when the code appears, and a screen reader then reads what stands above it:
 * where to go, and what to enter there. */
static void
describe_copy_button (KeyfobUserCodePane *self, const char *spelled)
{
  g_autofree char *description =
      g_strjoin (" ", gtk_label_get_text (self->scan_label),
                 gtk_label_get_text (self->address_label), _ ("and enter"), spelled, NULL);

  keyfob_ui_describe (GTK_WIDGET (self->copy_button), *spelled != '\0' ? description : NULL);
}

static void
show_code (KeyfobUserCodePane *self, const char *code)
{
  g_autofree char *spelled = spell (code);

  gtk_label_set_text (self->code_label, code);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->code_label), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spelled, -1);
  describe_copy_button (self, spelled);
}

static void
on_copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobUserCodePane *self = KEYFOB_USER_CODE_PANE (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), gtk_label_get_text (self->code_label));
  emit_done (self, _ ("Code copied"));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobUserCodePane *self = KEYFOB_USER_CODE_PANE (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_open_page_finish (result, &error))
    emit_done (self, _ ("There is no browser on this computer. Use another device."));
}

static void
on_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_open_page_async (widget, KEYFOB_USER_CODE_PANE (widget)->address, on_opened, NULL);
}

static void
keyfob_user_code_pane_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_user_code_pane_parent_class)->map (widget);

  update_countdown (KEYFOB_USER_CODE_PANE (widget));
}

static void
keyfob_user_code_pane_unmap (GtkWidget *widget)
{
  g_clear_pointer (&KEYFOB_USER_CODE_PANE (widget)->timer, keyfob_source_free);

  GTK_WIDGET_CLASS (keyfob_user_code_pane_parent_class)->unmap (widget);
}

static void
keyfob_user_code_pane_dispose (GObject *object)
{
  KeyfobUserCodePane *self = KEYFOB_USER_CODE_PANE (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_user_code_pane_parent_class)->dispose (object);
}

static void
keyfob_user_code_pane_finalize (GObject *object)
{
  g_free (KEYFOB_USER_CODE_PANE (object)->address);

  G_OBJECT_CLASS (keyfob_user_code_pane_parent_class)->finalize (object);
}

static void
keyfob_user_code_pane_get_property (GObject *object,
                                    guint prop_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_EXPIRED:
      g_value_set_boolean (value,
                           keyfob_user_code_pane_is_expired (KEYFOB_USER_CODE_PANE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (KEYFOB_TYPE_QR_PAINTABLE);
  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-user-code-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, hint_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, picture);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, qr);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, scan_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, address_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, code_label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, copy_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, countdown);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, time_bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobUserCodePane, time_label);
}

static void
keyfob_user_code_pane_class_init (KeyfobUserCodePaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_user_code_pane_dispose;
  object_class->finalize = keyfob_user_code_pane_finalize;
  object_class->get_property = keyfob_user_code_pane_get_property;
  widget_class->map = keyfob_user_code_pane_map;
  widget_class->unmap = keyfob_user_code_pane_unmap;

  properties[PROP_EXPIRED] =
      g_param_spec_boolean ("expired", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_DONE] = g_signal_new ("done", KEYFOB_TYPE_USER_CODE_PANE, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "code.copy", NULL, on_copy);
  gtk_widget_class_install_action (widget_class, "code.open", NULL, on_open);
}

static void
keyfob_user_code_pane_init (KeyfobUserCodePane *self)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  gtk_widget_init_template (GTK_WIDGET (self));
  /* a code such as "12 34" reads from left to right in every language */
  gtk_widget_set_direction (GTK_WIDGET (self->code_label), GTK_TEXT_DIR_LTR);
  gtk_label_set_xalign (self->code_label, mirrored ? 1 : 0);
}

void
keyfob_user_code_pane_set_clock (KeyfobUserCodePane *self, KeyfobClock *clock)
{
  g_return_if_fail (KEYFOB_IS_USER_CODE_PANE (self));

  g_set_object (&self->clock, clock);
}

void
keyfob_user_code_pane_show (KeyfobUserCodePane *self,
                            const char *code,
                            const char *uri,
                            const char *complete,
                            gint64 expires)
{
  g_return_if_fail (KEYFOB_IS_USER_CODE_PANE (self));
  g_return_if_fail (code != NULL);
  g_return_if_fail (uri != NULL);
  g_return_if_fail (self->clock != NULL);

  show_address (self, uri, complete);
  show_qr (self, uri, complete);
  show_code (self, code);
  start_countdown (self, expires);
}

void
keyfob_user_code_pane_set_hint (KeyfobUserCodePane *self, const char *hint)
{
  g_return_if_fail (KEYFOB_IS_USER_CODE_PANE (self));

  gtk_label_set_label (self->hint_label, hint != NULL ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint_label), hint != NULL && *hint != '\0');
}

GtkWidget *
keyfob_user_code_pane_get_copy_button (KeyfobUserCodePane *self)
{
  g_return_val_if_fail (KEYFOB_IS_USER_CODE_PANE (self), NULL);

  return GTK_WIDGET (self->copy_button);
}

void
keyfob_user_code_pane_clear (KeyfobUserCodePane *self)
{
  g_return_if_fail (KEYFOB_IS_USER_CODE_PANE (self));

  keyfob_user_code_pane_show (self, "", "", NULL, 0);
}

gboolean
keyfob_user_code_pane_is_expired (KeyfobUserCodePane *self)
{
  g_return_val_if_fail (KEYFOB_IS_USER_CODE_PANE (self), FALSE);

  /* the timer may not have fired yet */
  return self->expired || (self->expires > 0 && keyfob_clock_now (self->clock) >= self->expires);
}
