/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-wrap-box.h"

struct _KeyfobWrapBox
{
  GtkWidget parent_instance;

  int spacing;
  int line_spacing;
  int expand_chars;
  gboolean centered;
};

G_DEFINE_FINAL_TYPE (KeyfobWrapBox, keyfob_wrap_box, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SPACING,
  PROP_LINE_SPACING,
  PROP_EXPAND_CHARS,
  PROP_CENTERED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* The children from first up to, not including, end; width is the sum of their widths. */
typedef struct
{
  GtkWidget *first;
  GtkWidget *end;
  int width;
  int n_expand;
} Line;

static int
chars_width (KeyfobWrapBox *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int width = self->expand_chars * pango_font_metrics_get_approximate_char_width (metrics);

  pango_font_metrics_unref (metrics);

  return PANGO_PIXELS_CEIL (width);
}

static int
child_width (KeyfobWrapBox *self, GtkWidget *child, int available)
{
  int minimum, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  if (gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL))
    natural = CLAMP (chars_width (self), minimum, natural);

  return CLAMP (available, minimum, natural);
}

static Line
next_line (KeyfobWrapBox *self, GtkWidget *first, int available)
{
  Line line = { first, first, 0, 0 };
  gboolean empty = TRUE;

  for (; line.end != NULL; line.end = gtk_widget_get_next_sibling (line.end))
    {
      int width;

      if (!gtk_widget_should_layout (line.end))
        continue;

      width = child_width (self, line.end, available);
      if (!empty && line.width + self->spacing + width > available)
        break;

      line.width += width + (empty ? 0 : self->spacing);
      line.n_expand += gtk_widget_compute_expand (line.end, GTK_ORIENTATION_HORIZONTAL);
      empty = FALSE;
    }

  return line;
}

/* Returns the width of the next child of a line, and subtracts the share of the child from @extra.
 */
static int
take_width (KeyfobWrapBox *self, GtkWidget *child, int available, int *extra, int *n_expand)
{
  int width = child_width (self, child, available);

  if (gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL))
    {
      int part = *extra / *n_expand;

      width += part;
      *extra -= part;
      (*n_expand)--;
    }

  return width;
}

static int
line_height (KeyfobWrapBox *self, const Line *line, int available)
{
  int extra = MAX (available - line->width, 0);
  int n_expand = line->n_expand;
  int height = 0;

  for (GtkWidget *child = line->first; child != line->end;
       child = gtk_widget_get_next_sibling (child))
    {
      int natural;

      if (!gtk_widget_should_layout (child))
        continue;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL,
                          take_width (self, child, available, &extra, &n_expand), NULL, &natural,
                          NULL, NULL);
      height = MAX (height, natural);
    }

  return height;
}

/* Places a child in its line, which begins at @y and is @height high. */
static void
allocate_child (KeyfobWrapBox *self, GtkWidget *child, int x, int y, int width, int height)
{
  int natural = height;

  if (self->centered)
    gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  natural = MIN (natural, height);

  gtk_widget_size_allocate (child,
                            &(GtkAllocation){ x, y + (height - natural) / 2, width, natural }, -1);
}

static void
allocate_line (KeyfobWrapBox *self, const Line *line, int available, int y, int height)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int extra = MAX (available - line->width, 0);
  int n_expand = line->n_expand;
  gboolean centred = gtk_widget_get_halign (GTK_WIDGET (self)) == GTK_ALIGN_CENTER;
  int x = n_expand == 0 ? extra : 0;

  /* a box in the middle has each of its lines there */
  if (centred)
    x /= 2;

  for (GtkWidget *child = line->first; child != line->end;
       child = gtk_widget_get_next_sibling (child))
    {
      int width;

      if (!gtk_widget_should_layout (child))
        continue;

      width = take_width (self, child, available, &extra, &n_expand);
      allocate_child (self, child, mirrored ? available - x - width : x, y, width, height);
      x += width + self->spacing;
    }
}

static void
measure_width (KeyfobWrapBox *self, int *minimum, int *natural)
{
  gboolean empty = TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural;

      if (!gtk_widget_should_layout (child))
        continue;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, &child_natural,
                          NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural += child_natural + (empty ? 0 : self->spacing);
      empty = FALSE;
    }
}

static int
measure_height (KeyfobWrapBox *self, int available)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));
  gboolean empty = TRUE;
  int height = 0;

  while (child != NULL)
    {
      Line line = next_line (self, child, available);

      if (line.width > 0)
        {
          height += line_height (self, &line, available) + (empty ? 0 : self->line_spacing);
          empty = FALSE;
        }
      child = line.end;
    }

  return height;
}

static void
keyfob_wrap_box_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  KeyfobWrapBox *self = KEYFOB_WRAP_BOX (widget);
  int least = 0;
  int most = 0;

  measure_width (self, &least, &most);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    most = least = measure_height (self, for_size < 0 ? most : MAX (for_size, least));

  *minimum = least;
  *natural = most;
}

static void
keyfob_wrap_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  KeyfobWrapBox *self = KEYFOB_WRAP_BOX (widget);
  GtkWidget *child = gtk_widget_get_first_child (widget);
  int y = 0;

  while (child != NULL)
    {
      Line line = next_line (self, child, width);
      int needed = line_height (self, &line, width);

      /* a single line gets all the height, so that its children can be centred in it */
      if (y == 0 && line.end == NULL)
        needed = MAX (needed, height);

      allocate_line (self, &line, width, y, needed);
      if (line.width > 0)
        y += needed + self->line_spacing;
      child = line.end;
    }
}

static GtkSizeRequestMode
keyfob_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
keyfob_wrap_box_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (keyfob_wrap_box_parent_class)->dispose (object);
}

static void
set_size (KeyfobWrapBox *self, int *size, const GValue *value, GParamSpec *pspec)
{
  if (*size == g_value_get_int (value))
    return;

  *size = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
set_centered (KeyfobWrapBox *self, gboolean centered, GParamSpec *pspec)
{
  if (self->centered == centered)
    return;

  self->centered = centered;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
keyfob_wrap_box_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobWrapBox *self = KEYFOB_WRAP_BOX (object);

  switch (prop_id)
    {
    case PROP_SPACING:
      g_value_set_int (value, self->spacing);
      break;
    case PROP_LINE_SPACING:
      g_value_set_int (value, self->line_spacing);
      break;
    case PROP_EXPAND_CHARS:
      g_value_set_int (value, self->expand_chars);
      break;
    case PROP_CENTERED:
      g_value_set_boolean (value, self->centered);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_wrap_box_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  KeyfobWrapBox *self = KEYFOB_WRAP_BOX (object);

  switch (prop_id)
    {
    case PROP_SPACING:
      set_size (self, &self->spacing, value, pspec);
      break;
    case PROP_LINE_SPACING:
      set_size (self, &self->line_spacing, value, pspec);
      break;
    case PROP_EXPAND_CHARS:
      set_size (self, &self->expand_chars, value, pspec);
      break;
    case PROP_CENTERED:
      set_centered (self, g_value_get_boolean (value), pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_wrap_box_class_init (KeyfobWrapBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_wrap_box_dispose;
  object_class->get_property = keyfob_wrap_box_get_property;
  object_class->set_property = keyfob_wrap_box_set_property;
  widget_class->get_request_mode = keyfob_wrap_box_get_request_mode;
  widget_class->measure = keyfob_wrap_box_measure;
  widget_class->size_allocate = keyfob_wrap_box_size_allocate;

  props[PROP_SPACING] = g_param_spec_int ("spacing", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_LINE_SPACING] = g_param_spec_int ("line-spacing", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_EXPAND_CHARS] = g_param_spec_int ("expand-chars", NULL, NULL, 0, 1000, 0, flags);
  props[PROP_CENTERED] = g_param_spec_boolean ("centered", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
keyfob_wrap_box_init (KeyfobWrapBox *self)
{
}
