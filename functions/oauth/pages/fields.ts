import { type Html, html } from "#shared/html/html.ts";
import { CSRF_FIELD } from "./forms.ts";

/** The hidden field that shows that a form came from our own page. */
export function csrfField(token: string): Html {
  return html`<input type="hidden" name="${CSRF_FIELD}" value="${token}">`;
}

/** One line to type a secret into. */
export function secretField(options: {
  readonly id: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
  readonly hint?: string;
  readonly autofocus?: boolean;
}): Html {
  const { id, label, autocomplete, hint, autofocus } = options;
  const describedBy = hint === undefined ? html`` : html` aria-describedby="${id}-hint"`;
  return html`<div class="field">
<label for="${id}">${label}</label>
<input type="password" id="${id}" name="${id}" autocomplete="${autocomplete}" required maxlength="256"${describedBy}${flag("autofocus", autofocus)}>
${hint === undefined ? html`` : html`<p class="hint" id="${id}-hint">${hint}</p>`}
</div>`;
}

/** Whom password managers keep the passphrase for; there is nothing to fill in. */
export const USERNAME_FIELD = html`<input type="text" name="username" value="owner" autocomplete="username" hidden>`;

/** A box to tick, with a line that says more. */
export function checkbox(options: {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly detail: string;
  readonly checked: boolean;
}): Html {
  const { name, value, label, detail, checked } = options;
  return html`<label class="choice">
<input type="checkbox" name="${name}" value="${value}"${flag("checked", checked)}>
<div><b>${label}</b><span>${detail}</span></div>
</label>`;
}

/** What went wrong with a form that was sent; nothing without a sentence. */
export function alert(sentence: string | null): Html {
  return sentence === null ? html`` : html`<p class="alert" role="alert">${sentence}</p>`;
}

function flag(name: "autofocus" | "checked", on: boolean | undefined): Html {
  if (on !== true) return html``;
  return name === "autofocus" ? html` autofocus` : html` checked`;
}
