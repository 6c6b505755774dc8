import { generateKeyPairSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { errorAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

describe("credentials", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const credentials = {
    projectId: "acme",
    clientEmail: "reader@acme.iam.gserviceaccount.com",
    privateKey,
    privateKeyId: "k1",
  };

  it("sign each call themselves: the API is the only host that is called", async () => {
    const { standIn, warehouse } = await start({}, { credentials });
    await warehouse.runQuery(SELECT, quiet());
    const [scheme, token] = standIn.calls[0]?.authorization?.split(" ") ?? [];
    const claims: unknown = JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString());
    expect(scheme).toBe("Bearer");
    expect(claims).toMatchObject({
      iss: credentials.clientEmail,
      scope: "https://www.googleapis.com/auth/bigquery",
    });
    expect(standIn.calls[0]?.path).toContain("/projects/acme/");
  });

  // A file of this test itself is none of credentials.
  const FILE = fileURLToPath(import.meta.url);
  const places: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["nowhere", { METADATA_SERVER_DETECTION: "none" }, /no Google credentials.*GOOGLE_CREDENTIALS_BASE64/],
    [
      "in a file of something else",
      { GOOGLE_APPLICATION_CREDENTIALS: FILE },
      /^The file that GOOGLE_APPLICATION_CREDENTIALS names/,
    ],
  ];
  it.each(places)(
    "that are %s are asked of the owner in a sentence",
    async (_where, environment, words) => {
      const before = { ...process.env };
      Object.assign(process.env, { HOME: "/nonexistent", CLOUDSDK_CONFIG: "/nonexistent", ...environment });
      try {
        const { standIn, warehouse } = await start(
          { dryRun: () => errorAnswer(401, "required", "Login Required.") },
          { projectId: "acme" },
        );
        const thrown: unknown = await warehouse.runQuery(SELECT, quiet()).catch((error: unknown) => error);
        expect(thrown).toMatchObject({
          code: "warehouse_unavailable",
          message: expect.stringMatching(words),
        });
        expect(thrown).toHaveProperty("message", expect.not.stringContaining("/"));
        expect(standIn.count("insert")).toBe(0);
      } finally {
        process.env = before;
      }
    },
    60_000,
  );

  it("that cannot sign are our trouble, and no part of them is in the answer", async () => {
    const body = privateKey.slice(60, 120);
    const broken = {
      ...credentials,
      privateKey: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
    };
    const { standIn, warehouse } = await start({}, { credentials: broken });
    const thrown: unknown = await warehouse.runQuery(SELECT, quiet()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "warehouse_unavailable",
      message: expect.not.stringContaining(body.slice(0, 20)),
    });
    expect(standIn.calls).toEqual([]);
  });
});
