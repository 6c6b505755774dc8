import { createHash } from "node:crypto";
import { Html, html } from "#shared/html/html.ts";

const STYLE = new Html(`
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
`);

/** Nothing is loaded, nothing runs, and no other page shows it in a frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE.markup).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of a page that a person reads, and that no other page may frame or learn of. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/**
 * The page for a request that cannot be sent back to its client, because who that is, or where it is, is not certain.
 * @param error the code of RFC 6749 §4.1.2.1 or of this server
 */
export function renderErrorPage(error: string, description: string): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This sign-in cannot go on</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>This sign-in cannot go on</h1>
<p>${description}</p>
<p>Go back to the app that sent you here and connect it again. You were not signed in, and nothing was shared.</p>
<p>For its makers: <code>${error}</code></p>
</main>
</body>
</html>
`;
  return page.markup;
}
