import { describe, expect, it } from "@jest/globals";
import { type GoogleRequest, parseAnswer } from "#shared/google-cloud/google-client.ts";
import { findFreePort } from "../support/free-port.ts";
import type { Trouble } from "../support/google-cloud/storage-stand-in.ts";
import { waitUntil } from "../support/wait-until.ts";
import { useGoogleCloud } from "./google-cloud.fixture.ts";

describe("calls to Google's APIs", () => {
  const world = useGoogleCloud();
  const request = (more: Partial<GoogleRequest> = {}): GoogleRequest => ({
    method: "PUT",
    url: `${world.storage.endpoint}/b/key?secret=hidden`,
    name: "put object",
    body: "content",
    isRepeatable: true,
    ...more,
  });
  const trouble = (...troubles: readonly (Trouble | null)[]) => {
    const left = [...troubles];
    world.storage.faultOf = () => left.shift() ?? null;
  };
  const asked = () => world.storage.calls.length;

  it("carry the token, and are made again with another when it is refused", async () => {
    await expect(world.client.ask(request())).resolves.toMatchObject({ status: 200 });
    world.metadata.revoke(world.storage.calls[0]?.headers.authorization?.slice("Bearer ".length) ?? "");
    await expect(world.client.ask(request({ isRepeatable: false }))).resolves.toMatchObject({ status: 200 });
    expect(asked()).toBe(3);
    expect(world.metadata.calls).toHaveLength(2);
  });

  it("are refused for good after the second 401", async () => {
    trouble({ status: 401 }, { status: 401 }, { status: 401 });
    await expect(world.client.ask(request())).rejects.toMatchObject({ status: 401, isUncertain: false });
    expect(asked()).toBe(2);
  });

  it.each<[string, Trouble]>([
    ["500", { status: 500 }],
    ["503", { status: 503 }],
    ["429", { status: 429, retryAfter: 0 }],
    ["a broken connection", { reset: "before" }],
    ["a lost answer", { reset: "after" }],
  ])("are made again after %s when they may be repeated", async (_, fault) => {
    trouble(fault, fault);
    await expect(world.client.ask(request())).resolves.toMatchObject({ status: 200 });
    expect(asked()).toBe(3);
  });

  it.each<[string, Trouble, number | null]>([
    ["500", { status: 500 }, 500],
    ["503", { status: 503 }, 503],
    ["a broken connection", { reset: "before" }, null],
    ["a lost answer", { reset: "after" }, null],
  ])(
    "are never made again after %s when they may not, and say that they may have happened",
    async (_, fault, status) => {
      trouble(fault);
      const ask = world.client.ask(request({ isRepeatable: false }));
      await expect(ask).rejects.toMatchObject({ name: "GoogleCloudError", status, isUncertain: true });
      expect(asked()).toBe(1);
    },
  );

  it("are made again after 429 even when they may not be repeated: nothing was done", async () => {
    trouble({ status: 429 }, { status: 429 });
    await expect(world.client.ask(request({ isRepeatable: false }))).resolves.toMatchObject({ status: 200 });
    expect(asked()).toBe(3);
  });

  it("end after five attempts", async () => {
    world.storage.faultOf = () => ({ status: 429 });
    await expect(world.client.ask(request())).rejects.toMatchObject({ status: 429, reason: "SlowDown" });
    expect(asked()).toBe(5);
  });

  it("wait as long as Retry-After asks for, and not longer than their deadline", async () => {
    trouble({ status: 429, retryAfter: 1 });
    const startMs = performance.now();
    await world.client.ask(request());
    expect(performance.now() - startMs).toBeGreaterThan(900);
    trouble({ status: 429, retryAfter: 60 });
    const hasty = world.client.ask(request({ deadlineMs: 2_000 }));
    await expect(hasty).rejects.toMatchObject({ status: 429 });
  });

  it("end at their deadline when nobody answers, each attempt at its own", async () => {
    world.storage.faultOf = () => ({ delayMs: 3_000 });
    const slow = world.client.ask(request({ attemptMs: 300, deadlineMs: 2_500 }));
    await expect(slow).rejects.toMatchObject({ status: null, isUncertain: true });
    expect(asked()).toBeGreaterThan(1);
  });

  it("end with their caller, before, during, and between attempts", async () => {
    const reason = new Error("left");
    await expect(world.client.ask(request({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    for (const fault of [{ delayMs: 3_000 }, { status: 429, retryAfter: 4 }]) {
      world.storage.faultOf = () => fault;
      const caller = new AbortController();
      const before = asked();
      const ask = world.client.ask(request({ signal: caller.signal }));
      ask.catch(() => undefined);
      await waitUntil(() => asked() > before);
      setTimeout(() => caller.abort(reason), 100);
      await expect(ask).rejects.toBe(reason);
      expect(asked()).toBe(before + 1);
    }
  });

  it("were never sent when nobody listens", async () => {
    const url = `http://127.0.0.1:${await findFreePort()}/`;
    const ask = world.client.ask(request({ url, isRepeatable: false, deadlineMs: 2_000 }));
    await expect(ask).rejects.toMatchObject({ status: null, isUncertain: false });
  });

  it("say what Google said, and neither token nor query", async () => {
    const refused = await world.client
      .ask(request({ url: `${world.storage.endpoint}/other/key?secret=hidden` }))
      .catch((thrown: Error) => thrown);
    expect(refused).toMatchObject({ status: 404, reason: "NoSuchBucket", isUncertain: false });
    expect(String(refused)).toContain("put object: 404 NoSuchBucket The specified bucket does not exist.");
    expect(JSON.stringify(refused) + String(refused)).not.toMatch(/ya29|hidden/);
    const url = `${world.storage.endpoint}/storage/v1/b/b/acl`;
    await expect(world.client.ask(request({ url }))).rejects.toMatchObject({
      status: 501,
      reason: "notImplemented",
    });
  });

  it("take the statuses that are answers", async () => {
    const url = `${world.storage.endpoint}/b/none`;
    const answer = await world.client.ask({
      method: "GET",
      url,
      name: "get",
      alsoTake: [404],
      isRepeatable: true,
    });
    expect(answer.status).toBe(404);
    expect(() => parseAnswer(answer, "get")).toThrow("get: the answer is no JSON.");
  });

  it("read a whole answer again that broke off, and leave one that is open to its reader", async () => {
    await world.client.ask(request({ body: "x".repeat(100_000) }));
    const get = request({ method: "GET" });
    const { body: _, ...read } = get;
    trouble({ truncateAt: 50_000 });
    await expect(world.client.ask(read)).resolves.toMatchObject({ body: { length: 100_000 } });
    const open = await world.client.open({ ...read, attemptMs: 1_500 });
    await new Promise((resolve) => setTimeout(resolve, 1_700));
    expect((await open.text()).length).toBe(100_000);
  });

  it("are errors without credentials", async () => {
    world.metadata.fail({ status: 404 });
    await expect(world.client.ask(request())).rejects.toMatchObject({
      message: "The metadata server answered 404.",
    });
    expect(asked()).toBe(0);
  });
});
