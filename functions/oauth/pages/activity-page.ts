import type { AuditEntry } from "#shared/audit/audit-store.ts";
import { type Html, html } from "#shared/html/html.ts";
import { renderOwnerPage } from "./owner-frame.ts";
import { ago } from "./times.ts";
import type { OwnerVisit } from "./visit.ts";

/** Events on one page. */
export const EVENTS_ON_A_PAGE = 50;

/**
 * Renders a page of the audit trail.
 * @param entries one more than `EVENTS_ON_A_PAGE` when there are older ones
 * @param isFirst whether these are the newest
 */
export function renderActivity(
  visit: OwnerVisit,
  entries: readonly AuditEntry[],
  isFirst: boolean,
  now: Date,
): Response {
  const shown = entries.slice(0, EVENTS_ON_A_PAGE);
  const last = shown.at(-1);
  const older =
    last !== undefined && entries.length > shown.length
      ? html`<a class="button quiet" href="${visit.path(`/owner/activity?before=${last.id}`)}">Older</a>`
      : html`<span></span>`;
  const newest = isFirst
    ? html`<span></span>`
    : html`<a class="button quiet" href="${visit.path("/owner/activity")}">Newest</a>`;
  return renderOwnerPage(visit, {
    title: "Activity",
    place: "activity",
    content: html`<h1>What was done</h1>
<p class="lede">Who ran or asked what, and how it ended.</p>
<section aria-label="Events">
${shown.length === 0 ? html`<p class="card empty">Nothing yet.</p>` : eventTable(shown, now)}
<div class="pages">${newest}${older}</div>
</section>`,
  });
}

function eventTable(entries: readonly AuditEntry[], now: Date): Html {
  const rows = entries.map((entry) => eventRow(entry, now));
  return html`<div class="card">
<table class="events">
<thead><tr><th scope="col">What</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">How it ended</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>`;
}

function eventRow(entry: AuditEntry, now: Date): Html {
  const ending = entry.outcome === "ok" ? html`ok` : html`<span class="bad">${entry.outcome}</span>`;
  const who = entry.client === null ? entry.principalName : `${entry.principalName} through ${entry.client}`;
  return html`<tr>
<td><code>${entry.operation}</code>${fingerprint(entry)}</td>
<td class="number">${ago(entry.at, now)}</td>
<td>${who}</td>
<td>${ending} <span class="soft small">${figures(entry)}</span></td>
</tr>
`;
}

/** The hash tells two programs apart without keeping either. */
function fingerprint({ textSha256, textBytes, text }: AuditEntry): Html {
  if (textSha256 === null) return html``;
  if (text !== null)
    return html`<details><summary class="small">Text</summary><pre tabindex="0"><code>${text}</code></pre></details>`;
  return html`<br><span class="soft small" title="SHA-256 ${textSha256}">${String(textBytes ?? 0)} bytes, ${textSha256.slice(0, 8)}</span>`;
}

function figures({ durationMs, costUsd, bytes }: AuditEntry): string {
  return [
    durationMs < 1000 ? `${durationMs} ms` : `${(durationMs / 1000).toFixed(1)} s`,
    ...(bytes === null ? [] : [`${readable(bytes)} read`]),
    ...(costUsd === null ? [] : [`$${costUsd.toFixed(4)}`]),
  ].join(", ");
}

function readable(bytes: number): string {
  const step = Math.min(4, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${["B", "KiB", "MiB", "GiB", "TiB"][step] ?? ""}`;
}
