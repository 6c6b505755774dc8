import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { toCanonicalRequest, toStringToSign } from "#shared/google-cloud/sign-url.ts";

const ENDPOINT = "https://storage.googleapis.com";
const RESULT = { "x-goog-if-generation-match": "0", "x-goog-content-length-range": "0,1000" };

/** Google's own library signs with an account's key and ours with an HMAC key: what is signed must be the same text. */
describe("addresses that Google's own library signs", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let folder: string;
  let before: string | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "signed-url-"));
    const account = {
      type: "service_account",
      project_id: "demo",
      client_email: "signer@demo.iam.gserviceaccount.com",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    };
    await writeFile(join(folder, "account.json"), JSON.stringify(account));
    before = process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    process.env["GOOGLE_APPLICATION_CREDENTIALS"] = join(folder, "account.json");
  });
  afterEach(async () => {
    if (before === undefined) delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    else process.env["GOOGLE_APPLICATION_CREDENTIALS"] = before;
    await rm(folder, { recursive: true });
  });

  it.each([
    ["to read a program", "GET", "read", "programs/run_A-1", {}],
    ["to create a result", "PUT", "write", "results/run_A-1", RESULT],
    ["for a name that needs encoding", "PUT", "write", "results/a b+c/ü(1)'!*", RESULT],
  ] as const)("%s are of our own canonical request", async (_what, method, action, object, headers) => {
    const accessibleAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    const expires = accessibleAt.getTime() + 600_000;
    const file = new Storage({ projectId: "demo" }).bucket("b").file(object);
    const how = { version: "v4", action, accessibleAt, expires, extensionHeaders: { ...headers } } as const;
    const url = new URL((await file.getSignedUrl(how))[0]);
    const field = (name: string) => url.searchParams.get(`X-Goog-${name}`) ?? "";
    const [date, credential, algorithm] = [field("Date"), field("Credential"), field("Algorithm")];
    const { canonicalRequest, path, query } = toCanonicalRequest(
      { method, bucket: "b", object, headers },
      { endpoint: ENDPOINT, algorithm, credential, date, expires: 600 },
    );
    const scope = credential.split("/").slice(1).join("/");
    const signed = toStringToSign(algorithm, { date, scope, canonicalRequest });
    const verifier = createVerify("RSA-SHA256").update(signed);
    expect(verifier.verify(publicKey, Buffer.from(field("Signature"), "hex"))).toBe(true);
    expect(url.origin).toBe(ENDPOINT);
    expect(decodeURIComponent(url.pathname)).toBe(decodeURIComponent(path));
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual(
      Object.fromEntries([...url.searchParams].filter(([name]) => name !== "X-Goog-Signature")),
    );
  });
});
