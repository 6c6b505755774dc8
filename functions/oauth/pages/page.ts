import { Html, html } from "#shared/html/html.ts";
import { STYLE, STYLE_HASH } from "./style.ts";

/** What a page is put together from. */
export interface PageParts {
  readonly title: string;
  /** `narrow`: one question in a card. `broad`: the owner's page with its bar. */
  readonly shape: "narrow" | "broad";
  readonly content: Html;
  /** 200 by default. */
  readonly status?: number;
  /** Further headers, such as `Set-Cookie` and `Retry-After`. */
  readonly headers?: readonly (readonly [string, string])[];
  /**
   * True where a form's answer may lead to an OAuth client's address: browsers hold redirects after a form to `form-action` too, and
   * clients redirect on to addresses that nobody knows beforehand.
   */
  readonly leadsAway?: boolean;
}

/** A terminal's prompt, as a picture in the address: the browser asks no server for it. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230f766e'/%3E%3Cpath d='M9 10l6 6-6 6M17 22h7' fill='none' stroke='white' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** No script, no frame, no other host: the style sheet in the page and the icon in its address are all there is. */
const POLICY = [
  "default-src 'none'",
  `style-src ${STYLE_HASH}`,
  "img-src data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/**
 * Headers of every answer to a browser. `same-origin` as Referrer-Policy: with `no-referrer` browsers would send `Origin: null` with our
 * own forms. No Cross-Origin-Opener-Policy: it would cut off a window that opened the sign-in and waits for it.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex",
};

/** Renders a page. */
export function renderPage(parts: PageParts): Response {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${parts.title}</title>
<link rel="icon" href="${ICON}">
<style>${new Html(STYLE)}</style>
</head>
<body class="${parts.shape}">
${parts.content}
</body>
</html>
`;
  const policy = parts.leadsAway ? POLICY : [...POLICY, "form-action 'self'"];
  const response = new Response(page.markup, {
    status: parts.status ?? 200,
    headers: {
      ...PAGE_HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
    },
  });
  for (const [name, value] of parts.headers ?? []) response.headers.append(name, value);
  return response;
}

/** The frame of a page that asks one question. @param host the server's own, so that the reader knows where they are */
export function card(host: string, content: Html): Html {
  return html`<main>
<div class="card">
<span class="mark" aria-hidden="true">&gt;_</span>
${content}
</div>
<p class="host">${host}</p>
</main>`;
}

/** A page that says one thing. @param next where to go from here */
export function renderMessage(
  host: string,
  message: {
    readonly status: number;
    readonly title: string;
    readonly text: string;
    readonly next?: { readonly href: string; readonly label: string };
    readonly headers?: readonly (readonly [string, string])[];
  },
): Response {
  const { status, title, text, next, headers } = message;
  const link =
    next === undefined
      ? html``
      : html`<p class="fields"><a class="button" href="${next.href}">${next.label}</a></p>`;
  return renderPage({
    title,
    shape: "narrow",
    status,
    content: card(host, html`<h1>${title}</h1>\n<p class="lede">${text}</p>\n${link}`),
    ...(headers === undefined ? {} : { headers }),
  });
}

/** Sends the browser on with GET, whatever it came with (https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4). */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const response = new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location } });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}
