import { expect, it } from "@jest/globals";
import { createApiKeyStore, isLive, parseKeyName } from "#shared/auth/api-key-store.ts";
import { createStoredKeyLookup } from "#shared/auth/stored-keys.ts";
import { describeOnDatabases } from "../functions/oauth/support/databases.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const HOUR_MS = 3_600_000;

describeOnDatabases("the keys that the owner makes", (databases) => {
  const keys = (now?: () => Date) => createApiKeyStore(databases().first, now);
  const elsewhere = () => createApiKeyStore(databases().second);
  const lookUp = (key: string) =>
    createStoredKeyLookup(databases().second).lookUp(key, {
      resource: "https://tools.example.org/mcp",
      signal: AbortSignal.timeout(10_000),
    });

  it("are there for every instance as soon as they are made, with what they may do", async () => {
    const expiresAt = new Date(Date.now() + HOUR_MS);
    const { key, stored } = await keys().create({ name: "one", scopes: ["query", "execute"], expiresAt });
    expect((await elsewhere().list()).find(({ id }) => id === stored.id)).toEqual(stored);
    expect(await lookUp(key)).toEqual({
      principal: { id: `stored-key:${stored.id}`, name: "one", client: null, scopes: ["query", "execute"] },
      expiresAt,
    });
  });

  it("are kept as a hash that does not open anything", async () => {
    const { key } = await keys().create({ name: "hidden", scopes: ["query"], expiresAt: null });
    const rows = await databases().first.selectFrom("apiKeys").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(key);
    for (const { keyHash } of rows) expect(await lookUp(keyHash)).toBeNull();
  });

  it("are refused everywhere once they are revoked, and cannot be brought back by a new name", async () => {
    const { key, stored } = await keys().create({ name: "gone", scopes: ["query"], expiresAt: null });
    expect(await elsewhere().revoke(stored.id)).toBe(true);
    expect(await lookUp(key)).toBeNull();
    expect(await keys().revoke(stored.id)).toBe(false);
    expect(await keys().rename(stored.id, "back")).toBe(false);
  });

  it("end at their hour", async () => {
    const expiresAt = new Date(Date.now() - 1);
    const { key, stored } = await keys(() => new Date(Date.now() - HOUR_MS)).create({
      name: "old",
      scopes: ["query"],
      expiresAt,
    });
    expect(isLive(stored, new Date())).toBe(false);
    expect(await lookUp(key)).toBeNull();
    expect(await keys().rename(stored.id, "new")).toBe(false);
  });

  it("are revoked once by two who press the button together", async () => {
    const { stored } = await keys().create({ name: "twice", scopes: ["query"], expiresAt: null });
    const revoked = await Promise.all([keys().revoke(stored.id), elsewhere().revoke(stored.id)]);
    expect(revoked.toSorted()).toEqual([false, true]);
  });

  it.each([NOBODY, "", "x", "' or 1=1 --", "codex_key"])(
    "leave it at nothing for an id of none: %s",
    async (id) => {
      expect(await keys().revoke(id)).toBe(false);
      expect(await keys().rename(id, "name")).toBe(false);
    },
  );

  it("are all revoked after a leak, and counted", async () => {
    await keys().revokeAll();
    for (const name of ["a", "b", "c"]) await keys().create({ name, scopes: ["query"], expiresAt: null });
    expect(await elsewhere().revokeAll()).toBe(3);
    expect(await keys().revokeAll()).toBe(0);
  });
});

it.each([
  ["  a  key\t", "a key"],
  ["Käse", "Käse"],
  ["鍵", "鍵"],
  ["x".repeat(64), "x".repeat(64)],
  ["", null],
  ["x".repeat(65), null],
  ["a\u0000", null],
  ["a\u202Eb", null],
  ["a\u200Bb", null],
])("a key's name of %j is kept as %j", (text, name) => {
  expect(parseKeyName(text)).toBe(name);
});
