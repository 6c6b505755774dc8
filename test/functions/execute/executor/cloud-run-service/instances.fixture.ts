import { fileURLToPath } from "node:url";
import { afterEach } from "@jest/globals";
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
import { BUCKET, COLD, KEY } from "../../executor-contract/start-service-executor.ts";

const TOKEN = "codex_a-made-up-token-of-the-tests";
const INSTANCE = fileURLToPath(new URL("../cloud-run-job/instance.fixture.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));

/** What instances of the function stand on. */
export interface World {
  readonly metadata: MetadataStandIn;
  readonly storage: StorageStandIn;
  readonly service: ServiceStandIn;
}

/** An instance of the function as the cloud starts it. */
export interface Instance {
  ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<unknown>;
  /** Takes its processor away, as Cloud Run does between requests, or gives it back. */
  freeze(isFrozen: boolean): void;
  output(): string;
}

/** Instances and what they stand on, ended after each test. */
export function useInstances() {
  const processes: RunningProcess[] = [];
  let world: World | null = null;
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.stop("SIGKILL")));
    await Promise.all([world?.service.close(), world?.storage.close(), world?.metadata.close()]);
    world = null;
  });

  return {
    async startWorld(): Promise<World> {
      const metadata = await startMetadataStandIn();
      const { isTokenGood, isIdentityGood } = metadata;
      const access = { hmacKeys: { [KEY.accessId]: KEY.secret }, isTokenGood, now: Date.now };
      const storage = await startStorageStandIn({ buckets: [BUCKET], access });
      const service = await startServiceStandIn({ isIdentityGood, environment: COLD });
      world = { metadata, storage, service };
      return world;
    },
    /** @param key the HMAC key; without one nothing is handed over */
    async startInstance({ metadata, storage, service }: World, key: typeof KEY | null): Promise<Instance> {
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
          ...(key && { STORAGE_HMAC_ACCESS_ID: key.accessId, STORAGE_HMAC_SECRET: key.secret }),
        },
        ready: /Instance at (\S+) /,
      });
      processes.push(started);
      const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
      return {
        async ask(method, path, body) {
          const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
          return (await fetch(`${started.ready[1]}${path}`, init)).json();
        },
        stop: (signal) => started.stop(signal),
        freeze: (isFrozen) => void process.kill(started.pid, isFrozen ? "SIGSTOP" : "SIGCONT"),
        output: started.output,
      };
    },
  };
}
