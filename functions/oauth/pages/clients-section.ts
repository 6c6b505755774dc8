import type { Scope } from "#shared/contract/scopes.ts";
import { type Html, html } from "#shared/html/html.ts";
import type { ConnectedClient } from "../owner/connected-clients.ts";
import { confirmed } from "./owner-frame.ts";
import { ago, day } from "./times.ts";
import type { OwnerVisit } from "./visit.ts";

/** The list of apps that the owner let in. */
export function clientsSection(visit: OwnerVisit, clients: readonly ConnectedClient[], now: Date): Html {
  const rows = clients.map((client) => clientRow(visit, client, now));
  const list =
    rows.length === 0
      ? html`<p class="card empty">No app is connected. When you connect ChatGPT or another app to <code>${visit.host}</code>, it shows up here.</p>`
      : html`<ul class="list card">
${rows}</ul>`;
  return html`<section aria-labelledby="clients">
<div class="head"><h2 id="clients">Connected apps</h2></div>
${list}
</section>`;
}

/** What a key or an app may do, one word each. */
export function scopeTags(scopes: readonly Scope[]): Html {
  const tags = scopes.map((scope) =>
    scope === "query:write"
      ? html`<span class="tag write">${scope}</span>`
      : html`<span class="tag">${scope}</span>`,
  );
  return html`<p class="tags">${tags}</p>`;
}

function clientRow(visit: OwnerVisit, client: ConnectedClient, now: Date): Html {
  const used = client.lastUsedAt === null ? html`not used yet` : html`used ${ago(client.lastUsedAt, now)}`;
  const unproven = client.kind === "dcr" ? html`<span>registered itself</span>` : html``;
  return html`<li class="row">
<div>
<h3>${client.name}</h3>
${scopeTags(client.scopes)}
<p class="facts"><span>${client.host}</span>${unproven}<span>let in ${day(client.approvedAt)}</span><span>${used}</span></p>
</div>
${confirmed(visit, {
  summary: "Disconnect",
  text: `${client.name} loses access within ten seconds, and has to ask you again.`,
  button: "Disconnect it",
  path: "/owner/clients/revoke",
  fields: html`<input type="hidden" name="client" value="${client.id}">`,
})}
</li>
`;
}
