import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { parseGoogleCredentials } from "#functions/query/warehouse/warehouse-bigquery/parse-google-credentials.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const SECRET = "c2VjcmV0LXNlY3JldA";
const KEY = {
  type: "service_account",
  project_id: "acme",
  private_key_id: "k1",
  private_key: privateKey,
  client_email: "reader@acme.iam.gserviceaccount.com",
};
const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
const without = (field: string): object =>
  Object.fromEntries(Object.entries(KEY).filter(([name]) => name !== field));

describe("GOOGLE_CREDENTIALS_BASE64", () => {
  const broken: readonly (readonly [string, string, string])[] = [
    ["is empty", "  ", "is empty"],
    ["is not base64", `{"private_key":"${SECRET}"}`, "is not base64"],
    ["is huge", "A".repeat(70_000), "longer than any key file"],
    ["holds no JSON", encode(`${SECRET} {`), "not JSON"],
    ["holds JSON that is not an object", encode([SECRET]), "not an object"],
    ["is cut in the middle", encode(KEY).slice(0, 120), "not JSON"],
    ["lacks the private key", encode(without("private_key")), "without private_key"],
    ["lacks the e-mail address", encode(without("client_email")), "without client_email"],
    ["lacks the project", encode(without("project_id")), "without project_id"],
    ["holds a key that is not PEM", encode({ ...KEY, private_key: SECRET }), "not in PEM form"],
    [
      "holds a damaged key",
      encode({ ...KEY, private_key: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n` }),
      "is damaged",
    ],
    ["belongs to a person", encode({ ...KEY, type: "authorized_user" }), "not of type service_account"],
  ];

  it.each(broken)("says so when it %s, and shows nothing of it", (_name, value, words) => {
    const message = messageOf(() => parseGoogleCredentials(value));
    expect(message).toContain("GOOGLE_CREDENTIALS_BASE64");
    expect(message).toContain(words);
    expect(message).toContain("base64 -w0 key.json");
    expect(message).not.toContain(SECRET);
    expect(message).not.toContain(encode(SECRET).slice(0, 12));
  });

  it("takes a key file, with line breaks in the base64 too", () => {
    const wrapped = encode(KEY).replace(/(.{76})/g, "$1\n");
    expect(parseGoogleCredentials(wrapped)).toEqual({
      projectId: "acme",
      clientEmail: KEY.client_email,
      privateKey: KEY.private_key,
      privateKeyId: "k1",
    });
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? `${thrown.message}${String(thrown.cause ?? "")}` : "";
  }
  return "nothing was thrown";
}
