import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { readText } from "../object-store/store-bench.fixture.ts";
import { describeFull } from "../support/capabilities.ts";
import { useGoogleCloud } from "./google-cloud.fixture.ts";

const run = promisify(execFile);
const GCLOUD_MS = 60_000;

/** Google's own tool at the same stand-in as our adapter: each works with what the other did. */
describeFull(["gcloud"], "gcloud storage beside the object store in a bucket", () => {
  const cloud = useGoogleCloud();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gcloud-storage-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const gcloud = async (...args: readonly string[]): Promise<string> => {
    const tokenFile = join(folder, "token");
    const { access_token: token } = await (
      await fetch(
        `http://${cloud.metadata.host}/computeMetadata/v1/instance/service-accounts/default/token`,
        {
          headers: { "metadata-flavor": "Google" },
        },
      )
    ).json();
    await writeFile(tokenFile, token);
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      CLOUDSDK_CONFIG: join(folder, "config"),
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile,
      CLOUDSDK_CORE_PROJECT: "demo-project",
      CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${cloud.storage.endpoint}/storage/v1/`,
      // Everything longer is sent in pieces.
      CLOUDSDK_STORAGE_RESUMABLE_THRESHOLD: "4",
    };
    return (await run("gcloud", ["storage", ...args], { env, timeout: GCLOUD_MS })).stdout;
  };

  it("lists and removes what we put, and puts what we read", async () => {
    const store = createBucketObjectStore({
      client: cloud.client,
      bucket: "b",
      endpoint: cloud.storage.endpoint,
    });
    const expiresAt = new Date(Date.now() + 3_600_000);
    await store.put("files/short", Buffer.from("x"), { expiresAt });
    await store.put("files/long", Buffer.alloc(5 * 1024 * 1024), { expiresAt });
    expect((await gcloud("ls", "gs://b/files/**")).trim().split("\n")).toEqual([
      "gs://b/files/long",
      "gs://b/files/short",
    ]);
    await gcloud("rm", "gs://b/files/short");
    await expect(store.info("files/short")).resolves.toBeNull();
    await writeFile(join(folder, "theirs.txt"), "put by gcloud");
    await gcloud("cp", join(folder, "theirs.txt"), "gs://b/files/theirs");
    await expect(readText(store, "files/theirs")).resolves.toBe("put by gcloud");
    expect(cloud.storage.calls.some(({ path }) => path.startsWith("/resumable/upload/"))).toBe(true);
  }, 200_000);
});
