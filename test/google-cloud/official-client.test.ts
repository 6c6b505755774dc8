import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Compute } from "google-auth-library";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { useGoogleCloud } from "./google-cloud.fixture.ts";

/** Google's own library, asked the same of the same stand-in: what it takes is what the real server gives. */
describe("Google's own client of the metadata server", () => {
  const world = useGoogleCloud();
  const stay = new AbortController().signal;
  let before: string | undefined;
  beforeEach(() => {
    before = process.env["GCE_METADATA_HOST"];
    process.env["GCE_METADATA_HOST"] = world.metadata.host;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["GCE_METADATA_HOST"];
    else process.env["GCE_METADATA_HOST"] = before;
  });

  it("takes the stand-in's access tokens, by the same call as ours", async () => {
    const { token } = await new Compute().getAccessToken();
    expect(world.metadata.isTokenGood(token ?? "")).toBe(true);
    await createMetadataTokens({ host: world.metadata.host }).access(stay);
    expect(new Set(world.metadata.calls).size).toBe(1);
  });

  it("takes its identity tokens, by the same call as ours", async () => {
    const audience = "https://service-abc.a.run.app";
    const token = await new Compute().fetchIdToken(audience);
    expect(world.metadata.isIdentityGood(token, audience)).toBe(true);
    await createMetadataTokens({ host: world.metadata.host }).identity(audience, stay);
    const [theirs, ours] = world.metadata.calls.map((call) => new URL(call, "http://metadata"));
    expect(ours?.pathname).toBe(theirs?.pathname);
    expect(Object.fromEntries(ours?.searchParams ?? [])).toEqual(
      Object.fromEntries(theirs?.searchParams ?? []),
    );
  });
});
