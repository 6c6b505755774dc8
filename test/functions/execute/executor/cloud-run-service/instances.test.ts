import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import {
  type MetadataStandIn,
  startMetadataStandIn,
} from "../../../../support/google-cloud/metadata-stand-in.ts";
import {
  type ServiceStandIn,
  startServiceStandIn,
} from "../../../../support/google-cloud/service-stand-in.ts";
import {
  type StorageStandIn,
  startStorageStandIn,
} from "../../../../support/google-cloud/storage-stand-in.ts";
import { type RunningProcess, startProcess } from "../../../../support/start-process.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { COLD } from "../../executor-contract/start-service-executor.ts";

const TIMEOUT_MS = 120_000;
const TOKEN = "codex_a-made-up-token-of-the-tests";
const BUCKET = "results";
const INSTANCE = fileURLToPath(new URL("../cloud-run-job/instance.fixture.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));

interface World {
  readonly metadata: MetadataStandIn;
  readonly storage: StorageStandIn;
  readonly service: ServiceStandIn;
}

const processes: RunningProcess[] = [];
let world: World | null = null;
afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop("SIGKILL")));
  await Promise.all([world?.service.close(), world?.storage.close(), world?.metadata.close()]);
  world = null;
});

async function startWorld(): Promise<World> {
  const metadata = await startMetadataStandIn();
  const { isTokenGood, isIdentityGood } = metadata;
  const access = { hmacKeys: {}, isTokenGood, now: Date.now };
  const storage = await startStorageStandIn({ buckets: [BUCKET], access });
  const service = await startServiceStandIn({ isIdentityGood, environment: COLD });
  world = { metadata, storage, service };
  return world;
}

async function startInstance({ metadata, storage, service }: World) {
  const started = await startProcess({
    command: [process.execPath, INSTANCE],
    cwd: ROOT,
    environment: {
      PATH: process.env["PATH"] ?? "",
      CODEX_API_TOKEN: TOKEN,
      SIGNING_KEY: "a-made-up-signing-key-of-32-characters",
      EXECUTE_RATE_PER_MINUTE: "0",
      EXECUTOR: "cloud-run-service",
      SANDBOX_SERVICE_URL: service.url,
      STORAGE_BUCKET: BUCKET,
      STORAGE_URL: storage.endpoint,
      GCE_METADATA_HOST: metadata.host,
    },
    ready: /Instance at (\S+) /,
  });
  processes.push(started);
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  return {
    async ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
      const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
      return (await fetch(`${started.ready[1]}${path}`, init)).json();
    },
    stop: (signal: NodeJS.Signals) => started.stop(signal),
  };
}

/** Starts a program at an instance that then ends. @returns where its record is */
async function leaveProgram(here: World, signal: NodeJS.Signals): Promise<string> {
  const first = await startInstance(here);
  const code = "import time\ntime.sleep(25)";
  const begun = await first.ask("POST", "/execute", { code, timeout: 30, wait_seconds: 0 });
  expect(begun).toMatchObject({ status: "running", execution_id: expect.any(String) });
  await waitUntil(() => here.service.handedOver() === 1, TIMEOUT_MS);
  await first.stop(signal);
  return `/execute/executions/${begun["execution_id"]}`;
}

describeWith("sandbox", "a program in a container of the service whose instance of the function ends", () => {
  it(
    "by SIGTERM is ended, and its handle says so at once to the next instance",
    async () => {
      const here = await startWorld();
      const path = await leaveProgram(here, "SIGTERM");
      // The container ends with its caller.
      await here.service.settled();
      const answer = await (await startInstance(here)).ask("GET", path);
      expect(answer).toMatchObject({ success: false, status: "failed", code: "shutting_down" });
      expect(answer["error"]).toContain("send the program again");
    },
    TIMEOUT_MS,
  );

  it(
    "by SIGKILL is ended, and its handle says that it is lost when it could run no longer",
    async () => {
      const here = await startWorld();
      const path = await leaveProgram(here, "SIGKILL");
      await here.service.settled();
      const second = await startInstance(here);
      expect(await second.ask("GET", path)).toMatchObject({ status: "running" });
      const { objects } = here.storage.bucket(BUCKET);
      for (const [key, object] of objects) {
        // Two minutes later.
        const text = object.content
          .toString()
          .replace(/"startedAt":"[^"]+"/, `"startedAt":"${twoMinutesAgo()}"`);
        if (key.startsWith("executions/")) objects.set(key, { ...object, content: Buffer.from(text) });
      }
      const answer = await second.ask("GET", path);
      expect(answer).toMatchObject({ success: false, status: "failed", code: "execution_lost" });
      expect(answer["error"]).toContain("send the program again");
      expect(here.service.handedOver()).toBe(1);
    },
    TIMEOUT_MS,
  );
});

function twoMinutesAgo(): string {
  return new Date(Date.now() - 121_000).toISOString();
}
