import { AppError } from "../errors/app-error.ts";
import { type ChallengeOptions, createChallenge } from "./challenge.ts";
import type { CredentialVerifier } from "./credential-verifier.ts";
import { describeRefusal } from "./describe-refusal.ts";
import type { Principal } from "./principal.ts";
import { resourceOf } from "./resource.ts";

const HOW_TO =
  "Send an API key or an access token as `Authorization: Bearer <key>`, or a key as `X-API-Key: <key>`.";

/** Of the longest tokens that anybody needs; Google's identity tokens have about 1,200 characters. */
const LONGEST_CREDENTIAL = 8192;

/**
 * Finds out who calls, by `Authorization: Bearer` (RFC 6750) or `X-API-Key`.
 * @throws AppError `unauthenticated` with `WWW-Authenticate` when there is no valid credential, `conflicting_credentials` (RFC 6750
 * §3.1: more than one method) when both headers are there and differ; a code of status 503 when nobody can tell at the moment
 */
export async function authenticate(
  request: Request,
  verifier: CredentialVerifier,
  challenge: ChallengeOptions,
): Promise<Principal> {
  const credential = credentialOf(request.headers, challenge);
  if (credential === null) {
    throw new AppError("unauthenticated", `The Authorization header is missing. ${HOW_TO}`, {
      headers: { "www-authenticate": createChallenge(challenge) },
    });
  }
  const resource = resourceOf(challenge.baseUrl);
  const principal =
    credential.length > LONGEST_CREDENTIAL
      ? null
      : await verifier.verify(credential, { resource, signal: request.signal });
  if (principal !== null) return principal;
  throw invalidToken(`${describeRefusal(credential)} ${HOW_TO}`, challenge);
}

function credentialOf(headers: Headers, challenge: ChallengeOptions): string | null {
  const bearer = bearerToken(headers.get("authorization"), challenge);
  const apiKey = headers.get("x-api-key")?.trim() || null;
  if (bearer !== null && apiKey !== null && bearer !== apiKey) {
    throw new AppError(
      "conflicting_credentials",
      "The request carries two different credentials. Send only one of the headers Authorization and X-API-Key.",
    );
  }
  return bearer ?? apiKey;
}

function bearerToken(header: string | null, challenge: ChallengeOptions): string | null {
  if (header === null || header.trim() === "") return null;
  const token = /^Bearer +(\S+)$/i.exec(header.trim())?.[1];
  if (token !== undefined) return token;
  throw invalidToken(`The Authorization header is not of the form \`Bearer <key>\`. ${HOW_TO}`, challenge);
}

function invalidToken(message: string, challenge: ChallengeOptions): AppError {
  return new AppError("unauthenticated", message, {
    headers: { "www-authenticate": createChallenge(challenge, "invalid_token") },
  });
}
