/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-item.h"

#include "keyfob-auth-error.h"

struct _KeyfobHostItem
{
  GObject parent_instance;

  KeyfobBusHost1 *host;
  KeyfobHostPending pending;
  char *failure; /* of the last call, until the next one; NULL without one */
  const char *failure_word;
  gboolean error_is_newer; /* whether the agent has told an error since that call began */
  gint64 page_since;       /* by g_get_monotonic_time() */
  KeyfobHostSection section;
  gboolean pinned;
  gint64 last_used;  /* Unix time in seconds, 0 for never */
  char *name_key;    /* for sorting; made when it is needed */
  char *search_text; /* likewise */
};

G_DEFINE_FINAL_TYPE (KeyfobHostItem, keyfob_host_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_HOST,
  PROP_STATE,
  PROP_PENDING,
  PROP_FAILURE,
  PROP_PAGE_SINCE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* @before is where the host stood until now. */
static KeyfobHostSection
find_section (KeyfobHostItem *self, KeyfobHostSection before)
{
  KeyfobHostState state = keyfob_host_item_get_state (self);

  switch (state)
    {
    case KEYFOB_HOST_SIGNING_IN:
      return has_text (keyfob_bus_host1_get_question (self->host)) ? KEYFOB_HOST_SECTION_NEEDS_YOU
                                                                   : before;
    case KEYFOB_HOST_SIGNED_OUT:
      return has_text (keyfob_bus_host1_get_error (self->host)) || self->failure != NULL
                 ? KEYFOB_HOST_SECTION_NEEDS_YOU
                 : KEYFOB_HOST_SECTION_NOT_SIGNED_IN;
    case KEYFOB_HOST_EXPIRED:
    case KEYFOB_HOST_LOCKED:
      return KEYFOB_HOST_SECTION_NEEDS_YOU;
    case KEYFOB_HOST_SIGNED_IN:
    case KEYFOB_HOST_REFRESHING:
    case KEYFOB_HOST_OFFLINE:
    default:
      return KEYFOB_HOST_SECTION_READY;
    }
}

static gint64
find_last_used (GVariant *uses)
{
  GVariantIter iter;
  gint64 last = 0;
  gint64 time;

  if (uses == NULL)
    return 0;

  g_variant_iter_init (&iter, uses);
  while (g_variant_iter_next (&iter, "(&s&sux)", NULL, NULL, NULL, &time))
    last = MAX (last, time);

  return last;
}

static void
update_place (KeyfobHostItem *self, KeyfobHostSection before)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);

  self->section = find_section (self, before);
  self->last_used = find_last_used (keyfob_bus_host1_get_uses (self->host));
  self->pinned = FALSE;
  if (options != NULL)
    g_variant_lookup (options, "pinned", "b", &self->pinned);
  g_clear_pointer (&self->name_key, g_free);
  g_clear_pointer (&self->search_text, g_free);
}

static void
on_changed (KeyfobHostItem *self)
{
  update_place (self, self->section);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_host_changed (KeyfobHostItem *self, GParamSpec *pspec)
{
  gboolean is_state = g_str_equal (pspec->name, "state");

  if ((is_state || g_str_equal (pspec->name, "expires"))
      && keyfob_host_item_get_state (self) == KEYFOB_HOST_SIGNED_IN)
    keyfob_host_item_set_failure (self, NULL);
  if (is_state)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  if (g_str_equal (pspec->name, "error"))
    self->error_is_newer = TRUE;
  if (g_str_equal (pspec->name, "login-uri"))
    self->page_since = g_get_monotonic_time ();
  on_changed (self);
}

static void
keyfob_host_item_constructed (GObject *object)
{
  KeyfobHostItem *self = KEYFOB_HOST_ITEM (object);

  G_OBJECT_CLASS (keyfob_host_item_parent_class)->constructed (object);

  g_signal_connect_object (self->host, "notify", G_CALLBACK (on_host_changed), self,
                           G_CONNECT_SWAPPED);
  self->page_since = g_get_monotonic_time ();
  update_place (self, KEYFOB_HOST_SECTION_NEEDS_YOU);
}

static void
keyfob_host_item_dispose (GObject *object)
{
  g_clear_object (&KEYFOB_HOST_ITEM (object)->host);

  G_OBJECT_CLASS (keyfob_host_item_parent_class)->dispose (object);
}

static void
keyfob_host_item_finalize (GObject *object)
{
  KeyfobHostItem *self = KEYFOB_HOST_ITEM (object);

  g_free (self->failure);
  g_free (self->name_key);
  g_free (self->search_text);

  G_OBJECT_CLASS (keyfob_host_item_parent_class)->finalize (object);
}

static void
keyfob_host_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobHostItem *self = KEYFOB_HOST_ITEM (object);

  switch (prop_id)
    {
    case PROP_HOST:
      g_value_set_object (value, self->host);
      break;
    case PROP_STATE:
      g_value_set_string (value, keyfob_host_state_to_string (keyfob_host_item_get_state (self)));
      break;
    case PROP_PENDING:
      g_value_set_uint (value, self->pending);
      break;
    case PROP_PAGE_SINCE:
      g_value_set_int64 (value, self->page_since);
      break;
    case PROP_FAILURE:
      g_value_set_string (value, self->failure);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_item_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  KeyfobHostItem *self = KEYFOB_HOST_ITEM (object);

  switch (prop_id)
    {
    case PROP_HOST:
      self->host = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_item_class_init (KeyfobHostItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_host_item_constructed;
  object_class->dispose = keyfob_host_item_dispose;
  object_class->finalize = keyfob_host_item_finalize;
  object_class->get_property = keyfob_host_item_get_property;
  object_class->set_property = keyfob_host_item_set_property;

  props[PROP_HOST] =
      g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, NULL, readable);
  props[PROP_PENDING] =
      g_param_spec_uint ("pending", NULL, NULL, KEYFOB_HOST_PENDING_NOTHING,
                         KEYFOB_HOST_PENDING_REMOVAL, KEYFOB_HOST_PENDING_NOTHING, readable);
  props[PROP_PAGE_SINCE] =
      g_param_spec_int64 ("page-since", NULL, NULL, 0, G_MAXINT64, 0, readable);
  props[PROP_FAILURE] = g_param_spec_string ("failure", NULL, NULL, NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_HOST_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_host_item_init (KeyfobHostItem *self)
{
}

KeyfobHostItem *
keyfob_host_item_new (KeyfobBusHost1 *host)
{
  g_return_val_if_fail (KEYFOB_BUS_IS_HOST1 (host), NULL);

  return g_object_new (KEYFOB_TYPE_HOST_ITEM, "host", host, NULL);
}

KeyfobBusHost1 *
keyfob_host_item_get_host (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  return self->host;
}

KeyfobHostState
keyfob_host_item_get_state (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), KEYFOB_HOST_SIGNED_OUT);

  if (self->pending == KEYFOB_HOST_PENDING_SIGN_OUT)
    return KEYFOB_HOST_SIGNED_OUT;

  return keyfob_host_state_parse (keyfob_bus_host1_get_state (self->host));
}

void
keyfob_host_item_set_pending (KeyfobHostItem *self, KeyfobHostPending pending)
{
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (self));

  if (pending == self->pending)
    return;

  self->pending = pending;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PENDING]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  on_changed (self);
}

KeyfobHostPending
keyfob_host_item_get_pending (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), KEYFOB_HOST_PENDING_NOTHING);

  return self->pending;
}

const char *
keyfob_host_item_get_path (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  return g_dbus_proxy_get_object_path (G_DBUS_PROXY (self->host));
}

void
keyfob_host_item_set_failure (KeyfobHostItem *self, const char *failure)
{
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (self));

  self->failure_word = NULL;
  self->error_is_newer = FALSE;
  if (g_strcmp0 (failure, self->failure) == 0)
    return;

  g_free (self->failure);
  self->failure = g_strdup (failure);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAILURE]);
  on_changed (self);
}

void
keyfob_host_item_take_failure (KeyfobHostItem *self, const char *sentence, const GError *error)
{
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (self));

  /* before the property tells */
  self->failure_word = keyfob_auth_error_get_word (error);
  g_free (self->failure);
  self->failure = g_strdup (sentence);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAILURE]);
  on_changed (self);
}

const char *
keyfob_host_item_get_failure_word (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  return self->failure_word;
}

gint64
keyfob_host_item_get_page_since (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), 0);

  return self->page_since;
}

void
keyfob_host_item_page_opened (KeyfobHostItem *self)
{
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (self));

  self->page_since = g_get_monotonic_time ();
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAGE_SINCE]);
  on_changed (self);
}

const char *
keyfob_host_item_get_failure (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  return self->failure;
}

const char *
keyfob_host_item_get_error (KeyfobHostItem *self)
{
  const char *error;

  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  error = keyfob_bus_host1_get_error (self->host);
  /* the agent need not tell again what it tells already */
  if (self->failure == NULL || self->error_is_newer || g_strcmp0 (self->failure, error) == 0)
    return error;

  return NULL;
}

KeyfobHostSection
keyfob_host_item_get_section (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), KEYFOB_HOST_SECTION_NOT_SIGNED_IN);

  return self->section;
}

gboolean
keyfob_host_item_is_pinned (KeyfobHostItem *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), FALSE);

  return self->pinned;
}

static const char *
get_name_key (KeyfobHostItem *self)
{
  const char *name = keyfob_bus_host1_get_name (self->host);

  if (self->name_key == NULL)
    self->name_key = g_utf8_collate_key (name != NULL ? name : "", -1);

  return self->name_key;
}

int
keyfob_host_item_compare (KeyfobHostItem *self, KeyfobHostItem *other, gboolean by_use)
{
  int order;

  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), 0);
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (other), 0);

  if (self->section != other->section)
    return (int) self->section - (int) other->section;
  if (self->pinned != other->pinned)
    return self->pinned ? -1 : 1;
  if (by_use && self->last_used != other->last_used)
    return self->last_used > other->last_used ? -1 : 1;

  order = strcmp (get_name_key (self), get_name_key (other));

  return order != 0
             ? order
             : g_strcmp0 (keyfob_host_item_get_path (self), keyfob_host_item_get_path (other));
}

static const char *
get_search_text (KeyfobHostItem *self)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);
  const char *name = keyfob_bus_host1_get_name (self->host);
  const char *url = keyfob_bus_host1_get_url (self->host);
  const char *account = keyfob_bus_host1_get_account (self->host);
  const char *note = NULL;
  g_autofree char *text = NULL;

  if (self->search_text != NULL)
    return self->search_text;

  if (options != NULL)
    g_variant_lookup (options, "note", "&s", &note);
  /* nothing that is typed into one line reaches from one of them into the next */
  text = g_strdup_printf ("%s\n%s\n%s\n%s", name != NULL ? name : "", url != NULL ? url : "",
                          account != NULL ? account : "", note != NULL ? note : "");
  self->search_text = g_utf8_casefold (text, -1);

  return self->search_text;
}

gboolean
keyfob_host_item_matches (KeyfobHostItem *self, const char *text)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), FALSE);

  return strstr (get_search_text (self), text) != NULL;
}

const char *
keyfob_host_item_get_option (KeyfobHostItem *self, const char *name)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);
  const char *value = "";

  if (options != NULL)
    g_variant_lookup (options, name, "&s", &value);

  return value;
}

char *
keyfob_host_item_dup_address (KeyfobHostItem *self)
{
  const char *url;

  g_return_val_if_fail (KEYFOB_IS_HOST_ITEM (self), NULL);

  url = keyfob_bus_host1_get_url (self->host);
  if (url == NULL)
    return g_strdup ("");

  return g_strdup (g_str_has_prefix (url, "https://") ? url + strlen ("https://") : url);
}
