import { AppError } from "#shared/errors/app-error.ts";
import type { GoogleSignIn } from "../owner/google-sign-in.ts";
import { afterSignIn, interactionOf, isInteractionUid, signedInCookies } from "./guard-form.ts";
import { renderMessage, seeOther } from "./page.ts";
import type { Parts } from "./parts.ts";
import type { Visit } from "./visit.ts";

const ATTEMPT_SECONDS = 600;
const CALLBACK = "/owner/google/callback";

/** GET /owner/google: sends the browser to Google. */
export async function startGoogle(google: GoogleSignIn, visit: Visit): Promise<Response> {
  const redirectUri = visit.origin + visit.path(CALLBACK);
  const { url, cookie } = await google
    .start(redirectUri, interactionOf(visit) ?? "")
    .catch(rethrowUnreachable);
  return seeOther(url, [visit.cookies.write("owner-google", cookie, ATTEMPT_SECONDS)]);
}

/** GET /owner/google/callback: the browser comes back from Google. */
export async function finishGoogle(parts: Parts, google: GoogleSignIn, visit: Visit): Promise<Response> {
  const decision = await parts.throttle.admit("google", visit.cookies.read(visit.request, "owner-device"));
  if (!decision.allowed) {
    const { retryAfterSeconds } = decision;
    throw new AppError(
      "rate_limited",
      `Too many attempts. Wait ${retryAfterSeconds} seconds, then try again.`,
      {
        retryAfterSeconds,
      },
    );
  }
  const callback = new URL(visit.origin + visit.path(CALLBACK) + visit.url.search);
  const cookie = visit.cookies.read(visit.request, "owner-google");
  const visitor = await google.finish(callback, cookie).catch(rethrowUnreachable);
  const spent = visit.cookies.write("owner-google", "", 0);
  if (visitor === null || !visitor.isAllowed) {
    await parts.record(
      visit,
      "owner_sign_in",
      visitor === null ? "google_refused" : "account_not_allowed",
      null,
    );
    return renderMessage(visit.host, {
      status: 403,
      title: visitor === null ? "Google did not sign you in" : "This account may not sign in",
      text:
        visitor === null
          ? "The sign-in was cancelled, took more than ten minutes, or began in another browser."
          : `${visitor.account} is not in the server’s list ALLOWED_GOOGLE_ACCOUNTS.`,
      next: { href: visit.path("/owner/sign-in"), label: "Back to the sign-in" },
      headers: [["set-cookie", spent]],
    });
  }
  const { account, next } = visitor;
  await parts.record(visit, "owner_sign_in", "ok", account);
  const session = await parts.sessions.begin({ method: "google", account });
  const cookies = await signedInCookies(parts, visit, session);
  return seeOther(afterSignIn(visit, isInteractionUid(next) ? next : null), [...cookies, spent]);
}

function rethrowUnreachable(cause: unknown): never {
  throw new AppError("overloaded", "Google cannot be reached at the moment. Try again in some seconds.", {
    retryAfterSeconds: 10,
    cause,
  });
}
