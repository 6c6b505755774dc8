import type { JobExecution } from "./job-executions.ts";

/** An answer of the stand-in. */
export interface RunReply {
  readonly status: number;
  readonly value: unknown;
}

/** How a job is named, and how its conditions' states are written. */
export interface ReplyForm {
  /** `projects/P/locations/L/jobs/J`. */
  readonly job: string;
  /** Google writes enumerations as numbers for who asks with `$alt=json;enum-encoding=int`. */
  readonly isNumeric: boolean;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
};

/** A refusal in Google's form (https://cloud.google.com/apis/design/errors). */
export function refusal(status: number, message: string): RunReply {
  return { status, value: { error: { code: status, message, status: REASONS[status] ?? "UNAVAILABLE" } } };
}

const EXECUTION = "type.googleapis.com/google.cloud.run.v2.Execution";

/** What `jobs.run` answers, and `operations.get` afterwards. */
export function toOperation(form: ReplyForm, execution: JobExecution): RunReply {
  const resource = { "@type": EXECUTION, ...toResource(form, execution) };
  const name = `${form.job.split("/jobs/")[0]}/operations/${execution.shortName}`;
  return { status: 200, value: { name, metadata: resource, ...toOutcome(execution, resource) } };
}

/** What `executions.cancel` answers: an operation of its own, which the real service ends a little later. */
export function toCancelling(form: ReplyForm, execution: JobExecution): RunReply {
  const metadata = { "@type": EXECUTION, ...toResource(form, execution) };
  const name = `${form.job.split("/jobs/")[0]}/operations/${execution.shortName}-cancel`;
  return { status: 200, value: { name, metadata, done: false } };
}

function toOutcome({ state, message }: JobExecution, response: object): object {
  if (state === "open") return { done: false };
  // 2 is UNKNOWN, 1 is CANCELLED: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
  const error = { code: state === "cancelled" ? 1 : 2, message };
  return state === "succeeded" ? { done: true, response } : { done: true, error };
}

/** One page of `executions.list`, the newest first. */
export function toPage(
  form: ReplyForm,
  all: readonly JobExecution[],
  { query }: { readonly query: URLSearchParams },
): RunReply {
  const start = Number(query.get("pageToken") ?? 0);
  const size = Number(query.get("pageSize") ?? 0) || 100;
  const page = all.toReversed().slice(start, start + size);
  const next = start + size < all.length ? { nextPageToken: String(start + size) } : {};
  return { status: 200, value: { executions: page.map((one) => toResource(form, one)), ...next } };
}

/** An execution (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs.executions). */
export function toResource({ job, isNumeric }: ReplyForm, execution: JobExecution): object {
  const { shortName, state, message, createdAtMs, startedAtMs, endedAtMs } = execution;
  const count = (is: boolean) => (is ? 1 : undefined);
  const [name, code] = CONDITION_STATES[state];
  return {
    name: `${job}/executions/${shortName}`,
    job: job.slice(job.lastIndexOf("/") + 1),
    createTime: new Date(createdAtMs).toISOString(),
    ...(startedAtMs === null ? {} : { startTime: new Date(startedAtMs).toISOString() }),
    ...(endedAtMs === null ? {} : { completionTime: new Date(endedAtMs).toISOString() }),
    taskCount: 1,
    parallelism: 1,
    runningCount: count(state === "open" && startedAtMs !== null),
    succeededCount: count(state === "succeeded"),
    failedCount: count(state === "failed"),
    cancelledCount: count(state === "cancelled"),
    conditions: [
      { type: "Completed", state: isNumeric ? code : name, ...(message === "" ? {} : { message }) },
    ],
  };
}

/** Names and numbers of google.cloud.run.v2.Condition.State. */
const CONDITION_STATES: Readonly<Record<JobExecution["state"], readonly [name: string, code: number]>> = {
  open: ["CONDITION_RECONCILING", 2],
  succeeded: ["CONDITION_SUCCEEDED", 4],
  failed: ["CONDITION_FAILED", 3],
  cancelled: ["CONDITION_FAILED", 3],
};

/** The list of version 1, which gcloud asks (https://cloud.google.com/run/docs/reference/rest/v1/namespaces.executions). */
export function toListV1(job: string, all: readonly JobExecution[]): RunReply {
  const [, project = "", , region = "", , name = ""] = job.split("/");
  const items = all.toReversed().map((execution) => {
    const { shortName, state, message, createdAtMs, startedAtMs, endedAtMs } = execution;
    const completed = { open: "Unknown", succeeded: "True", failed: "False", cancelled: "False" }[state];
    return {
      apiVersion: "run.googleapis.com/v1",
      kind: "Execution",
      metadata: {
        name: shortName,
        namespace: project,
        creationTimestamp: new Date(createdAtMs).toISOString(),
        labels: { "run.googleapis.com/job": name, "cloud.googleapis.com/location": region },
        annotations: {},
      },
      spec: { taskCount: 1, parallelism: 1, template: { spec: { containers: [{ image: "sandbox" }] } } },
      status: {
        ...(startedAtMs === null ? {} : { startTime: new Date(startedAtMs).toISOString() }),
        ...(endedAtMs === null ? {} : { completionTime: new Date(endedAtMs).toISOString() }),
        succeededCount: state === "succeeded" ? 1 : 0,
        failedCount: state === "failed" ? 1 : 0,
        conditions: [{ type: "Completed", status: completed, message }],
      },
    };
  });
  const value = { apiVersion: "run.googleapis.com/v1", kind: "ExecutionList", metadata: {}, items };
  return { status: 200, value };
}
