import type { StoredApiKey } from "#shared/auth/api-key-store.ts";
import { type Html, html } from "#shared/html/html.ts";
import type { ConnectedClient } from "../owner/connected-clients.ts";
import { clientsSection } from "./clients-section.ts";
import { alert, secretField, USERNAME_FIELD } from "./fields.ts";
import { keysSection } from "./keys-section.ts";
import { confirmed, ownerForm, renderOwnerPage } from "./owner-frame.ts";
import type { OwnerVisit } from "./visit.ts";

/** What the owner is told after a form did its work: its word in the address, and the sentence. */
export const DONE = {
  disconnected: "The app is disconnected.",
  renamed: "The key has its new name.",
  revoked: "The key is revoked.",
  "all-revoked": "All keys are revoked.",
  everything: "Every app and every key has lost access, and all other browsers are signed out.",
  passphrase: "The passphrase is changed, and all other browsers are signed out.",
  "signed-out": "All other browsers are signed out.",
} as const;

/** What the page shows. */
export interface Overview {
  readonly clients: readonly ConnectedClient[];
  readonly keys: readonly StoredApiKey[];
  readonly hasPassphrase: boolean;
  readonly now: Date;
  /** What was wrong with the form that was just sent, and which one it was. */
  readonly trouble?: { readonly form: "key" | "passphrase"; readonly sentence: string };
}

/** Renders the page on which the owner sees who has access, and ends it. */
export function renderOverview(visit: OwnerVisit, overview: Overview): Response {
  const { clients, keys, now, trouble } = overview;
  const done = visit.url.searchParams.get("done");
  const troubleOf = (form: "key" | "passphrase") => (trouble?.form === form ? trouble.sentence : null);
  return renderOwnerPage(visit, {
    title: "Access",
    place: "overview",
    status: trouble === undefined ? 200 : 400,
    content: html`<h1>Who has access</h1>
<p class="lede">Everything that may run programs or read your data through <b>${visit.host}</b>.</p>
${done !== null && isDone(done) ? html`<p class="done" role="status">${DONE[done]}</p>` : html``}
${clientsSection(visit, clients, now)}
${keysSection(visit, keys, now, troubleOf("key"))}
${signInSection(visit, overview.hasPassphrase, troubleOf("passphrase"))}
${leakSection(visit)}`,
  });
}

function isDone(word: string): word is keyof typeof DONE {
  return Object.hasOwn(DONE, word);
}

function signInSection(visit: OwnerVisit, hasPassphrase: boolean, trouble: string | null): Html {
  const { method, account } = visit.session;
  const how = method === "google" && account !== null ? `as ${account}` : "with your passphrase";
  return html`<section aria-labelledby="sign-in">
<div class="head"><h2 id="sign-in">Your sign-in</h2><p class="soft small">You are signed in ${how}.</p></div>
${alert(trouble)}
<div class="card">
${hasPassphrase ? passphrasePanel(visit, trouble !== null) : html``}
<div class="panel">
${confirmed(visit, {
  summary: "Sign out all other browsers",
  text: "This browser stays signed in.",
  button: "Sign them out",
  path: "/owner/sign-out-others",
})}
</div>
</div>
</section>`;
}

function passphrasePanel(visit: OwnerVisit, isOpen: boolean): Html {
  return html`<div class="panel">
<details${isOpen ? html` open` : html``}>
<summary>Change the passphrase</summary>
${ownerForm(
  visit,
  "/owner/passphrase",
  html`<div class="drawer">
${USERNAME_FIELD}
${secretField({ id: "current", label: "Passphrase now", autocomplete: "current-password" })}
${secretField({ id: "passphrase", label: "New passphrase", autocomplete: "new-password", hint: "12 characters or more." })}
${secretField({ id: "again", label: "The same once more", autocomplete: "new-password" })}
<button>Change it</button>
</div>`,
)}
</details>
</div>`;
}

function leakSection(visit: OwnerVisit): Html {
  return html`<section aria-labelledby="leak">
<div class="head"><h2 id="leak">If something leaked</h2></div>
<div class="card"><div class="panel">
${confirmed(visit, {
  summary: "Revoke everything",
  text: "Disconnects every app, revokes every key of the list above, and signs out all other browsers. Keys that are set in the server’s settings go on working: change them there.",
  button: "Revoke everything",
  path: "/owner/revoke-everything",
})}
</div></div>
</section>`;
}
