import type { Operation } from "#shared/contract/operation.ts";
import { type Html, html } from "#shared/html/html.ts";
import { createPage, docsPath, type Page, type PageFacts } from "./page.ts";

/** The page that says what this is and shows what to paste where. */
export function createLandingPage(facts: PageFacts, operations: readonly Operation[]): Page {
  const { address } = facts;
  return createPage(address, {
    title: "Code and Warehouse",
    styles: ["docs.css"],
    scripts: ["copy-buttons.js"],
    bodyClass: "landing",
    contentSecurity: {},
    content: html`<main>
${createHead(facts)}
${createAddresses(facts)}
${createKeySection()}
${createExample(facts)}
${createOperations(operations)}
<footer>Version ${facts.version} · <a href="${docsPath(address, "/openapi.yaml")}">openapi.yaml</a> · <a href="${docsPath(address, "/openapi.json")}">openapi.json</a> · <a href="${address.basePath}/health">health</a></footer>
</main>`,
  });
}

function createHead({ address }: PageFacts): Html {
  return html`<header>
<p class="mark" aria-hidden="true">&gt;_</p>
<h1>Code and Warehouse</h1>
<p class="lede">This server lets ChatGPT, and any program that speaks HTTP, run Python and JavaScript in a sandbox and query a data warehouse with GoogleSQL. It runs on infrastructure that its owner controls.</p>
<p><a class="button" href="${docsPath(address, "")}">Open the API pages</a></p>
</header>`;
}

function createAddresses({ address }: PageFacts): Html {
  const { baseUrl } = address;
  const rows = [
    [
      "MCP server",
      `${baseUrl}/mcp`,
      "For ChatGPT, Claude, Cursor, VS Code, Codex and every other client of the Model Context Protocol.",
    ],
    [
      "OpenAPI document",
      `${baseUrl}/docs/openapi.yaml`,
      "In a GPT's editor: Create new action, Import from URL.",
    ],
    ["Base URL", baseUrl, "What every path below starts with."],
    ["Health", `${baseUrl}/health`, "Answers without a key."],
  ] as const;
  const items = rows.map(
    ([name, url, hint]) => html`<div class="address">
<dt>${name}</dt>
<dd><code data-copy>${url}</code><span class="hint">${hint}</span></dd>
</div>\n`,
  );
  const note = baseUrl.startsWith("https:")
    ? html``
    : html`<p class="notice">ChatGPT calls only public https addresses. Put one in front of this server and set <code>PUBLIC_BASE_URL</code> to it.</p>`;
  return html`<section>
<h2>What to paste</h2>
<dl>
${items}</dl>
${note}
</section>`;
}

function createKeySection(): Html {
  return html`<section>
<h2>How to sign in</h2>
<p>Paste the MCP server's address into ChatGPT or Claude, and they bring you here to sign in. Programs need an API key, in the header <code>Authorization: Bearer KEY</code> or <code>X-API-Key: KEY</code>. In a GPT's editor choose Authentication, API key, Bearer, and paste the key. Only health needs none.</p>
<p>On one machine the first start writes a key to <code>.data/api-key</code>. Elsewhere ask the owner for one.</p>
</section>`;
}

function createExample({ address }: PageFacts): Html {
  const lines = [
    `curl -sS '${address.baseUrl}/execute' \\`,
    `  -H "Authorization: Bearer $(cat .data/api-key)" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"code": "print(2 + 2)"}'`,
  ];
  return html`<section>
<h2>Try it</h2>
<pre tabindex="0"><code data-copy>${lines.join("\n")}</code></pre>
<p class="hint">Run it where the server was started: it reads the key from the file, so the key stays out of your shell's history.</p>
</section>`;
}

function createOperations(operations: readonly Operation[]): Html {
  const rows = operations.map(
    ({ method, path, summary }) =>
      html`<li><code><b>${method}</b> ${path}</code><span>${summary}</span></li>\n`,
  );
  return html`<section>
<h2>What it can do</h2>
<ul class="operations">
${rows}</ul>
</section>`;
}
