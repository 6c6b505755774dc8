import type { StoredApiKey } from "#shared/auth/api-key-store.ts";
import { html } from "#shared/html/html.ts";
import { renderOwnerPage } from "./owner-frame.ts";
import type { OwnerVisit } from "./visit.ts";

/** Renders the one page that shows a new key. */
export function renderNewKey(visit: OwnerVisit, key: string, stored: StoredApiKey): Response {
  return renderOwnerPage(visit, {
    title: "Your new key",
    place: null,
    content: html`<h1>Your new key</h1>
<p class="lede">Copy it now: it is shown once and kept nowhere. If you lose it, revoke “${stored.name}” and make another.</p>
<div class="fields">
<p class="key card" tabindex="0" aria-label="The key"><code>${key}</code></p>
<p class="soft small">Send it as <code>Authorization: Bearer KEY</code> or <code>X-API-Key: KEY</code>. In a GPT’s editor: Authentication, API key, Bearer.</p>
<p><a class="button" href="${visit.path("/owner")}">I have copied it</a></p>
</div>`,
  });
}
