import { html } from "#shared/html/html.ts";
import { createPage, docsPath, type Page, type PageFacts } from "./page.ts";

/** The interactive API pages: Swagger UI over our own document, from our own files. */
export function createApiPage({ address }: PageFacts): Page {
  return createPage(address, {
    title: "API · Code and Warehouse",
    styles: ["swagger-ui.css", "docs.css"],
    scripts: ["swagger-ui-bundle.js", "initializer.js"],
    bodyClass: "api",
    // Swagger UI sets style attributes. Its requests go to the document's server, which is this one under its public name.
    contentSecurity: {
      "style-src": "'self' 'unsafe-inline'",
      "connect-src": `'self' ${address.origin}`,
    },
    content: html`<header class="bar">
<a href="${docsPath(address, "/welcome")}">← What this is</a>
<nav aria-label="The OpenAPI document">
<a href="${docsPath(address, "/openapi.yaml")}">YAML</a>
<a href="${docsPath(address, "/openapi.json")}">JSON</a>
</nav>
</header>
<noscript><p class="notice">These pages need JavaScript. The document itself is at <a href="${docsPath(address, "/openapi.yaml")}">openapi.yaml</a>.</p></noscript>
<main id="api" data-document="${docsPath(address, "/openapi.json")}"></main>`,
  });
}
