import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { errorFor, jsonError, type StorageCall, type StorageReply, xmlError } from "./storage-call.ts";

/** Who may call the stand-in. */
export interface Access {
  /** Access IDs to secrets. */
  readonly hmacKeys: Readonly<Record<string, string>>;
  isTokenGood(token: string): boolean;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Judges the credential of a call: an access token, or a V4 signature in the URL, which is made again here from what arrived.
 * @param rawQuery the query as it was sent
 * @returns the refusal, or null
 */
export function checkAccess(call: StorageCall, rawQuery: string, access: Access): StorageReply | null {
  if (call.query.has("X-Goog-Signature")) return checkSignature(call, rawQuery, access);
  const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? "")?.[1];
  if (token === undefined) {
    const words = "Anonymous caller does not have storage.objects access";
    return call.api === "xml" ? xmlError(403, "AccessDenied", words) : jsonError(401, "required", words);
  }
  const refusal = { code: "AuthenticationRequired", reason: "authError", message: "Invalid Credentials" };
  return access.isTokenGood(token) ? null : errorFor(call, 401, refusal);
}

function checkSignature(call: StorageCall, rawQuery: string, access: Access): StorageReply | null {
  const field = (name: string) => call.query.get(`X-Goog-${name}`) ?? "";
  const date = field("Date");
  const expires = Number(field("Expires"));
  const startsAtMs = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  if (call.api !== "xml" || field("Algorithm") !== "GOOG4-HMAC-SHA256" || Number.isNaN(startsAtMs))
    return xmlError(400, "InvalidQueryParameterValue", "The signature's parameters are out of form.");
  if (!(expires >= 1 && expires <= 604_800))
    return xmlError(400, "AuthorizationQueryParametersError", "X-Goog-Expires must be less than a week.");
  const [accessId = "", ...scope] = field("Credential").split("/");
  const secret = access.hmacKeys[accessId];
  if (secret === undefined || scope.join("/") !== `${date.slice(0, 8)}/auto/storage/goog4_request`)
    return xmlError(403, "InvalidSecurity", "The provided security credentials are not valid.");
  const signedHeaders = field("SignedHeaders").split(";");
  const unsigned = Object.keys(call.headers).find(
    (name) => name.startsWith("x-goog-") && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined || !signedHeaders.includes("host"))
    return xmlError(400, "MalformedSecurityHeader", `Header was not signed: ${unsigned ?? "host"}`);
  if (!isSigned(call, { rawQuery, secret, date, scope, signedHeaders }))
    return xmlError(403, "SignatureDoesNotMatch", "Check your secret key and signing method.");
  if (startsAtMs > access.now()) return xmlError(403, "AccessDenied", "Request is not yet valid.");
  if (startsAtMs + expires * 1000 <= access.now())
    return xmlError(400, "ExpiredToken", "The provided token has expired.");
  return null;
}

function isSigned(
  call: StorageCall,
  facts: {
    readonly rawQuery: string;
    readonly secret: string;
    readonly date: string;
    readonly scope: readonly string[];
    readonly signedHeaders: readonly string[];
  },
): boolean {
  const query = facts.rawQuery.split("&").filter((pair) => !pair.startsWith("X-Goog-Signature="));
  const headers = facts.signedHeaders.map((name) => {
    const value = call.headers[name];
    return `${name}:${(Array.isArray(value) ? value.join(",") : (value ?? "")).replace(/\s+/g, " ").trim()}\n`;
  });
  const canonical = [
    call.method,
    call.path,
    query.sort().join("&"),
    headers.join(""),
    facts.signedHeaders.join(";"),
    call.headers["x-goog-content-sha256"] ?? "UNSIGNED-PAYLOAD",
  ].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const day = hmac(`GOOG4${facts.secret}`, facts.date.slice(0, 8));
  const key = hmac(hmac(hmac(day, "auto"), "storage"), "goog4_request");
  const wanted = hmac(key, `GOOG4-HMAC-SHA256\n${facts.date}\n${facts.scope.join("/")}\n${hash}`);
  const given = Buffer.from(call.query.get("X-Goog-Signature") ?? "", "hex");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
