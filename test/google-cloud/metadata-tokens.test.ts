import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { createMetadataTokens, type Tokens } from "#shared/google-cloud/metadata-tokens.ts";
import { findFreePort } from "../support/free-port.ts";
import { waitUntil } from "../support/wait-until.ts";
import { useGoogleCloud } from "./google-cloud.fixture.ts";

const TOKEN_PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

describe("tokens of the metadata server", () => {
  const world = useGoogleCloud();
  let tokens: Tokens;
  const stay = new AbortController().signal;
  const take = () => tokens.access(stay);

  beforeEach(() => {
    tokens = createMetadataTokens({ host: world.metadata.host, now: () => world.timeMs });
  });

  it("are fetched once for many callers at once, and kept", async () => {
    world.metadata.delayMs = 50;
    const taken = await Promise.all(Array.from({ length: 20 }, take));
    expect(new Set([...taken, await take()]).size).toBe(1);
    expect(world.metadata.calls).toEqual([TOKEN_PATH]);
    expect(world.metadata.isTokenGood(await take())).toBe(true);
  });

  it("are fetched again before they end, while the old one serves", async () => {
    const first = await take();
    world.timeMs += (3599 - 200) * 1000;
    world.metadata.delayMs = 200;
    expect(await take()).toBe(first);
    await waitUntil(async () => (await take()) !== first);
    expect(world.metadata.calls).toHaveLength(2);
  });

  it("serve to their end while the metadata server is away, and are awaited after it", async () => {
    const first = await take();
    world.timeMs += (3599 - 200) * 1000;
    world.metadata.fail({ status: 404 });
    expect(await take()).toBe(first);
    await waitUntil(() => world.metadata.calls.length === 2);
    expect(await take()).toBe(first);
    world.timeMs += 180_000;
    expect(await take()).not.toBe(first);
  });

  it("are not asked for in a hurry when the early refresh fails", async () => {
    await take();
    world.timeMs += (3599 - 200) * 1000;
    world.metadata.fail(...Array.from({ length: 10 }, () => ({ status: 404 })));
    await take();
    await waitUntil(() => world.metadata.calls.length === 2);
    await sleep(100);
    for (let n = 0; n < 5; n += 1) await take().then(() => sleep(20));
    expect(world.metadata.calls).toHaveLength(2);
    world.timeMs += 5_000;
    await take();
    await waitUntil(() => world.metadata.calls.length === 3);
  });

  it("are asked for again after 503, 429, a broken connection", async () => {
    world.metadata.fail({ status: 503 }, { hangUp: true }, { status: 429 });
    await expect(take()).resolves.toMatch(/^ya29/);
    expect(world.metadata.calls).toHaveLength(4);
  });

  it.each([
    ["refuses", { status: 404 }, 404],
    ["answers no JSON", { body: "<html>" }, 200],
    ["answers without a token", { body: '{"expires_in":10}' }, 200],
  ])("are an error at once when the server %s", async (_, fault, status) => {
    world.metadata.fail(fault);
    await expect(take()).rejects.toMatchObject({ name: "GoogleCloudError", status });
    expect(world.metadata.calls).toHaveLength(1);
    await expect(take()).resolves.toMatch(/^ya29/);
  });

  it("leave a caller who leaves, and no other", async () => {
    world.metadata.delayMs = 300;
    const leaving = new AbortController();
    const left = tokens.access(leaving.signal);
    const stayed = take();
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    await expect(stayed).resolves.toMatch(/^ya29/);
    expect(world.metadata.calls).toHaveLength(1);
    await expect(tokens.access(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  });

  it("are taken from nobody but the metadata server", async () => {
    world.metadata.fail(...Array.from({ length: 5 }, () => ({ isImpostor: true as const })));
    await expect(take()).rejects.toMatchObject({
      message: "The metadata server was answered for by something else.",
    });
  });

  it("are an error with a sentence when nobody is there", async () => {
    tokens = createMetadataTokens({ host: `127.0.0.1:${await findFreePort()}` });
    await expect(take()).rejects.toMatchObject({
      name: "GoogleCloudError",
      message: "The metadata server did not answer.",
    });
  });

  it("of identity are kept for each audience until shortly before their end", async () => {
    const identify = (audience: string) => tokens.identity(audience, stay);
    const first = await identify("https://a.example");
    expect(world.metadata.isIdentityGood(first, "https://a.example")).toBe(true);
    expect(await identify("https://a.example")).toBe(first);
    expect(await identify("https://b.example")).not.toBe(first);
    world.timeMs += 3_590_000;
    expect(await identify("https://a.example")).not.toBe(first);
    world.metadata.fail({ body: "no.token" });
    await expect(identify("https://c.example")).rejects.toMatchObject({ name: "GoogleCloudError" });
  });
});
