import { decide, showInteraction } from "./decide.ts";
import { isInteractionUid, readOwnerForm, refuseForm, sessionOf } from "./guard-form.ts";
import { OWNER_ACTIONS, type OwnerAction, showActivity, showOverview } from "./manage.ts";
import { renderMessage, seeOther } from "./page.ts";
import type { Parts } from "./parts.ts";
import { setUp, showSetUp, showSignIn, signIn } from "./sign-in.ts";
import { finishGoogle, startGoogle } from "./sign-in-with-google.ts";
import type { OwnerVisit, Visit } from "./visit.ts";

type Answer = () => Promise<Response>;

/** What a path answers, by method. */
interface Place {
  readonly get?: Answer;
  readonly post?: Answer;
}

/** Finds the page of a request and answers it; null when the path is none of the owner's. @throws AppError */
export async function answerOwnerPage(parts: Parts, visit: Visit): Promise<Response | null> {
  const place = findPlace(parts, visit);
  if (place === null) return null;
  const method = visit.request.method === "HEAD" ? "GET" : visit.request.method;
  const answer = method === "GET" ? place.get : method === "POST" ? place.post : undefined;
  return answer === undefined ? refuseMethod(visit, place) : answer();
}

function findPlace(parts: Parts, visit: Visit): Place | null {
  // In the cloud the first segment, the function's name, is stripped; elsewhere it is there.
  const path = visit.url.pathname.replace(/^\/oauth(?=\/)/, "");
  const uid = /^\/interaction\/([^/]+)$/.exec(path)?.[1];
  if (uid !== undefined && isInteractionUid(uid)) {
    return { get: () => showInteraction(parts, visit), post: () => decide(parts, visit, uid) };
  }
  if (path !== "/owner" && !path.startsWith("/owner/")) return null;
  return findOwnerPlace(parts, visit, path.slice("/owner".length));
}

function findOwnerPlace(parts: Parts, visit: Visit, path: string): Place {
  const { google } = parts;
  const open: Readonly<Record<string, Place>> = {
    "": { get: () => asOwner(parts, visit, (owner) => showOverview(parts, owner)) },
    "/activity": { get: () => asOwner(parts, visit, (owner) => showActivity(parts, owner)) },
    "/sign-in": { get: () => showSignIn(parts, visit), post: () => signIn(parts, visit) },
    "/set-up": { get: () => showSetUp(parts, visit), post: () => setUp(parts, visit) },
    ...(google === null
      ? {}
      : {
          "/google": { get: () => startGoogle(google, visit) },
          "/google/callback": { get: () => finishGoogle(parts, google, visit) },
        }),
  };
  const place = Object.hasOwn(open, path) ? open[path] : undefined;
  if (place !== undefined) return place;
  const [, id = ""] = /^\/keys\/([0-9a-f-]{36})\//.exec(path) ?? [];
  const pattern = id === "" ? path : path.replace(id, "{id}");
  const action = Object.hasOwn(OWNER_ACTIONS, pattern) ? OWNER_ACTIONS[pattern] : undefined;
  if (action !== undefined) return { post: () => actAsOwner(parts, visit, action, id) };
  return { get: async () => sayNothingIsHere(visit), post: async () => sayNothingIsHere(visit) };
}

async function asOwner(
  parts: Parts,
  visit: Visit,
  answer: (visit: OwnerVisit) => Promise<Response>,
): Promise<Response> {
  const session = await sessionOf(parts, visit);
  return session === null ? seeOther(visit.path("/owner/sign-in")) : answer({ ...visit, session });
}

function actAsOwner(parts: Parts, visit: Visit, action: OwnerAction, id: string): Promise<Response> {
  return asOwner(parts, visit, async (owner) => {
    const fields = await readOwnerForm(owner, owner.session);
    return fields === null ? refuseForm(visit, "/owner") : action(parts, owner, fields, id);
  });
}

function sayNothingIsHere(visit: Visit): Response {
  return renderMessage(visit.host, {
    status: 404,
    title: "There is nothing here",
    text: "This address does not lead to a page.",
    next: { href: visit.path("/owner"), label: "To your page" },
  });
}

function refuseMethod(visit: Visit, place: Place): Response {
  const allowed = [...(place.get ? ["GET", "HEAD"] : []), ...(place.post ? ["POST"] : [])].join(", ");
  return renderMessage(visit.host, {
    status: 405,
    title: "There is nothing here",
    text: "This address takes a form. Open your page and use the one there.",
    next: { href: visit.path("/owner"), label: "To your page" },
    headers: [["allow", allowed]],
  });
}
