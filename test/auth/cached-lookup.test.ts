import { describe, expect, it } from "@jest/globals";
import { createCachedLookup } from "#shared/auth/create-cached-lookup.ts";
import type { CredentialLookup, Verified } from "#shared/auth/credential-verifier.ts";

const OPTIONS = { resource: "https://example.org/mcp", signal: new AbortController().signal };

/** A lookup that a test can follow; every credential is good unless it is among `revoked`. */
function createFollowed(expiresAt: Date | null = null) {
  const asked: string[] = [];
  const revoked = new Set<string>();
  const gates: (() => void)[] = [];
  let isHeld = false;
  const lookup: CredentialLookup = {
    recognizes: () => true,
    async lookUp(credential) {
      asked.push(credential);
      const answer: Verified | null = revoked.has(credential)
        ? null
        : { principal: { id: credential, name: credential, client: null, scopes: [] }, expiresAt };
      if (isHeld) await new Promise<void>((resolve) => gates.push(resolve));
      return answer;
    },
  };
  const hold = () => {
    isHeld = true;
  };
  const release = () => {
    isHeld = false;
    for (const open of gates.splice(0)) open();
  };
  return { lookup, asked, revoked, hold, release };
}

describe("a look-up that is remembered", () => {
  it("is asked once in ten seconds, and what was revoked meanwhile is refused after them", async () => {
    const { lookup, asked, revoked } = createFollowed();
    let now = 0;
    const cached = createCachedLookup(lookup, { now: () => now });
    expect((await cached.lookUp("a", OPTIONS))?.principal.id).toBe("a");
    revoked.add("a");
    now = 7_000;
    expect(await cached.lookUp("a", OPTIONS)).not.toBeNull();
    expect(asked).toHaveLength(1);
    now = 10_000;
    expect(await cached.lookUp("a", OPTIONS)).toBeNull();
  });

  it("counts from its beginning: what a slow one saw is as old as that", async () => {
    const { lookup, asked, hold, release } = createFollowed();
    let now = 0;
    const cached = createCachedLookup(lookup, { now: () => now });
    hold();
    const slow = cached.lookUp("a", OPTIONS);
    while (asked.length === 0) await Promise.resolve();
    now = 9_000;
    release();
    await slow;
    now = 10_000;
    await cached.lookUp("a", OPTIONS);
    expect(asked).toHaveLength(2);
  });

  it("is never remembered as refused: a credential that comes into being works at once", async () => {
    const { lookup, revoked } = createFollowed();
    const cached = createCachedLookup(lookup);
    revoked.add("a");
    expect(await cached.lookUp("a", OPTIONS)).toBeNull();
    revoked.clear();
    expect(await cached.lookUp("a", OPTIONS)).not.toBeNull();
  });

  it("is not kept beyond the credential's own end", async () => {
    const { lookup, asked } = createFollowed(new Date(Date.now() - 1));
    const cached = createCachedLookup(lookup);
    await cached.lookUp("a", OPTIONS);
    await cached.lookUp("a", OPTIONS);
    expect(asked).toHaveLength(2);
  });

  it("is of one resource: what is good for one is asked again for another", async () => {
    const { lookup, asked } = createFollowed();
    const cached = createCachedLookup(lookup);
    await cached.lookUp("a", OPTIONS);
    await cached.lookUp("a", { ...OPTIONS, resource: "https://elsewhere.example/mcp" });
    expect(asked).toHaveLength(2);
  });

  it("forgets the oldest when there are too many", async () => {
    const { lookup, asked } = createFollowed();
    const cached = createCachedLookup(lookup, { mostKept: 2 });
    for (const credential of ["a", "b", "c", "b", "c", "a"]) await cached.lookUp(credential, OPTIONS);
    expect(asked).toEqual(["a", "b", "c", "a"]);
  });

  it("is shared by callers who come together, and one who leaves does not end it for the others", async () => {
    const { lookup, asked, hold, release } = createFollowed();
    const cached = createCachedLookup(lookup);
    hold();
    const leaver = new AbortController();
    const left = cached.lookUp("a", { ...OPTIONS, signal: leaver.signal });
    const stayed = cached.lookUp("a", OPTIONS);
    leaver.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    release();
    expect((await stayed)?.principal.id).toBe("a");
    expect(asked).toHaveLength(1);
  });

  it("runs for eight at a time, and a flood beyond the queue is told to come back", async () => {
    const { lookup, asked, hold, release } = createFollowed();
    const cached = createCachedLookup(lookup);
    hold();
    const flood = Array.from({ length: 300 }, (_, n) =>
      cached.lookUp(`made-up-${n}`, OPTIONS).then(
        () => "answered",
        (error: { code: string }) => error.code,
      ),
    );
    while (asked.length < 8) await Promise.resolve();
    expect(asked).toHaveLength(8);
    release();
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((outcome) => outcome === "overloaded")).toHaveLength(300 - 8 - 256);
    expect(outcomes.filter((outcome) => outcome === "answered")).toHaveLength(8 + 256);
  });

  it("that does not end is 503 for who waits, and keeps its place until it does", async () => {
    const { lookup, asked, hold, release } = createFollowed();
    const cached = createCachedLookup(lookup, { lookupMs: 20 });
    hold();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => cached.lookUp(`slow-${n}`, OPTIONS)),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "storage_unavailable" } });
    }
    const next = cached.lookUp("next", OPTIONS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).not.toContain("next");
    release();
    expect((await next)?.principal.id).toBe("next");
  });

  it("that fails is not remembered", async () => {
    let fails = true;
    const { lookup } = createFollowed();
    const cached = createCachedLookup({
      ...lookup,
      lookUp: async (credential, options) => {
        if (fails) throw new Error("away");
        return lookup.lookUp(credential, options);
      },
    });
    await expect(cached.lookUp("a", OPTIONS)).rejects.toThrow("away");
    fails = false;
    expect(await cached.lookUp("a", OPTIONS)).not.toBeNull();
  });
});
