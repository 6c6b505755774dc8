import { parseKeyName } from "#shared/auth/api-key-store.ts";
import { isScope } from "#shared/contract/scopes.ts";
import { EVENTS_ON_A_PAGE, renderActivity } from "./activity-page.ts";
import { signedInCookies } from "./guard-form.ts";
import { renderNewKey } from "./key-page.ts";
import { LIFETIMES } from "./keys-section.ts";
import { type DONE, type Overview, renderOverview } from "./overview-page.ts";
import { renderMessage, seeOther } from "./page.ts";
import type { OwnerDeed, Parts } from "./parts.ts";
import { judgeNew } from "./sign-in.ts";
import type { OwnerVisit, Visit } from "./visit.ts";

/** What a form of the signed-in owner does. */
export type OwnerAction = (
  parts: Parts,
  visit: OwnerVisit,
  fields: URLSearchParams,
  id: string,
) => Promise<Response>;

const DAY_MS = 24 * 3_600_000;

/** GET /owner */
export async function showOverview(
  parts: Parts,
  visit: OwnerVisit,
  trouble?: Overview["trouble"],
): Promise<Response> {
  const [clients, keys, hasPassphrase] = await Promise.all([
    parts.clients.list(),
    parts.keys.list(),
    parts.account.hasPassphrase(),
  ]);
  const overview = { clients, keys, hasPassphrase, now: parts.now() };
  return renderOverview(visit, trouble === undefined ? overview : { ...overview, trouble });
}

/** GET /owner/activity */
export async function showActivity(parts: Parts, visit: OwnerVisit): Promise<Response> {
  const asked = visit.url.searchParams.get("before") ?? "";
  const before = /^\d{1,15}$/.test(asked) ? Number(asked) : null;
  const entries = await parts.activity(before, EVENTS_ON_A_PAGE + 1);
  return renderActivity(visit, entries, before === null, parts.now());
}

const createKey: OwnerAction = async (parts, visit, fields) => {
  const name = parseKeyName(fields.get("name") ?? "");
  const scopes = fields.getAll("scope").filter(isScope);
  const lifetime = LIFETIMES.find(([value]) => value === fields.get("lifetime"))?.[0];
  const refuse = (sentence: string) => showOverview(parts, visit, { form: "key", sentence });
  if (name === null) return refuse("Give the key a name of 1 to 64 characters.");
  if (scopes.length === 0) return refuse("Tick at least one thing that the key may do.");
  if (lifetime === undefined) return refuse("Choose how long the key works.");
  const expiresAt = lifetime === "never" ? null : new Date(parts.now().getTime() + Number(lifetime) * DAY_MS);
  const { key, stored } = await parts.keys.create({ name, scopes: [...new Set(scopes)], expiresAt });
  await note(parts, visit, "create_key");
  return renderNewKey(visit, key, stored);
};

const renameKey: OwnerAction = async (parts, visit, fields, id) => {
  const name = parseKeyName(fields.get("name") ?? "");
  if (name === null)
    return showOverview(parts, visit, { form: "key", sentence: "A name has 1 to 64 characters." });
  if (!(await parts.keys.rename(id, name))) return sayItIsGone(visit);
  await note(parts, visit, "rename_key");
  return done(visit, "renamed");
};

const revokeKey: OwnerAction = async (parts, visit, _fields, id) => {
  if (!(await parts.keys.revoke(id))) return sayItIsGone(visit);
  await note(parts, visit, "revoke_key");
  return done(visit, "revoked");
};

const revokeAllKeys: OwnerAction = async (parts, visit) => {
  await parts.keys.revokeAll();
  await note(parts, visit, "revoke_all_keys");
  return done(visit, "all-revoked");
};

const disconnectClient: OwnerAction = async (parts, visit, fields) => {
  if (!(await parts.clients.revoke(fields.get("client") ?? ""))) return sayItIsGone(visit);
  await note(parts, visit, "disconnect_client");
  return done(visit, "disconnected");
};

const revokeEverything: OwnerAction = async (parts, visit) => {
  await parts.keys.revokeAll();
  await parts.clients.revokeAll();
  const cookies = await signOutOthers(parts, visit);
  await note(parts, visit, "revoke_everything");
  return done(visit, "everything", cookies);
};

const changePassphrase: OwnerAction = async (parts, visit, fields) => {
  const refuse = (sentence: string) => showOverview(parts, visit, { form: "passphrase", sentence });
  const decision = await parts.throttle.admit(
    "passphrase",
    visit.cookies.read(visit.request, "owner-device"),
  );
  if (!decision.allowed)
    return refuse(`Too many attempts. Wait ${decision.retryAfterSeconds} seconds, then try again.`);
  const passphrase = fields.get("passphrase") ?? "";
  const fault = judgeNew(passphrase, fields.get("again"));
  if (fault !== null) return refuse(fault);
  if (!(await parts.account.verify((fields.get("current") ?? "").slice(0, 1024), visit.signal)))
    return refuse("The passphrase now is another one.");
  await parts.account.setPassphrase(passphrase, visit.signal);
  await note(parts, visit, "set_passphrase");
  return done(visit, "passphrase", await beginAgain(parts, visit));
};

const signOutOtherBrowsers: OwnerAction = async (parts, visit) => {
  const cookies = await signOutOthers(parts, visit);
  await note(parts, visit, "owner_sign_out");
  return done(visit, "signed-out", cookies);
};

const signOut: OwnerAction = async (parts, visit) => {
  await parts.sessions.end(visit.cookies.read(visit.request, "owner") ?? "");
  await note(parts, visit, "owner_sign_out");
  return seeOther(visit.path("/owner/sign-in"), [visit.cookies.write("owner", "", 0)]);
};

/** The forms of the owner's page, by their paths below `/oauth/owner`; `{id}` is the id of a key. */
export const OWNER_ACTIONS: Readonly<Record<string, OwnerAction>> = {
  "/keys": createKey,
  "/keys/{id}/rename": renameKey,
  "/keys/{id}/revoke": revokeKey,
  "/keys/revoke-all": revokeAllKeys,
  "/clients/revoke": disconnectClient,
  "/passphrase": changePassphrase,
  "/sign-out": signOut,
  "/sign-out-others": signOutOtherBrowsers,
  "/revoke-everything": revokeEverything,
};

async function signOutOthers(parts: Parts, visit: OwnerVisit): Promise<readonly string[]> {
  await parts.account.endAllSessions();
  return beginAgain(parts, visit);
}

/** A new session for this browser, after all have ended. */
async function beginAgain(parts: Parts, visit: OwnerVisit): Promise<readonly string[]> {
  const { method, account } = visit.session;
  const how =
    method === "google" && account !== null ? { method, account } : { method: "passphrase" as const };
  return signedInCookies(parts, visit, await parts.sessions.begin(how));
}

function note(parts: Parts, visit: OwnerVisit, deed: OwnerDeed): Promise<void> {
  return parts.record(visit, deed, "ok", visit.session.account ?? "owner");
}

function done(visit: Visit, word: keyof typeof DONE, cookies: readonly string[] = []): Response {
  return seeOther(visit.path(`/owner?done=${word}`), cookies);
}

function sayItIsGone(visit: Visit): Response {
  return renderMessage(visit.host, {
    status: 404,
    title: "It is gone already",
    text: "What you wanted to change is no longer there. Nothing was done.",
    next: { href: visit.path("/owner"), label: "Back to your page" },
  });
}
