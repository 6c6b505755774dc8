import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeFull, describeWith } from "../../../support/capabilities.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import { createVisitor, csrfOf, type Visitor } from "./browse.ts";
import { PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const SIGN_IN = "/oauth/owner/sign-in";
const PER_MINUTE = 10;
const AT_A_TIME = 20;

/** Sends wrong passphrases to two instances in turn, and counts the answers by their status. */
async function guess(served: ServedPages, times: number): Promise<ReadonlyMap<number, number>> {
  const urls = [served.url, await served.serveAgain()];
  const visitors = await Promise.all(
    Array.from({ length: AT_A_TIME }, async (_, index): Promise<readonly [Visitor, string]> => {
      const visitor = createVisitor(urls[index % 2] ?? "");
      return [visitor, csrfOf((await visitor.get(SIGN_IN)).text, SIGN_IN)];
    }),
  );
  const statuses = new Map<number, number>();
  let left = times;
  await Promise.all(
    visitors.map(async ([visitor, csrf]) => {
      while (left > 0) {
        left -= 1;
        const { status } = await visitor.post(SIGN_IN, { csrf, passphrase: `wrong number ${left}` });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  return statuses;
}

/** How often each kind of answer came, and what may have come in the windows of a minute that the guesses took. */
async function expectFewTries(served: ServedPages, times: number): Promise<void> {
  served.events.length = 0;
  const startedAt = Date.now();
  const statuses = await guess(served, times);
  const windows = Math.ceil((Date.now() - startedAt) / 60_000) + 1;
  const tried = statuses.get(401) ?? 0;
  expect([...statuses.keys()].toSorted()).toEqual([401, 429]);
  expect(tried + (statuses.get(429) ?? 0)).toBe(times);
  expect(tried).toBeGreaterThan(0);
  expect(tried).toBeLessThanOrEqual(PER_MINUTE * windows);
  expect(served.events.filter(({ outcome }) => outcome === "wrong_passphrase")).toHaveLength(tried);
}

describeWith("postgres", "guessing the passphrase at two instances", () => {
  let served: ServedPages;
  beforeAll(async () => {
    served = await serveOwnerPages({ sharesLimits: true });
    await served.setPassphrase();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);

  it("gets ten tries a minute from both together, while a browser that the owner used gets in", async () => {
    const owner = createVisitor(served.url);
    await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    owner.cookies.delete("owner");
    await expectFewTries(served, 500);
    expect((await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE })).status).toBe(303);
  }, 120_000);

  it("gets no try at all while the database is away, and nobody is let in; then all is as before", async () => {
    const visitor = createVisitor(await served.serveAgain());
    const csrf = csrfOf((await visitor.get(SIGN_IN)).text, SIGN_IN);
    await served.postgres.halt();
    for (const answer of [
      await visitor.post(SIGN_IN, { csrf, passphrase: PASSPHRASE }),
      await visitor.get("/oauth/owner/sign-in"),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.text).not.toMatch(/postgres|ECONN|connect| {4}at /i);
    }
    expect(visitor.cookies.has("owner")).toBe(false);
    await served.postgres.start();
    await waitUntil(async () => (await visitor.get(SIGN_IN)).status === 200);
  }, 120_000);
});

describeFull(["postgres"], "guessing the passphrase 10,000 times at two instances", () => {
  it("gets ten tries a minute", async () => {
    const served = await serveOwnerPages({ sharesLimits: true });
    try {
      await served.setPassphrase();
      await expectFewTries(served, 10_000);
    } finally {
      await served.stop();
    }
  }, 600_000);
});
