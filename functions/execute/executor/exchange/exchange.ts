import { CLAIM_HEADERS, RESULT_HEADERS } from "#sandbox/entry/exchange-headers.ts";
import type { HandOverAddresses } from "#sandbox/entry/program-document.ts";
import type { GoogleClient } from "#shared/google-cloud/google-client.ts";
import { type HmacKey, signUrl } from "#shared/google-cloud/sign-url.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { lengthOf, readContent } from "#shared/object-store/object-store-bucket/read-content.ts";

/** Where programs and results change hands. */
export interface ExchangeOptions {
  readonly client: GoogleClient;
  /** Objects of `bucket`. */
  readonly objects: Pick<ObjectStore, "put" | "delete">;
  readonly bucket: string;
  /** Signs the container's URLs: its account may read, create and do nothing else in the bucket. */
  readonly key: HmacKey;
  /** Origin of the storage service, like https://storage.googleapis.com. */
  readonly endpoint: string;
}

/** Who has taken a program: a container by its execution's short name, or the function, so that no container ever does. */
export type Claim = { readonly by: "container"; readonly execution: string } | { readonly by: "function" };

/** One program's place in the bucket. The name of the run is a secret: who knows it could forge a result, not who reads the bucket's name. */
export interface Exchange {
  /** @throws AppError `storage_unavailable`; what the content throws */
  putProgram(runId: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes the program; never rejects. */
  removeProgram(runId: string): Promise<void>;
  /** The variables that a container of the job gets: addresses that are good for one thing each, and for minutes. */
  sign(runId: string): Readonly<Record<string, string>>;
  /** What a container of the service gets with its program: where the run is handed over when the connection ends. */
  signHandOver(runId: string): HandOverAddresses;
  /**
   * Takes the program so that no container will run it.
   * @returns false when a container, or another instance of the function, has it
   */
  takeClaim(runId: string, signal: AbortSignal): Promise<boolean>;
  /** Takes the program from whoever has it: a container that sees that ends it. */
  overtakeClaim(runId: string, signal: AbortSignal): Promise<void>;
  /** @returns null when nobody has taken the program */
  findClaim(runId: string, signal: AbortSignal): Promise<Claim | null>;
  /** @returns the result's bytes; null when there is none yet */
  openResult(runId: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
}

/** The signed addresses are good for longer than a container may take to start and to run a program. */
const URL_LIFETIME_SECONDS = 600;
const OBJECT_LIFETIME_MS = 3_600_000;
const PATIENCE = { isRepeatable: true, deadlineMs: 20_000, attemptMs: 5_000 } as const;
const FUNCTION_CLAIM = JSON.stringify({ by: "function" });

/** Builds the exchange on a bucket. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { client, objects, bucket, key, endpoint } = options;
  const programKey = (runId: string) => `programs/${runId}`;
  const claimKey = (runId: string) => `claims/${runId}`;
  const resultKey = (runId: string) => `results/${runId}`;
  const urlOf = (object: string) => `${endpoint}/${bucket}/${object}`;
  const signer = { key, endpoint };
  const permit = (method: "GET" | "PUT", object: string, headers: Readonly<Record<string, string>> = {}) =>
    signUrl({ method, bucket, object, headers, lifetimeSeconds: URL_LIFETIME_SECONDS }, signer);
  const signHandOver = (runId: string): HandOverAddresses => ({
    claimUrl: permit("PUT", claimKey(runId), CLAIM_HEADERS),
    claimedUrl: permit("GET", claimKey(runId)),
    outUrl: permit("PUT", resultKey(runId), RESULT_HEADERS),
  });
  const putClaim = (runId: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    client.ask({
      method: "PUT",
      url: urlOf(claimKey(runId)),
      name: "claim",
      headers,
      body: FUNCTION_CLAIM,
      alsoTake: [412],
      ...PATIENCE,
      signal,
    });

  return {
    async putProgram(runId, content) {
      const expiresAt = new Date(Date.now() + OBJECT_LIFETIME_MS);
      await objects.put(programKey(runId), content, { expiresAt });
    },
    removeProgram: (runId) => objects.delete(programKey(runId)).catch(() => undefined),
    sign(runId) {
      const { claimUrl, claimedUrl, outUrl } = signHandOver(runId);
      const inUrl = permit("GET", programKey(runId));
      return { IN_URL: inUrl, OUT_URL: outUrl, CLAIM_URL: claimUrl, CLAIMED_URL: claimedUrl };
    },
    signHandOver,
    async overtakeClaim(runId, signal) {
      await putClaim(runId, {}, signal);
    },
    async takeClaim(runId, signal) {
      const { status } = await putClaim(runId, CLAIM_HEADERS, signal);
      if (status !== 412) return true;
      // The first attempt may have been carried out without an answer.
      return (await this.findClaim(runId, signal))?.by === "function";
    },
    async findClaim(runId, signal) {
      const url = urlOf(claimKey(runId));
      const { status, body } = await client.ask({
        method: "GET",
        url,
        name: "claim",
        alsoTake: [404],
        ...PATIENCE,
        signal,
      });
      return status === 404 ? null : toClaim(body);
    },
    openResult: (runId, signal) => openObject(client, urlOf(resultKey(runId)), signal),
  };
}

async function openObject(
  client: GoogleClient,
  url: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | null> {
  const open = (headers: Readonly<Record<string, string>>, alsoTake: readonly number[]) =>
    client.open({ method: "GET", url, name: "result", headers, alsoTake, ...PATIENCE, signal });
  const response = await open({}, [404]);
  if (response.status !== 404) {
    const generation = response.headers.get("x-goog-generation") ?? "";
    const reopen = (from: number) =>
      open({ range: `bytes=${from}-`, "x-goog-if-generation-match": generation }, []);
    return readContent(response, { length: lengthOf(response), reopen });
  }
  await response.body?.cancel();
  return null;
}

/** What a container wrote is not believed: it names an execution at most. */
function toClaim(body: Buffer): Claim {
  const text = body.toString("latin1");
  if (text === FUNCTION_CLAIM) return { by: "function" };
  const execution = /^\{"by":"container","execution":"([a-z0-9-]{1,63})"/.exec(text)?.[1] ?? "";
  return { by: "container", execution };
}
