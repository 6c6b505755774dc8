import { type Html, html } from "#shared/html/html.ts";
import { csrfField } from "./fields.ts";
import { renderPage } from "./page.ts";
import type { OwnerVisit } from "./visit.ts";

/** The pages that the bar leads to. */
export type OwnerPlace = "overview" | "activity";

const PLACES = [
  ["overview", "/owner", "Access"],
  ["activity", "/owner/activity", "Activity"],
] as const;

/** Renders a page of the signed-in owner: the bar above, the content below. */
export function renderOwnerPage(
  visit: OwnerVisit,
  page: {
    readonly title: string;
    readonly place: OwnerPlace | null;
    readonly content: Html;
    readonly status?: number;
  },
): Response {
  const links = PLACES.map(([place, path, label]) => {
    const current = place === page.place ? html` aria-current="page"` : html``;
    return html`<a href="${visit.path(path)}"${current}>${label}</a>\n`;
  });
  return renderPage({
    title: `${page.title} · ${visit.host}`,
    shape: "broad",
    status: page.status ?? 200,
    content: html`<header class="bar">
<span class="mark" aria-hidden="true">&gt;_</span> <span class="soft small">${visit.host}</span>
<nav aria-label="Owner">
${links}<form method="post" action="${visit.path("/owner/sign-out")}">${csrfField(visit.session.csrf)}<button class="quiet">Sign out</button></form>
</nav>
</header>
<main>
${page.content}
</main>`,
  });
}

/** A form of the signed-in owner. @param path below `/oauth` */
export function ownerForm(visit: OwnerVisit, path: string, content: Html): Html {
  return html`<form method="post" action="${visit.path(path)}">
${csrfField(visit.session.csrf)}
${content}
</form>`;
}

/** A button that opens a question and has to be pressed again inside: nothing is ended by one press. */
export function confirmed(
  visit: OwnerVisit,
  question: {
    readonly summary: string;
    readonly text: string;
    readonly button: string;
    readonly path: string;
    readonly fields?: Html;
  },
): Html {
  return html`<details class="danger">
<summary>${question.summary}</summary>
${ownerForm(
  visit,
  question.path,
  html`<div class="drawer">
${question.fields ?? html``}
<p>${question.text}</p>
<button class="danger">${question.button}</button>
</div>`,
)}
</details>`;
}
