import { type Html, html } from "#shared/html/html.ts";
import { alert, csrfField, secretField, USERNAME_FIELD } from "./fields.ts";
import { card, renderPage } from "./page.ts";
import type { Visit } from "./visit.ts";

/** What a form for readers who are not signed in is sent with. */
export interface OpenForm {
  readonly csrf: string;
  /** Values for `Set-Cookie`. */
  readonly cookies: readonly string[];
  /** What went wrong the last time, as a sentence; null the first time. */
  readonly trouble: string | null;
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
}

/** What the sign-in page offers. */
export interface SignInChoices {
  readonly passphrase: boolean;
  readonly google: boolean;
  /** The waiting request for authorization that the sign-in is for; null for the owner's page. */
  readonly interaction: string | null;
  /** What the client calls itself that waits; null when none does. */
  readonly clientName: string | null;
}

/** The query that carries a waiting request from page to page. */
export function interactionQuery(interaction: string | null): string {
  return interaction === null ? "" : `?interaction=${encodeURIComponent(interaction)}`;
}

/** Renders the page on which the owner signs in. */
export function renderSignIn(visit: Visit, form: OpenForm, choices: SignInChoices): Response {
  const { interaction, clientName } = choices;
  const purpose =
    clientName === null
      ? "This page is for the owner of this server."
      : `${clientName} wants to use this server. Sign in as its owner to decide.`;
  const parts = [
    ...(choices.passphrase ? [passphraseForm(visit, form, interaction)] : []),
    ...(choices.passphrase && choices.google ? [html`<p class="or">or</p>`] : []),
    ...(choices.google ? [googleLink(visit, choices)] : []),
  ];
  return renderOpenPage(visit, form, {
    title: "Sign in",
    content: html`<h1>Sign in</h1>
<p class="lede">${purpose}</p>
${alert(form.trouble)}
${parts}`,
  });
}

function passphraseForm(visit: Visit, form: OpenForm, interaction: string | null): Html {
  const action = visit.path(`/owner/sign-in${interactionQuery(interaction)}`);
  return html`<form method="post" action="${action}" class="fields">
${csrfField(form.csrf)}
${USERNAME_FIELD}
${secretField({ id: "passphrase", label: "Passphrase", autocomplete: "current-password", autofocus: true })}
<button>Sign in</button>
</form>
`;
}

function googleLink(visit: Visit, choices: SignInChoices): Html {
  const href = visit.path(`/owner/google${interactionQuery(choices.interaction)}`);
  const link = choices.passphrase ? "button quiet wide" : "button wide";
  const around = choices.passphrase ? "plain" : "fields";
  return html`<div class="${around}"><a class="${link}" href="${href}">Sign in with Google</a></div>`;
}

/** Renders the page on which the first passphrase is set. */
export function renderSetUp(
  visit: Visit,
  form: OpenForm,
  code: string,
  interaction: string | null,
): Response {
  const action = visit.path(`/owner/set-up${interactionQuery(interaction)}`);
  return renderOpenPage(visit, form, {
    title: "Choose a passphrase",
    content: html`<h1>Choose a passphrase</h1>
<p class="lede">You sign in with it to connect ChatGPT and other apps, to make keys, and to see what was done.</p>
${alert(form.trouble)}
<form method="post" action="${action}" class="fields">
${csrfField(form.csrf)}
${USERNAME_FIELD}
<div class="field">
<label for="code">Set-up code</label>
<input type="text" id="code" name="code" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="64" aria-describedby="code-hint" placeholder="XXXX-XXXX-XXXX-XXXX">
<p class="hint" id="code-hint">The server printed it when it started. It shows that this server is yours.</p>
</div>
${secretField({ id: "passphrase", label: "New passphrase", autocomplete: "new-password", hint: "12 characters or more. Three or four words that do not belong together are good." })}
${secretField({ id: "again", label: "The same once more", autocomplete: "new-password" })}
<button>Set the passphrase</button>
</form>`,
  });
}

function renderOpenPage(visit: Visit, form: OpenForm, page: { title: string; content: Html }): Response {
  return renderPage({
    title: `${page.title} · ${visit.host}`,
    shape: "narrow",
    status: form.status ?? 200,
    content: card(visit.host, page.content),
    headers: [...form.cookies.map((cookie) => ["set-cookie", cookie] as const), ...(form.headers ?? [])],
  });
}
