import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ExecutionTrouble, type JobExecution, JobExecutions } from "./run/job-executions.ts";
import { parseOverrides } from "./run/parse-overrides.ts";
import { type Permission, parseRunCall, type RunCall } from "./run/run-call.ts";
import {
  type RunReply,
  refusal,
  toCancelling,
  toListV1,
  toOperation,
  toPage,
  toResource,
} from "./run/run-replies.ts";
import { readBody, serveLoopback } from "./serve-loopback.ts";

/** What goes wrong with one call. */
export interface RunTrouble extends ExecutionTrouble {
  /** Answered so, and nothing is done. */
  readonly status?: number;
  /** The connection breaks before anything is done, or after it was done and before the answer. */
  readonly reset?: "before" | "after";
  /** The answer comes later. */
  readonly answerDelayMs?: number;
}

/** What the stand-in is started with. */
export interface RunStandInOptions {
  /** `projects/P/locations/L/jobs/J`: the only job that there is. */
  readonly job: string;
  isTokenGood(token: string): boolean;
  /** What a container runs: by default the entry of this project's own image. */
  readonly command?: readonly [string, ...string[]];
  /** Milliseconds before each answer. */
  readonly latencyMs?: number;
}

/** A stand-in of the Cloud Run Admin API on a loopback port. */
export interface RunStandIn {
  readonly endpoint: string;
  readonly calls: readonly RunCall[];
  readonly executions: readonly JobExecution[];
  /** What the caller is allowed to do; everything that running takes at first. */
  readonly permissions: Set<Permission>;
  /** Makes calls fail: asked before each; null lets the call be. */
  faultOf: (call: RunCall) => RunTrouble | null;
  /** Lists so many executions more that are over. */
  fill(count: number): void;
  /** Resolves when no container runs, and none is to start. */
  settled(): Promise<void>;
  /** Ends every container; resolves when all are gone. */
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL("../../../sandbox/entry/job.ts", import.meta.url));

/** What running a program takes. */
const RUNNER: readonly Permission[] = [
  "run.jobs.run",
  "run.jobs.runWithOverrides",
  "run.executions.get",
  "run.executions.cancel",
  "run.operations.get",
];

/**
 * Starts it. It imitates `jobs.run` with overrides of the environment, `executions.get`, `.list` and `.cancel`, and `operations.get` of version 2
 * (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs), the list of version 1 that gcloud asks, the permissions
 * that they take, and that only a thousand executions that are over are kept. A container is a process of this machine, started with
 * nothing but the overrides and what Cloud Run sets itself. It has no quota, no images and no time to start but what it is told.
 */
export async function startRunStandIn(options: RunStandInOptions): Promise<RunStandIn> {
  const { job, isTokenGood, command = [process.execPath, ENTRY], latencyMs = 0 } = options;
  const executions = new JobExecutions();
  const permissions = new Set<Permission>(RUNNER);
  const calls: RunCall[] = [];

  const formOf = ({ query }: RunCall) => ({ job, isNumeric: query.get("$alt") === "json;enum-encoding=int" });
  const runJob = (call: RunCall, trouble: RunTrouble): RunReply => {
    const overrides = parseOverrides(call.body);
    if (overrides === null) return refusal(400, "Invalid JSON payload received.");
    if (!permissions.has("run.jobs.runWithOverrides")) return deny("run.jobs.runWithOverrides", job);
    return toOperation(formOf(call), executions.start(command, overrides, trouble));
  };
  const cancel = (call: RunCall, execution: JobExecution): RunReply => {
    if (execution.state !== "open") return refusal(400, "The execution is over.");
    executions.cancel(execution);
    return toCancelling(formOf(call), execution);
  };
  const answerOne = (call: RunCall): RunReply => {
    const found = executions.find(call.last);
    if (found === undefined)
      return refusal(404, `Resource '${call.last}' of kind 'EXECUTION' does not exist.`);
    if (call.permission === "run.executions.cancel") return cancel(call, found);
    if (call.permission === "run.operations.get") return toOperation(formOf(call), found);
    return { status: 200, value: toResource(formOf(call), found) };
  };
  const work = (call: RunCall, trouble: RunTrouble): RunReply => {
    const { permission, path, owner } = call;
    if (permission === null) return refusal(404, "Not Found");
    if (!permissions.has(permission)) return deny(permission, owner);
    if (path.startsWith("/apis/")) return toListV1(job, executions.all);
    if (owner !== job && owner !== job.split("/jobs/")[0])
      return refusal(404, `Resource '${owner}' of kind 'JOB' does not exist.`);
    if (permission === "run.jobs.run") return runJob(call, trouble);
    if (permission === "run.executions.list") return toPage(formOf(call), executions.all, call);
    return answerOne(call);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const call = parseRunCall(request.method ?? "", request.url ?? "/", body.toString("utf8"));
    calls.push(call);
    const trouble = standIn.faultOf(call) ?? {};
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    await sleep(latencyMs);
    if (trouble.reset === "before") {
      response.destroy();
      return;
    }
    const reply = isTokenGood(token) ? replyTo(call, trouble) : refusal(401, UNKNOWN_CALLER);
    await sleep(trouble.answerDelayMs ?? 0);
    if (trouble.reset === "after") response.destroy();
    else
      response
        .writeHead(reply.status, { "content-type": "application/json" })
        .end(JSON.stringify(reply.value));
  };
  const replyTo = (call: RunCall, trouble: RunTrouble): RunReply =>
    trouble.status === undefined ? work(call, trouble) : refusal(trouble.status, "The stand-in was told to.");

  const server = await serveLoopback(answer);
  const standIn: RunStandIn = {
    endpoint: server.origin,
    calls,
    executions: executions.all,
    permissions,
    faultOf: () => null,
    fill: (count) => executions.fill(count),
    settled: () => executions.settled(),
    async close() {
      await executions.close();
      await server.close();
    },
  };
  return standIn;
}

const UNKNOWN_CALLER =
  "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.";

function deny(permission: Permission, resource: string): RunReply {
  return refusal(
    403,
    `Permission '${permission}' denied on resource '${resource}' (or resource may not exist).`,
  );
}
