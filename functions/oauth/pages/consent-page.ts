import { SCOPES, type Scope } from "#shared/contract/scopes.ts";
import { type Html, html } from "#shared/html/html.ts";
import type { AskingClient, Interaction } from "../interaction.ts";
import { alert, checkbox, csrfField } from "./fields.ts";
import { card, renderPage } from "./page.ts";
import type { OwnerVisit } from "./visit.ts";

/** What each scope means for the owner, beside what it lets its holder do. */
const CONSEQUENCES: Readonly<Record<Scope, string>> = {
  execute: "Programs have no network and see none of this server's files.",
  query: "It can see every row of the datasets that this server may read.",
  "query:write": "It can change and delete rows. Leave this off unless you need it.",
};

/** Renders the page on which the owner lets a client in or not. @param trouble what was wrong with the last answer; null the first time */
export function renderConsent(visit: OwnerVisit, interaction: Interaction, trouble: string | null): Response {
  const { client, scopes, uid } = interaction;
  const action = visit.path(`/interaction/${encodeURIComponent(uid)}`);
  return renderPage({
    title: `Let ${client.name} connect? · ${visit.host}`,
    shape: "narrow",
    status: trouble === null ? 200 : 400,
    leadsAway: true,
    content: card(
      visit.host,
      html`<h1>Let ${client.name} connect?</h1>
<p class="lede">${describeOrigin(client)}</p>
${warning(client)}
${alert(trouble)}
<form method="post" action="${action}" class="fields">
${csrfField(visit.session.csrf)}
<fieldset>
<legend>It may</legend>
${scopes.map(choice)}
</fieldset>
<p class="soft small">If you allow it, your answer goes to <b>${destination(client)}</b>. You can throw it out at any time on <a href="${visit.path("/owner")}">your page</a>.</p>
<div class="buttons">
<button name="decision" value="deny" class="quiet">Don’t allow</button>
<button name="decision" value="allow">Allow</button>
</div>
</form>`,
    ),
  });
}

/** What is known of the client for certain. */
function describeOrigin(client: AskingClient): Html {
  if (client.kind === "chatgpt") return html`It is the ChatGPT client of your settings.`;
  if (client.kind === "cimd") return html`It comes from <b>${client.host}</b>.`;
  return html`It registered itself at this server.`;
}

/** Whoever registers itself chooses its name: only the address that codes go to tells who gets in. */
function warning(client: AskingClient): Html {
  if (client.kind !== "dcr") return html``;
  const known = isOnThisDevice(client)
    ? html`you have just asked an app on this device to connect`
    : html`you have just asked it to connect, and you know <b>${client.redirectHost}</b>`;
  return html`<p class="notice">Anybody can call an app “${client.name}”. Allow it only if ${known}.</p>`;
}

function destination(client: AskingClient): string {
  return isOnThisDevice(client) ? `an app on this device (${client.redirectHost})` : client.redirectHost;
}

function isOnThisDevice({ redirectHost }: AskingClient): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(redirectHost);
}

/** What changes data has to be ticked by the owner. */
function choice(scope: Scope): Html {
  return checkbox({
    name: "scope",
    value: scope,
    label: SCOPES[scope],
    detail: CONSEQUENCES[scope],
    checked: scope !== "query:write",
  });
}
