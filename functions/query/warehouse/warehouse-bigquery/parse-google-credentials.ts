import { createPrivateKey } from "node:crypto";

/** The members of a service-account key file that signing needs; kept in memory only. */
export interface GoogleCredentials {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string | undefined;
}

const SETTING = "GOOGLE_CREDENTIALS_BASE64";
const HOW = "Make it with `base64 -w0 key.json` from a service-account key file.";
const REQUIRED = ["project_id", "client_email", "private_key"] as const;
/** A key file has some 2,400 bytes; more than this is another file. */
const LONGEST = 64 * 1024;

/**
 * Reads the setting `GOOGLE_CREDENTIALS_BASE64`.
 * @param base64 a service-account key file (JSON), base64 with or without line breaks
 * @throws Error with one sentence for the start-up log that says what is broken and never shows a part of the value
 */
export function parseGoogleCredentials(base64: string): GoogleCredentials {
  const key = parseKeyFile(decode(base64));
  const missing = REQUIRED.filter((field) => typeof key[field] !== "string" || key[field] === "");
  if (missing.length > 0) {
    throw new Error(`${SETTING} holds a key file without ${missing.join(", ")}. ${HOW}`);
  }
  if (key["type"] !== undefined && key["type"] !== "service_account") {
    throw new Error(`${SETTING} holds credentials that are not of type service_account. ${HOW}`);
  }
  const privateKey = String(key["private_key"]);
  if (!/^-----BEGIN (RSA )?PRIVATE KEY-----\s/.test(privateKey)) {
    throw new Error(`${SETTING} holds a private_key that is not in PEM form. ${HOW}`);
  }
  if (!isRsaKey(privateKey)) {
    throw new Error(`${SETTING} holds a private_key that is damaged. ${HOW}`);
  }
  return {
    projectId: String(key["project_id"]),
    clientEmail: String(key["client_email"]),
    privateKey,
    privateKeyId: typeof key["private_key_id"] === "string" ? key["private_key_id"] : undefined,
  };
}

/** Found out now, as nobody sees the first statement of a server fail. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

function decode(base64: string): string {
  const compact = base64.replace(/\s/g, "");
  if (compact === "") throw new Error(`${SETTING} is empty. ${HOW}`);
  if (compact.length > LONGEST) throw new Error(`${SETTING} is longer than any key file. ${HOW}`);
  // Buffer skips what is not base64 without a word, so the alphabet is checked first.
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) throw new Error(`${SETTING} is not base64. ${HOW}`);
  return Buffer.from(compact, "base64").toString("utf8");
}

function parseKeyFile(text: string): Readonly<Record<string, unknown>> {
  let key: unknown;
  try {
    key = JSON.parse(text);
  } catch {
    // The parser's own message quotes its input: it is left out on purpose.
    throw new Error(`${SETTING} is base64 of something that is not JSON. ${HOW}`);
  }
  if (typeof key !== "object" || key === null || Array.isArray(key)) {
    throw new Error(`${SETTING} holds JSON that is not an object. ${HOW}`);
  }
  return { ...key };
}
