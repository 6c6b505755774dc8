import { judgePassphrase } from "../owner/passphrase.ts";
import {
  afterSignIn,
  interactionOf,
  openForm,
  readOpenForm,
  refuseForm,
  sessionOf,
  signedInCookies,
} from "./guard-form.ts";
import { seeOther } from "./page.ts";
import type { Parts } from "./parts.ts";
import { interactionQuery, type OpenForm, renderSetUp, renderSignIn } from "./sign-in-page.ts";
import type { Visit } from "./visit.ts";

/** GET /owner/sign-in */
export async function showSignIn(parts: Parts, visit: Visit): Promise<Response> {
  const interaction = interactionOf(visit);
  if ((await sessionOf(parts, visit)) !== null) return seeOther(afterSignIn(visit, interaction));
  return askToSignIn(parts, visit, interaction, null);
}

/** The sign-in page; the set-up page while nobody could sign in. @param clientName what the waiting client calls itself, if it is known */
export async function askToSignIn(
  parts: Parts,
  visit: Visit,
  interaction: string | null,
  clientName: string | null,
  form: OpenForm = openForm(parts, visit),
): Promise<Response> {
  const passphrase = await parts.account.hasPassphrase();
  const google = parts.google !== null;
  if (!passphrase && !google) return seeOther(visit.path(`/owner/set-up${interactionQuery(interaction)}`));
  const waiting = clientName ?? (interaction === null ? null : "An app");
  return renderSignIn(visit, form, { passphrase, google, interaction, clientName: waiting });
}

/** POST /owner/sign-in */
export async function signIn(parts: Parts, visit: Visit): Promise<Response> {
  const interaction = interactionOf(visit);
  const fields = await readOpenForm(parts, visit);
  if (fields === null) return refuseForm(visit, `/owner/sign-in${interactionQuery(interaction)}`);
  const waiting = await throttled(parts, visit);
  if (waiting !== null) return askToSignIn(parts, visit, interaction, null, waiting);
  const passphrase = fields.get("passphrase") ?? "";
  if (!(await parts.account.verify(passphrase.slice(0, 1024), visit.signal))) {
    await parts.record(visit, "owner_sign_in", "wrong_passphrase", null);
    const form = openForm(parts, visit, { trouble: "That is not the passphrase. Try again.", status: 401 });
    return askToSignIn(parts, visit, interaction, null, form);
  }
  await parts.record(visit, "owner_sign_in", "ok", "owner");
  const cookies = await signedInCookies(parts, visit, await parts.sessions.begin({ method: "passphrase" }));
  return seeOther(afterSignIn(visit, interaction), cookies);
}

/** GET /owner/set-up */
export async function showSetUp(parts: Parts, visit: Visit): Promise<Response> {
  const interaction = interactionOf(visit);
  if (await parts.account.hasPassphrase())
    return seeOther(visit.path(`/owner/sign-in${interactionQuery(interaction)}`));
  return renderSetUp(visit, openForm(parts, visit), "", interaction);
}

/** POST /owner/set-up: only while there is no passphrase, and only with the code that the server printed. */
export async function setUp(parts: Parts, visit: Visit): Promise<Response> {
  const interaction = interactionOf(visit);
  const fields = await readOpenForm(parts, visit);
  if (fields === null) return refuseForm(visit, `/owner/set-up${interactionQuery(interaction)}`);
  const code = (fields.get("code") ?? "").slice(0, 64);
  const waiting = await throttled(parts, visit);
  if (waiting !== null) return renderSetUp(visit, waiting, code, interaction);
  const again = (trouble: string) =>
    renderSetUp(visit, openForm(parts, visit, { trouble, status: 400 }), code, interaction);
  const passphrase = fields.get("passphrase") ?? "";
  if (!(await parts.setUpCodes.verify(code))) {
    await parts.record(visit, "set_passphrase", "wrong_code", null);
    return again(
      "That is not the set-up code. The server prints one when it starts; each start ends the one before.",
    );
  }
  const fault = judgeNew(passphrase, fields.get("again"));
  if (fault !== null) return again(fault);
  if (!(await parts.account.setPassphrase(passphrase, visit.signal, true))) {
    return seeOther(visit.path(`/owner/sign-in${interactionQuery(interaction)}`));
  }
  await parts.setUpCodes.end();
  await parts.record(visit, "set_passphrase", "ok", "owner");
  const cookies = await signedInCookies(parts, visit, await parts.sessions.begin({ method: "passphrase" }));
  return seeOther(afterSignIn(visit, interaction), cookies);
}

/** What is wrong with a new passphrase that was typed twice, as a sentence; null when nothing is. */
export function judgeNew(passphrase: string, again: string | null): string | null {
  return (
    judgePassphrase(passphrase) ?? (passphrase === again ? null : "The two passphrases are not the same.")
  );
}

/** Counts an attempt. @returns the form to show when there were too many; null when this one may go on */
async function throttled(parts: Parts, visit: Visit): Promise<OpenForm | null> {
  const decision = await parts.throttle.admit(
    "passphrase",
    visit.cookies.read(visit.request, "owner-device"),
  );
  if (decision.allowed) return null;
  const seconds = decision.retryAfterSeconds;
  return openForm(parts, visit, {
    trouble: `Too many attempts. Wait ${seconds} seconds, then try again.`,
    status: 429,
    headers: [["retry-after", String(seconds)]],
  });
}
