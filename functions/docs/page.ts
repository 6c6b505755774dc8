import { type Html, html } from "#shared/html/html.ts";
import type { PublicAddress } from "./public-address.ts";

/** What both pages are told. */
export interface PageFacts {
  readonly address: PublicAddress;
  /** Version of the bundle. */
  readonly version: string;
}

/** A page that is ready to be sent. */
export interface Page {
  readonly body: string;
  readonly contentSecurityPolicy: string;
}

/** What a page is put together from. */
export interface PageParts {
  readonly title: string;
  /** Stylesheets and scripts, by the name of their asset; styles of our own come last and win. */
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  readonly bodyClass: string;
  readonly content: Html;
  /** Further sources by directive, beside the ones that every page has. */
  readonly contentSecurity: Readonly<Record<string, string>>;
}

/** A terminal's prompt, as a picture in the address: the browser asks no server for it. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230f766e'/%3E%3Cpath d='M9 10l6 6-6 6M17 22h7' fill='none' stroke='white' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** Nothing is allowed but what a page names, and everything comes from this server. */
const CONTENT_SECURITY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

/** Path of something under `/docs`: without a host, so that it is always the origin that the page came from. */
export function docsPath({ basePath }: PublicAddress, rest: string): string {
  return `${basePath}/docs${rest}`;
}

/** Puts a page together. */
export function createPage(address: PublicAddress, parts: PageParts): Page {
  const styles = parts.styles.map(
    (name) => html`<link rel="stylesheet" href="${docsPath(address, `/assets/${name}`)}">\n`,
  );
  const scripts = parts.scripts.map(
    (name) => html`<script src="${docsPath(address, `/assets/${name}`)}" defer></script>\n`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${parts.title}</title>
<link rel="icon" href="${ICON}">
${styles}${scripts}</head>
<body class="${parts.bodyClass}">
${parts.content}
</body>
</html>
`;
  const directives = Object.entries({ ...CONTENT_SECURITY, ...parts.contentSecurity });
  return {
    body: page.markup,
    contentSecurityPolicy: directives.map(([name, sources]) => `${name} ${sources}`).join("; "),
  };
}
