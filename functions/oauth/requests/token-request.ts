import { AppError } from "#shared/errors/app-error.ts";
import { scopesOf } from "./scopes.ts";

const FORM = "application/x-www-form-urlencoded";
const MAX_PARAMETERS = 40;

/** A body in the form that RFC 6749 §4.1.3 asks for. */
export interface FormBody {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * Takes a body as a form, or as a JSON object of texts, which clients of the original gateway send; both become a form.
 * @throws AppError `malformed_json` when JSON is neither
 */
export function toFormBody(contentType: string | null, body: Buffer): FormBody {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? FORM;
  if (type !== "application/json")
    return { contentType: contentType ?? FORM, body: withKnownScopes(type, body) };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parseObject(body))) form.append(name, value);
  return { contentType: FORM, body: withKnownScopes(FORM, Buffer.from(form.toString())) };
}

function parseObject(body: Buffer): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new AppError("malformed_json", "The body is not valid JSON in UTF-8.", { cause });
  }
  const entries =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
  if (entries === null || entries.length > MAX_PARAMETERS || !entries.every(isText)) {
    throw new AppError("malformed_json", "The body must be a JSON object whose values are texts.");
  }
  return Object.fromEntries(entries.map(([name, text]) => [name, text]));
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}

/** What this server does not know is left out here as in the authorization request: a refresh may repeat what was asked for there. */
function withKnownScopes(type: string, body: Buffer): Buffer {
  if (type !== FORM || !body.includes("scope=")) return body;
  const form = new URLSearchParams(body.toString("utf8"));
  const scopes = form.getAll("scope");
  // The library refuses a parameter that is there twice.
  if (scopes.length !== 1) return body;
  const known = scopesOf(scopes[0] ?? "").join(" ");
  if (known === "") form.delete("scope");
  else form.set("scope", known);
  return Buffer.from(form.toString());
}
