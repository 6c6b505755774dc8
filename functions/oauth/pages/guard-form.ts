import { type OwnerSession, SESSION_LIFETIME_MS } from "../owner/owner-sessions.ts";
import { DEVICE_LIFETIME_MS } from "../owner/sign-in-throttle.ts";
import { CSRF_FIELD, comesFromHere, isSameText, readForm } from "./forms.ts";
import { renderMessage } from "./page.ts";
import type { Parts } from "./parts.ts";
import type { OpenForm } from "./sign-in-page.ts";
import type { Visit } from "./visit.ts";

const FORM_COOKIE_SECONDS = 3600;

/** The owner's session of this browser, or null. */
export async function sessionOf(parts: Parts, visit: Visit): Promise<OwnerSession | null> {
  return parts.sessions.find(visit.cookies.read(visit.request, "owner"));
}

/** What a form for somebody who is not signed in is sent with. */
export function openForm(
  parts: Parts,
  visit: Visit,
  more: Partial<Pick<OpenForm, "trouble" | "status" | "headers">> = {},
): OpenForm {
  const cookie = visit.cookies.read(visit.request, "owner-form") ?? parts.formTokens.createCookie();
  return {
    csrf: parts.formTokens.tokenOf(cookie),
    cookies: [visit.cookies.write("owner-form", cookie, FORM_COOKIE_SECONDS)],
    trouble: more.trouble ?? null,
    ...more,
  };
}

/** Reads a form of somebody who is not signed in; null when it did not come from our own page in this browser. */
export async function readOpenForm(parts: Parts, visit: Visit): Promise<URLSearchParams | null> {
  const fields = await readForm(visit.request, visit.signal);
  const cookie = visit.cookies.read(visit.request, "owner-form");
  const isOurs = parts.formTokens.verify(cookie, fields.get(CSRF_FIELD));
  return isOurs && comesFromHere(visit.request.headers, visit.origin) ? fields : null;
}

/** Reads a form of the signed-in owner; null when it did not come from the owner's own page in this browser. */
export async function readOwnerForm(visit: Visit, session: OwnerSession): Promise<URLSearchParams | null> {
  const fields = await readForm(visit.request, visit.signal);
  const isOurs = isSameText(session.csrf, fields.get(CSRF_FIELD) ?? "");
  return isOurs && comesFromHere(visit.request.headers, visit.origin) ? fields : null;
}

/** Answers a form that did not come from our own page, or is too old. @param path where the reader can start again */
export function refuseForm(visit: Visit, path: string): Response {
  return renderMessage(visit.host, {
    status: 403,
    title: "Please try again",
    text: "This form was too old, or did not come from this server’s own page. Nothing was done.",
    next: { href: visit.path(path), label: "Start again" },
  });
}

/** Cookies of a browser in which the owner has just signed in: a session of its own, and a device that is known from now on. */
export async function signedInCookies(
  parts: Parts,
  visit: Visit,
  cookie: string,
): Promise<readonly string[]> {
  const former = visit.cookies.read(visit.request, "owner");
  if (former !== undefined) await parts.sessions.end(former);
  return [
    visit.cookies.write("owner", cookie, SESSION_LIFETIME_MS / 1000),
    visit.cookies.write("owner-device", parts.throttle.createDevice(), DEVICE_LIFETIME_MS / 1000),
    visit.cookies.write("owner-form", "", 0),
  ];
}

/** Where the browser goes after a sign-in. */
export function afterSignIn(visit: Visit, interaction: string | null): string {
  return visit.path(interaction === null ? "/owner" : `/interaction/${interaction}`);
}

/** The waiting request that a page was called for, by its query; null when there is none, or something else stands there. */
export function interactionOf(visit: Visit): string | null {
  const uid = visit.url.searchParams.get("interaction");
  return uid !== null && isInteractionUid(uid) ? uid : null;
}

/** Whether a text can name a waiting request: it goes into addresses. */
export function isInteractionUid(text: string): boolean {
  return /^[\w-]{8,64}$/.test(text);
}
