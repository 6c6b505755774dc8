import { isScope } from "#shared/contract/scopes.ts";
import { renderConsent } from "./consent-page.ts";
import { readOwnerForm, refuseForm, sessionOf } from "./guard-form.ts";
import { renderMessage } from "./page.ts";
import type { Parts } from "./parts.ts";
import { askToSignIn } from "./sign-in.ts";
import type { Visit } from "./visit.ts";

/** GET /interaction/{uid}: asks the owner to sign in, then whether the client may come in; not again for what was approved before. */
export async function showInteraction(parts: Parts, visit: Visit): Promise<Response> {
  const interaction = await parts.interactions.find(visit.request);
  if (interaction === null) return sayItEnded(visit);
  const session = await sessionOf(parts, visit);
  if (session === null) return askToSignIn(parts, visit, interaction.uid, interaction.client.name);
  if (!interaction.needsConsent) return parts.interactions.approve(visit.request, interaction.scopes);
  return renderConsent({ ...visit, session }, interaction, null);
}

/** POST /interaction/{uid}: the owner's answer. */
export async function decide(parts: Parts, visit: Visit, uid: string): Promise<Response> {
  const interaction = await parts.interactions.find(visit.request);
  if (interaction === null) return sayItEnded(visit);
  const session = await sessionOf(parts, visit);
  if (session === null) return askToSignIn(parts, visit, interaction.uid, interaction.client.name);
  const fields = await readOwnerForm(visit, session);
  if (fields === null) return refuseForm(visit, `/interaction/${uid}`);
  const by = session.account ?? "owner";
  if (fields.get("decision") === "deny") {
    await parts.record(visit, "deny_client", "ok", by);
    return parts.interactions.deny(visit.request);
  }
  const ticked = fields.getAll("scope");
  const granted = interaction.scopes.filter((scope) => isScope(scope) && ticked.includes(scope));
  if (fields.get("decision") !== "allow" || granted.length === 0) {
    return renderConsent(
      { ...visit, session },
      interaction,
      "Tick at least one thing that it may do, or don’t allow it.",
    );
  }
  await parts.record(visit, "approve_client", "ok", by);
  return parts.interactions.approve(visit.request, granted);
}

function sayItEnded(visit: Visit): Response {
  return renderMessage(visit.host, {
    status: 410,
    title: "This request has ended",
    text: "It was answered already, took too long, or began in another browser. Go back to the app and connect again.",
  });
}
