import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ExecutionTrouble, type JobExecution, JobExecutions } from "./run/job-executions.ts";
import { parseOverrides } from "./run/parse-overrides.ts";
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

/** One call to the stand-in. */
export interface RunCall {
  readonly permission: Permission;
  readonly path: string;
  readonly body: string;
}

const PERMISSIONS = [
  "run.jobs.run",
  "run.jobs.runWithOverrides",
  "run.executions.get",
  "run.executions.cancel",
] as const;

/** What a caller may be allowed to do. */
export type Permission = (typeof PERMISSIONS)[number];

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
  /** Ends every container; resolves when all are gone. */
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL("../../../sandbox/entry/job.ts", import.meta.url));

interface Reply {
  readonly status: number;
  readonly value: unknown;
}

/**
 * Starts it. It imitates `jobs.run` with overrides of the environment, `executions.get` and `executions.cancel` of version 2
 * (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs), the permissions that they take, and that only a
 * thousand executions that are over are kept. A container is a process of this machine, started with nothing but the overrides and what Cloud
 * Run sets itself. It has no quota, no images and no time to start but what it is told.
 */
export async function startRunStandIn(options: RunStandInOptions): Promise<RunStandIn> {
  const { job, isTokenGood, command = [process.execPath, ENTRY], latencyMs = 0 } = options;
  const executions = new JobExecutions();
  const permissions = new Set<Permission>(PERMISSIONS);
  const calls: RunCall[] = [];

  const runJob = (body: Buffer, trouble: RunTrouble): Reply => {
    const overrides = parseOverrides(body);
    if (overrides === null) return refusal(400, "Invalid JSON payload received.");
    if (!permissions.has("run.jobs.runWithOverrides"))
      return refusal(403, "Permission 'run.jobs.runWithOverrides' denied");
    return toOperation(job, executions.start(command, overrides, trouble));
  };
  const cancel = (execution: JobExecution): Reply => {
    if (execution.state !== "open") return refusal(400, "The execution is over.");
    executions.cancel(execution);
    return toOperation(job, execution);
  };
  const work = ({ permission, path }: RunCall, body: Buffer, trouble: RunTrouble): Reply => {
    if (!permissions.has(permission)) return refusal(403, `Permission '${permission}' denied`);
    const [, name = "", execution = ""] =
      /^\/v2\/(.+?)(?:\/executions\/([^/:]+))?(?::\w+)?$/.exec(path) ?? [];
    if (name !== job) return refusal(404, `Resource '${name}' was not found`);
    if (permission === "run.jobs.run") return runJob(body, trouble);
    const found = executions.find(execution);
    if (found === undefined) return refusal(404, `Resource '${execution}' was not found`);
    if (permission === "run.executions.cancel") return cancel(found);
    return { status: 200, value: toResource(job, found) };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const call = { permission: permissionOf(path), path, body: body.toString("utf8") };
    calls.push(call);
    const trouble = standIn.faultOf(call) ?? {};
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    await sleep(latencyMs);
    if (trouble.reset === "before") {
      response.destroy();
      return;
    }
    const reply = isTokenGood(token) ? replyTo(call, body, trouble) : refusal(401, "Invalid credentials");
    await sleep(trouble.answerDelayMs ?? 0);
    if (trouble.reset === "after") response.destroy();
    else
      response
        .writeHead(reply.status, { "content-type": "application/json" })
        .end(JSON.stringify(reply.value));
  };
  const replyTo = (call: RunCall, body: Buffer, trouble: RunTrouble): Reply =>
    trouble.status === undefined
      ? work(call, body, trouble)
      : refusal(trouble.status, "The stand-in was told to.");

  const server = await serveLoopback(answer);
  const standIn: RunStandIn = {
    endpoint: server.origin,
    calls,
    executions: executions.all,
    permissions,
    faultOf: () => null,
    fill: (count) => executions.fill(count),
    async close() {
      await executions.close();
      await server.close();
    },
  };
  return standIn;
}

function permissionOf(path: string): Permission {
  if (path.endsWith(":run")) return "run.jobs.run";
  return path.endsWith(":cancel") ? "run.executions.cancel" : "run.executions.get";
}

const REASONS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
};

function refusal(status: number, message: string): Reply {
  return { status, value: { error: { code: status, message, status: REASONS[status] ?? "UNAVAILABLE" } } };
}

function toOperation(job: string, execution: JobExecution): Reply {
  const location = job.split("/jobs/")[0];
  const metadata = {
    "@type": "type.googleapis.com/google.cloud.run.v2.Execution",
    ...toResource(job, execution),
  };
  return {
    status: 200,
    value: { name: `${location}/operations/${execution.shortName}`, metadata, done: false },
  };
}

function toResource(job: string, { shortName, state, message, createdAtMs, startedAtMs }: JobExecution) {
  const isOver = state !== "open";
  const count = (is: boolean) => (is ? 1 : undefined);
  return {
    name: `${job}/executions/${shortName}`,
    job: job.slice(job.lastIndexOf("/") + 1),
    createTime: new Date(createdAtMs).toISOString(),
    ...(startedAtMs === null ? {} : { startTime: new Date(startedAtMs).toISOString() }),
    ...(isOver ? { completionTime: new Date().toISOString() } : {}),
    taskCount: 1,
    parallelism: 1,
    runningCount: count(!isOver && startedAtMs !== null),
    succeededCount: count(state === "succeeded"),
    failedCount: count(state === "failed"),
    cancelledCount: count(state === "cancelled"),
    conditions: [
      { type: "Completed", state: toConditionState(state), ...(message === "" ? {} : { message }) },
    ],
  };
}

function toConditionState(state: JobExecution["state"]): string {
  if (state === "open") return "CONDITION_RECONCILING";
  return state === "succeeded" ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED";
}
