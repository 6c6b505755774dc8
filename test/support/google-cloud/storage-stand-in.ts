import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readBody, serveLoopback } from "./serve-loopback.ts";
import { Bucket } from "./storage/bucket.ts";
import { type Access, checkAccess } from "./storage/check-access.ts";
import { answerJson } from "./storage/json-objects.ts";
import { takeMultipart } from "./storage/multipart-upload.ts";
import { ResumableUploads } from "./storage/resumable-uploads.ts";
import { errorFor, parseCall, type StorageCall, type StorageReply } from "./storage/storage-call.ts";
import { answerXml } from "./storage/xml-objects.ts";

/** What goes wrong with one call. */
export interface Trouble {
  /** Answered so, and nothing is done. */
  readonly status?: number;
  /** Seconds, beside `status`. */
  readonly retryAfter?: number;
  /** The connection breaks before anything is done, or after it was done and before the answer. */
  readonly reset?: "before" | "after";
  /** The answer comes later. */
  readonly delayMs?: number;
  /** The connection breaks after so many bytes of the answer's body. */
  readonly truncateAt?: number;
  /** Instead of breaking there, it stays open and nothing more comes. */
  readonly isSilent?: boolean;
}

/** What the stand-in is started with. */
export interface StorageStandInOptions {
  readonly buckets: readonly string[];
  /** Who may call: see `Access`. */
  readonly access: Access;
  /** Milliseconds before each answer. */
  readonly latencyMs?: number;
}

/** A stand-in of Google Cloud Storage on a loopback port. */
export interface StorageStandIn {
  /** For the setting of the storage's address. */
  readonly endpoint: string;
  readonly calls: readonly StorageCall[];
  readonly uploads: ResumableUploads;
  /** Makes calls fail: asked before each; null lets the call be. */
  faultOf: (call: StorageCall) => Trouble | null;
  /** What lies in a bucket. */
  bucket(name: string): Bucket;
  close(): Promise<void>;
}

/**
 * Starts it. It imitates objects of the XML interface, and lists, objects and uploads of the JSON one: preconditions, ranges, custom
 * metadata, digests, bounds of length, access tokens and V4 signatures with their expiry. It has neither lifecycle rules nor the real
 * one's bound of one change a second for each object.
 */
export async function startStorageStandIn(options: StorageStandInOptions): Promise<StorageStandIn> {
  const { access, latencyMs = 0 } = options;
  const buckets = new Map(options.buckets.map((name) => [name, new Bucket(name)]));
  const calls: StorageCall[] = [];
  const uploads = new ResumableUploads();

  const work = (call: StorageCall, body: Buffer, rawQuery: string): StorageReply => {
    // The session's address is its own credential.
    const isSession = call.api === "upload" && call.query.has("upload_id");
    const refusal = isSession ? null : checkAccess(call, rawQuery, access);
    if (refusal) return refusal;
    const bucket = buckets.get(call.bucket);
    if (!bucket) return errorFor(call, 404, NO_BUCKET);
    if (call.api === "json") return answerJson(call, bucket);
    const nowMs = access.now();
    if (call.api === "upload" && call.query.get("uploadType") === "multipart")
      return takeMultipart(call, body, { bucket, nowMs });
    if (call.api === "upload") return uploads.answer(call, body, bucket, { origin: server.origin, nowMs });
    return answerXml(call, body, bucket, nowMs);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? "/";
    const call = parseCall(request.method ?? "GET", target, request.headers);
    calls.push(call);
    const fault: Trouble = standIn.faultOf(call) ?? {};
    const body = await readBody(request);
    if (fault.reset === "before") {
      response.destroy();
      return;
    }
    await sleep(latencyMs + (fault.delayMs ?? 0));
    const reply =
      fault.status === undefined
        ? work(call, body, target.split("?")[1] ?? "")
        : toFaultReply(call, fault.status, fault.retryAfter);
    if (fault.reset === "after") response.destroy();
    else send(reply, call, response, fault);
  };
  const server = await serveLoopback(answer);
  const standIn: StorageStandIn = {
    endpoint: server.origin,
    calls,
    uploads,
    faultOf: () => null,
    bucket(name) {
      const bucket = buckets.get(name);
      if (!bucket) throw new Error(`the stand-in has no bucket ${name}`);
      return bucket;
    },
    close: () => server.close(),
  };
  return standIn;
}

const NO_BUCKET = {
  code: "NoSuchBucket",
  reason: "notFound",
  message: "The specified bucket does not exist.",
};

/** Google's words for statuses, in both interfaces (https://cloud.google.com/storage/docs/json_api/v1/status-codes and …/xml-api/reference-status). */
const WORDS: Readonly<Record<number, readonly [code: string, reason: string]>> = {
  401: ["AuthenticationRequired", "authError"],
  403: ["AccessDenied", "forbidden"],
  404: ["NoSuchKey", "notFound"],
  412: ["PreconditionFailed", "conditionNotMet"],
  429: ["SlowDown", "rateLimitExceeded"],
  503: ["ServiceUnavailable", "backendError"],
};

function toFaultReply(call: StorageCall, status: number, retryAfter: number | undefined): StorageReply {
  const [code, reason] = WORDS[status] ?? ["InternalError", "internalError"];
  const reply = errorFor(call, status, { code, reason, message: "The stand-in was told to." });
  return retryAfter === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, "retry-after": String(retryAfter) } };
}

function send(
  { status, headers, body }: StorageReply,
  { method }: StorageCall,
  response: ServerResponse,
  { truncateAt, isSilent = false }: Trouble,
): void {
  const length = body ?? Buffer.alloc(0);
  const isEmpty = status === 204 || method === "HEAD";
  response.writeHead(status, isEmpty ? headers : { ...headers, "content-length": String(length.length) });
  if (truncateAt === undefined || isEmpty) response.end(isEmpty ? undefined : length);
  else response.write(length.subarray(0, truncateAt), () => isSilent || response.destroy());
}
