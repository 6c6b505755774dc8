import { isLive, type StoredApiKey } from "#shared/auth/api-key-store.ts";
import { ALL_SCOPES, SCOPES } from "#shared/contract/scopes.ts";
import { type Html, html } from "#shared/html/html.ts";
import { scopeTags } from "./clients-section.ts";
import { alert, checkbox } from "./fields.ts";
import { confirmed, ownerForm } from "./owner-frame.ts";
import { ago, day } from "./times.ts";
import type { OwnerVisit } from "./visit.ts";

/** How long a new key may live: the value of the choice, in days, and its words. */
export const LIFETIMES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "a year"],
  ["never", "until I revoke it"],
] as const;

/** Revoked and expired keys are shown for this long. */
const SHOWN_AFTERWARDS_MS = 30 * 24 * 3_600_000;

/** The list of keys, and the form that makes one. @param trouble what was wrong with that form; null when nothing */
export function keysSection(
  visit: OwnerVisit,
  keys: readonly StoredApiKey[],
  now: Date,
  trouble: string | null,
): Html {
  const live = keys.filter((key) => isLive(key, now));
  const over = keys.filter(
    (key) => !isLive(key, now) && endOf(key).getTime() > now.getTime() - SHOWN_AFTERWARDS_MS,
  );
  const rows = [...live.map((key) => liveRow(visit, key, now)), ...over.map((key) => overRow(key, now))];
  const list =
    rows.length === 0
      ? html`<p class="empty">There are no keys yet.</p>`
      : html`<ul class="list">\n${rows}</ul>`;
  return html`<section aria-labelledby="keys">
<div class="head"><h2 id="keys">API keys</h2><p class="soft small">for scripts, curl and GPT actions</p></div>
${alert(trouble)}
<div class="card">
${list}
<div class="panel">
<details${trouble === null ? html`` : html` open`}>
<summary>Make a key</summary>
${ownerForm(visit, "/owner/keys", newKeyFields())}
</details>
</div>
${live.length > 1 ? revokeAll(visit, live.length) : html``}
</div>
</section>`;
}

function newKeyFields(): Html {
  const options = LIFETIMES.map(
    ([value, words]) =>
      html`<option value="${value}"${value === "90" ? html` selected` : html``}>${words}</option>\n`,
  );
  const scopes = ALL_SCOPES.map((scope) =>
    checkbox({
      name: "scope",
      value: scope,
      label: SCOPES[scope],
      detail: scope,
      checked: scope !== "query:write",
    }),
  );
  return html`<div class="drawer">
<div class="field"><label for="key-name">Name</label>
<input type="text" id="key-name" name="name" required maxlength="64" autocomplete="off" aria-describedby="key-name-hint">
<p class="hint" id="key-name-hint">Where you will use it, such as “laptop” or “nightly report”.</p></div>
<fieldset><legend>It may</legend>
${scopes}</fieldset>
<div class="field"><label for="lifetime">It works for</label>
<select id="lifetime" name="lifetime">
${options}</select></div>
<button>Make the key</button>
</div>`;
}

function revokeAll(visit: OwnerVisit, count: number): Html {
  return html`<div class="panel">
${confirmed(visit, {
  summary: `Revoke all ${count} keys`,
  text: "Do this after a leak. Everything that uses one of these keys stops working within ten seconds.",
  button: `Revoke all ${count} keys`,
  path: "/owner/keys/revoke-all",
})}
</div>`;
}

function liveRow(visit: OwnerVisit, key: StoredApiKey, now: Date): Html {
  const used = key.lastUsedAt === null ? html`never used` : html`used ${ago(key.lastUsedAt, now)}`;
  const ends = key.expiresAt === null ? html`does not expire` : html`expires ${day(key.expiresAt)}`;
  return html`<li class="row">
<div>
<h3>${key.name}</h3>
${scopeTags(key.scopes)}
<p class="facts"><span>made ${day(key.createdAt)}</span><span>${ends}</span><span>${used}</span></p>
</div>
<details>
<summary>Change<span class="hidden"> the key ${key.name}</span></summary>
${ownerForm(
  visit,
  `/owner/keys/${key.id}/rename`,
  html`<div class="drawer"><div class="field"><label for="name-${key.id}">Name</label>
<input type="text" id="name-${key.id}" name="name" value="${key.name}" required maxlength="64" autocomplete="off"></div>
<button class="quiet">Rename</button></div>`,
)}
${ownerForm(
  visit,
  `/owner/keys/${key.id}/revoke`,
  html`<div class="drawer"><p class="soft small">What uses this key stops working within ten seconds.</p>
<button class="danger">Revoke this key</button></div>`,
)}
</details>
</li>
`;
}

function overRow(key: StoredApiKey, now: Date): Html {
  const word = key.revokedAt === null ? "expired" : "revoked";
  return html`<li class="over">
<p><b>${key.name}</b> <span class="small">${word} ${ago(endOf(key), now)}</span></p>
</li>
`;
}

function endOf(key: StoredApiKey): Date {
  return key.revokedAt ?? key.expiresAt ?? key.createdAt;
}
