import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "@jest/globals";
import { type Answer, errorAnswer } from "../../../../support/bigquery/stand-in.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { SUM, startFaulty, TOTAL } from "./faulty-bigquery.fixture.ts";

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
const MINUTE_MS = 60_000;

/** Takes a token that was signed within its time, by a clock that differs from this machine's, as Google does. */
function judgedBy(differenceMs: number): Answer {
  return async (call, _n, usual) => {
    const claims: unknown = JSON.parse(
      Buffer.from(call.authorization?.split(".")[1] ?? "", "base64url").toString(),
    );
    const googles = Date.now() + differenceMs;
    const { iat, exp } = Object(claims);
    const isInTime = iat * 1000 <= googles + 5 * MINUTE_MS && googles < exp * 1000;
    if (isInTime) return usual();
    const message = "Request had invalid authentication credentials. Expected OAuth 2 access token.";
    return errorAnswer(401, "authError", message, { date: new Date(googles).toUTCString() });
  };
}

describeWith("sandbox", "a clock that is wrong", () => {
  it.each([
    ["two hours ahead", -120, "120 minutes ahead of Google's"],
    ["two hours behind", 120, "120 minutes behind Google's"],
  ])("by %s is named, with what to do", async (_what, minutes, words) => {
    const answers = { dryRun: judgedBy(minutes * MINUTE_MS) };
    const at = await startFaulty({ answers }, { authClient: undefined, credentials });
    await expect(at.ask(SUM)).rejects.toMatchObject({
      code: "warehouse_unavailable",
      message: expect.stringMatching(new RegExp(`clock is ${words}.*must set the clock`)),
    });
    expect(at.bigquery.jobs()).toEqual([]);
  });

  it("by a minute does no harm", async () => {
    const answer = judgedBy(MINUTE_MS);
    const answers = { dryRun: answer, insert: answer, results: answer };
    const at = await startFaulty({ answers }, { authClient: undefined, credentials });
    expect(await at.ask(SUM)).toMatchObject(TOTAL);
  });

  it("is not blamed for a key that is gone", async () => {
    const gone = errorAnswer(401, "authError", "Invalid Credentials");
    const at = await startFaulty({ answers: { dryRun: () => gone } }, { authClient: undefined, credentials });
    await expect(at.ask(SUM)).rejects.toMatchObject({
      message: expect.stringContaining("GOOGLE_CREDENTIALS_BASE64"),
    });
  });
});
