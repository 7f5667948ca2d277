/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-result-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define STYLE                                                                             \
  ":root{color-scheme:light dark;--back:#fafafa;--text:#2e2e32;--dim:#5e5c64;"            \
  "--good:#1b8553;--bad:#c01c28;--calm:#1c71d8}"                                          \
  "@media (prefers-color-scheme:dark){:root{--back:#242424;--text:#ffffff;--dim:#c0bfbc;" \
  "--good:#57e389;--bad:#ff7b63;--calm:#78aeed}}"                                         \
  "html{height:100%;background:var(--back);color:var(--text)}"                            \
  "body{min-height:100%;margin:0;padding:2rem;box-sizing:border-box;display:flex;"        \
  "align-items:center;justify-content:center;text-align:center;"                          \
  "font:1rem/1.5 Cantarell,system-ui,sans-serif}"                                         \
  "main{max-width:32rem;overflow-wrap:anywhere}"                                          \
  "svg{width:6rem;height:6rem;margin-bottom:1.5rem}"                                      \
  "h1{font-size:1.9rem;line-height:1.2;font-weight:800;margin:0 0 .75rem}"                \
  "p{margin:.5rem 0}.dim{color:var(--dim)}"                                               \
  ".good{color:var(--good)}.bad{color:var(--bad)}.calm{color:var(--calm)}"

#define TICK "<path d=\"M20 33l8 8 16-17\"/>"
#define CROSS "<path d=\"M23 23l18 18M41 23L23 41\"/>"
#define DASH "<path d=\"M21 32h22\"/>"

typedef struct
{
  const char *status;
  const char *color_class;
  const char *icon;
  const char *title;
  const char *sentence;
  const char *advice;
} PageContent;

/* In the order of the enumeration */
static const PageContent pages[] = {
  { "200 OK", "good", TICK, N_ ("You are signed in"), N_ ("You can close this tab."), NULL },
  { "200 OK", "bad", CROSS, N_ ("The sign-in did not work"), NULL,
    N_ ("You can close this tab. Keyfob offers to try again.") },
  { "409 Conflict", "calm", DASH, N_ ("This sign-in has been taken care of"),
    N_ ("Another tab brought the same answer before. Nothing was changed."),
    N_ ("You can close this tab. Keyfob shows how the sign-in went.") },
  { "400 Bad Request", "calm", DASH, N_ ("No sign-in waits for this page"),
    N_ ("The answer does not belong to the sign-in that Keyfob waits for. Nothing was changed."),
    N_ ("Close this tab. To sign in, begin in Keyfob.") },
  { "404 Not Found", "calm", DASH, N_ ("There is nothing here"),
    N_ ("Keyfob uses this address only to end a sign-in. Nothing was changed."),
    N_ ("You can close this tab.") },
  { "410 Gone", "calm", DASH, N_ ("This sign-in was opened already"),
    N_ ("The address that Keyfob gives to the browser leads to the sign-in page once."),
    N_ ("Go on in the tab that it opened, or cancel in Keyfob and sign in again.") },
  { "403 Forbidden", "calm", DASH, N_ ("This is the sign-in of another user"),
    N_ ("Keyfob waits here for a browser of another user of this computer. Nothing was changed."),
    N_ ("Close this tab. To sign in, begin in your own Keyfob.") },
  { "200 OK", "calm", DASH, N_ ("Is this your browser?"), NULL,
    N_ ("If you did not begin to sign in, close this tab.") },
};

static char *
dup_policy (void)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *hash = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) STYLE, strlen (STYLE));
  g_checksum_get_digest (checksum, digest, &length);
  hash = g_base64_encode (digest, length);

  return g_strdup_printf ("default-src 'none'; style-src 'sha256-%s'; frame-ancestors 'none'; "
                          "base-uri 'none'; form-action 'none'",
                          hash);
}

static void
append_paragraph (GString *html, const char *class_name, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  /* dir="auto" keeps right-to-left text of a provider from reversing the text around it */
  g_string_append_printf (html, "<p class=\"%s\" dir=\"auto\">%s</p>", class_name, escaped);
}

static void
append_head (GString *html, const char *title)
{
  g_string_append_printf (html,
                          "<!DOCTYPE html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
                          "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<meta name=\"color-scheme\" content=\"light dark\">"
                          "<title>%s – Keyfob</title><style>%s</style></head>",
                          /* Translators: the code of the language you translate to, such as “de” */
                          C_ ("html lang", "en"), title, STYLE);
}

static void
append_icon (GString *html, const PageContent *content)
{
  g_string_append_printf (html,
                          "<svg class=\"%s\" viewBox=\"0 0 64 64\" fill=\"none\" "
                          "stroke=\"currentColor\" stroke-width=\"5\" stroke-linecap=\"round\" "
                          "stroke-linejoin=\"round\" aria-hidden=\"true\">"
                          "<circle cx=\"32\" cy=\"32\" r=\"28\"/>%s</svg>",
                          content->color_class, content->icon);
}

char *
keyfob_result_page_build (KeyfobResultPage page, const char *detail)
{
  const PageContent *content;
  g_autoptr (GString) html = g_string_new (NULL);
  g_autofree char *title = NULL;

  g_return_val_if_fail ((gsize) page < G_N_ELEMENTS (pages), NULL);

  content = &pages[page];
  title = g_markup_escape_text (_ (content->title), -1);

  append_head (html, title);
  g_string_append (html, "<body><main>");
  append_icon (html, content);
  g_string_append_printf (html, "<h1>%s</h1>", title);
  if (detail != NULL)
    append_paragraph (html, "detail", detail);
  else if (content->sentence != NULL)
    append_paragraph (html, "detail", _ (content->sentence));
  if (content->advice != NULL)
    append_paragraph (html, "dim", _ (content->advice));
  g_string_append (html, "</main></body></html>\n");

  return g_string_free (g_steal_pointer (&html), FALSE);
}

GBytes *
keyfob_result_page_respond (KeyfobResultPage page, const char *detail)
{
  g_autofree char *html = keyfob_result_page_build (page, detail);
  g_autofree char *policy = dup_policy ();
  char *response = g_strdup_printf ("HTTP/1.1 %s\r\n"
                                    "Content-Type: text/html; charset=utf-8\r\n"
                                    "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                                    "Content-Security-Policy: %s\r\n"
                                    "Cache-Control: no-store\r\n"
                                    "Referrer-Policy: no-referrer\r\n"
                                    "X-Content-Type-Options: nosniff\r\n"
                                    "Connection: close\r\n"
                                    "\r\n"
                                    "%s",
                                    pages[page].status, strlen (html), policy, html);

  return g_bytes_new_take (response, strlen (response));
}
