import { type File, Storage } from "@google-cloud/storage";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { OAuth2Client } from "google-auth-library";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { readText } from "../object-store/store-bench.fixture.ts";
import { useGoogleCloud } from "./google-cloud.fixture.ts";

const TIMEOUT_MS = 60_000;
/** Longer than a piece: ours sends it in two. */
const LONG = "x".repeat(5 * 1024 * 1024);

interface Saving {
  readonly inPieces: boolean;
  readonly metadata?: { readonly metadata: Readonly<Record<string, string>> };
  readonly preconditionOpts?: { readonly ifGenerationMatch: number };
}

/** Google's own library on the same bucket: what it takes and puts is what the real service gives and takes. */
describe("Google's own client of Storage", () => {
  const cloud = useGoogleCloud();
  const stay = new AbortController().signal;
  let ours: ObjectStore;
  let storage: Storage;
  const fileOf = (key: string): File => storage.bucket("b").file(key);
  /** In one call; or in a session, which the library's own `save` begins without a token where the address is not Google's. */
  const save = async (key: string, content: string, how: Saving): Promise<void> => {
    const { inPieces, ...options } = how;
    const [uri] = inPieces ? await fileOf(key).createResumableUpload(options) : [];
    await fileOf(key).save(content, { ...options, resumable: inPieces, ...(uri !== undefined && { uri }) });
  };
  const inAnHour = () => ({ expiresAt: new Date(Math.floor(cloud.timeMs / 1000) * 1000 + 3_600_000) });
  beforeEach(async () => {
    const { client, metadata } = cloud;
    const { endpoint } = cloud.storage;
    ours = createBucketObjectStore({ client, bucket: "b", endpoint });
    const authClient = new OAuth2Client();
    const token = await createMetadataTokens({ host: metadata.host }).access(stay);
    authClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
    storage = new Storage({
      apiEndpoint: endpoint,
      projectId: "demo",
      authClient,
      useAuthWithCustomEndpoint: true,
      retryOptions: { autoRetry: false },
    });
  });

  it.each([
    ["short", "hello"],
    ["long", LONG],
  ])(
    "reads what ours put, a %s one, with its digests",
    async (key, content) => {
      const { expiresAt } = inAnHour();
      await ours.put(`files/${key}`, Buffer.from(content), { expiresAt });
      const [theirs] = await fileOf(`files/${key}`).download({ validation: "crc32c" });
      expect(theirs.toString() === content).toBe(true);
      const [described] = await fileOf(`files/${key}`).getMetadata();
      expect(described).toMatchObject({
        size: String(content.length),
        contentType: "application/octet-stream",
      });
      expect(new Date(described.customTime ?? "")).toEqual(expiresAt);
      expect(described.metadata).toMatchObject({ "expires-at": String(expiresAt.getTime()) });
    },
    TIMEOUT_MS,
  );

  it.each([
    ["in one call", "theirs", false],
    ["in pieces", LONG, true],
  ])(
    "puts %s what ours reads",
    async (_how, content, inPieces) => {
      const expiresAt = inAnHour().expiresAt;
      const metadata = { metadata: { "expires-at": String(expiresAt.getTime()) } };
      await save("files/theirs", content, { inPieces, metadata });
      const sizeBytes = content.length;
      await expect(ours.info("files/theirs")).resolves.toEqual({ key: "files/theirs", sizeBytes, expiresAt });
      expect((await readText(ours, "files/theirs")) === content).toBe(true);
    },
    TIMEOUT_MS,
  );

  it.each([false, true])(
    "creates what is not there, once, whoever was first (in pieces: %s)",
    async (inPieces) => {
      const once = { inPieces, preconditionOpts: { ifGenerationMatch: 0 } };
      await save("files/first", "theirs", once);
      const mine = ours.put("files/first", Buffer.from("ours"), { ...inAnHour(), ifAbsent: true });
      await expect(mine).resolves.toBe(false);
      await ours.put("files/second", Buffer.from("ours"), { ...inAnHour(), ifAbsent: true });
      // Its error for an upload in pieces has the status alone.
      const theirs = await save("files/second", "theirs", once).catch((error: unknown) => error);
      expect(Object(theirs).code ?? Object(theirs).status).toBe(412);
      await expect(readText(ours, "files/first")).resolves.toBe("theirs");
      await expect(readText(ours, "files/second")).resolves.toBe("ours");
    },
    TIMEOUT_MS,
  );

  it(
    "begins an upload in pieces by the same call as ours",
    async () => {
      await save("files/a", "x", { inPieces: true, preconditionOpts: { ifGenerationMatch: 0 } });
      await ours.put("files/a2", Buffer.from(LONG), { ...inAnHour(), ifAbsent: true });
      const [theirs, own] = cloud.storage.calls
        .filter(({ method, api }) => method === "POST" && api === "upload")
        .map(({ path, query, headers }) => ({
          path,
          query: Object.fromEntries(query),
          type: headers["content-type"],
        }));
      expect(own).toEqual({ ...theirs, query: { ...theirs?.query, name: "files/a2" } });
    },
    TIMEOUT_MS,
  );

  it(
    "lists what ours put, by the same call, page by page",
    async () => {
      for (const key of ["c", "a", "b"]) await ours.put(`files/${key}`, Buffer.from(key), inAnHour());
      const listed = await ours.list("files/", { limit: 1, after: "files/a" });
      expect(listed.map(({ key }) => key)).toEqual(["files/b"]);
      const own = cloud.storage.calls.at(-1);
      const query = { prefix: "files/", startOffset: "files/a", maxResults: 2 };
      const fields = own?.query.get("fields") ?? "";
      const [files, next] = await storage.bucket("b").getFiles({ ...query, fields, autoPaginate: false });
      expect(files.map(({ name }) => name)).toEqual(["files/a", "files/b"]);
      const theirs = cloud.storage.calls.at(-1);
      expect([own?.method, own?.path]).toEqual([theirs?.method, theirs?.path]);
      expect(Object.fromEntries(own?.query ?? [])).toEqual(Object.fromEntries(theirs?.query ?? []));
      const [rest] = await storage.bucket("b").getFiles({ ...next, autoPaginate: false });
      expect(rest.map(({ name }) => name)).toEqual(["files/c"]);
    },
    TIMEOUT_MS,
  );

  it(
    "deletes what ours put, and finds nothing where ours deleted",
    async () => {
      await ours.put("files/one", Buffer.from("1"), inAnHour());
      await ours.put("files/two", Buffer.from("2"), inAnHour());
      await fileOf("files/one").delete();
      await ours.delete("files/two");
      await expect(ours.info("files/one")).resolves.toBeNull();
      await expect(fileOf("files/two").exists()).resolves.toEqual([false]);
      const gone = fileOf("files/two").getMetadata();
      await expect(gone).rejects.toMatchObject({ code: 404, message: "No such object: b/files/two" });
    },
    TIMEOUT_MS,
  );

  it.each([
    [401, "authError"],
    [403, "forbidden"],
    [404, "notFound"],
    [429, "rateLimitExceeded"],
    [503, "backendError"],
  ])(
    "reads a %d as ours does",
    async (status, reason) => {
      cloud.storage.faultOf = () => ({ status });
      const theirs = await storage
        .bucket("b")
        .getFiles()
        .catch((error: unknown) => error);
      expect(theirs).toMatchObject({
        code: status,
        message: "The stand-in was told to.",
        errors: [{ reason }],
      });
      const url = `${cloud.storage.endpoint}/storage/v1/b/b/o`;
      const own = cloud.client.ask({ method: "GET", url, name: "list", isRepeatable: false });
      const message = `list: ${status} ${reason} The stand-in was told to.`;
      await expect(own).rejects.toMatchObject({ status, reason, message });
    },
    TIMEOUT_MS,
  );
});
