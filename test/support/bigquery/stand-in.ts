import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The calls of BigQuery's REST API that the adapter makes. */
export type CallKind =
  | "dryRun"
  | "insert"
  | "query"
  | "job"
  | "results"
  | "cancel"
  | "datasets"
  | "dataset"
  | "tables"
  | "table"
  | "routine"
  | "rows"
  | "other";

/** One call as it arrived. */
export interface Call {
  readonly kind: CallKind;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

/** What to answer: a body that is a text goes as it is. `hangUp` closes the connection without an answer. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: unknown;
      /** Closes the connection after so many bytes of the body. */
      readonly cutAt?: number;
    }
  | { readonly hangUp: true };

/**
 * Makes the answer to the n-th call (from 0) of one kind.
 * @param usual makes the answer that would be given otherwise
 */
export type Answer = (call: Call, n: number, usual: () => Promise<Reply>) => Reply | Promise<Reply>;

export interface BigqueryStandIn {
  /** For the client's `apiEndpoint`. */
  readonly endpoint: string;
  readonly calls: readonly Call[];
  count(kind: CallKind): number;
  /** Refuses every call from now on, also those that still wait: the client has no reason to try again, and comes to its end. */
  refuseAll(): void;
  close(): Promise<void>;
}

/**
 * Starts a test double of BigQuery's REST API on a loopback port. It imitates the wire and judges nothing: each test says what
 * is answered. Unless told otherwise, a dry run answers SELECT in EU, an insert makes the job, and a result is one row of one.
 * @param usual answers what `answers` does not, instead of those
 */
export async function startBigqueryStandIn(
  answers: Partial<Record<CallKind, Answer>> = {},
  usual: (call: Call) => Promise<Reply> = async (call) => USUAL[call.kind](call),
): Promise<BigqueryStandIn> {
  const calls: Call[] = [];
  const refusal = Promise.withResolvers<Reply>();
  let isRefusing = false;
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    const n = calls.filter(({ kind }) => kind === call.kind).length;
    calls.push(call);
    const own = answers[call.kind];
    const given = () => (own === undefined ? usual(call) : own(call, n, () => usual(call)));
    const reply = await (isRefusing ? refusal.promise : Promise.race([given(), refusal.promise]));
    if ("hangUp" in reply) {
      request.socket.destroy();
      return;
    }
    const text = Buffer.from(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
    const headers = { "content-type": "application/json", "content-length": text.length, ...reply.headers };
    response.writeHead(reply.status ?? 200, headers);
    if (reply.cutAt === undefined) response.end(text);
    else response.write(text.subarray(0, reply.cutAt), () => request.socket.destroy());
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    count: (kind) => calls.filter((call) => call.kind === kind).length,
    refuseAll() {
      isRefusing = true;
      refusal.resolve(errorAnswer(400, "invalid", "The stand-in is about to end"));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A job resource in the form of the REST API. */
export function jobAnswer(call: Call, query: Readonly<Record<string, unknown>> = {}): Reply {
  return {
    body: {
      jobReference: { projectId: "stand-in", jobId: jobIdOf(call.body), location: "EU" },
      status: { state: "RUNNING" },
      statistics: { query },
    },
  };
}

/** A page of results: `rows` are given as lists of cells in the REST form of a value. */
export function pageAnswer(
  fields: readonly Readonly<Record<string, unknown>>[],
  rows: readonly (readonly unknown[])[],
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const cells = rows.map((row) => ({ f: row.map((v) => ({ v })) }));
  return {
    body: { jobComplete: true, totalRows: String(rows.length), schema: { fields }, rows: cells, ...more },
  };
}

/**
 * Answers calls for the results of a job with rows of one table, by `startIndex`, `pageToken` and `maxResults` as BigQuery does.
 * @param read gives the rows as they are now
 */
export function resultsOf(
  fields: readonly Readonly<Record<string, unknown>>[],
  read: () => readonly (readonly unknown[])[],
): (call: Call, n?: number) => Reply {
  return ({ query }) => {
    const rows = read();
    const start = Number(query["pageToken"] ?? query["startIndex"] ?? 0);
    const end = Math.min(rows.length, start + Number(query["maxResults"] ?? rows.length));
    return pageAnswer(fields, rows.slice(start, end), {
      totalRows: String(rows.length),
      totalBytesProcessed: "4096",
      ...(end < rows.length ? { pageToken: String(end) } : {}),
    });
  };
}

/** An error in the form of the REST API. */
export function errorAnswer(
  status: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers,
    body: { error: { code: status, message, errors: [{ reason, message, domain: "global" }] } },
  };
}

const USUAL: Readonly<Record<CallKind, (call: Call) => Reply>> = {
  dryRun: (call) => jobAnswer(call, { statementType: "SELECT" }),
  insert: (call) => jobAnswer(call),
  query: () => errorAnswer(404, "notFound", "Not found: the stand-in has no such path"),
  job: (call) => jobAnswer(call),
  results: () => pageAnswer([{ name: "one", type: "INTEGER" }], [["1"]]),
  cancel: (call) => ({ body: { job: { jobReference: { jobId: call.path.split("/").at(-2) } } } }),
  datasets: () => ({ body: {} }),
  dataset: () => errorAnswer(404, "notFound", "Not found: Dataset"),
  tables: () => ({ body: {} }),
  table: () => errorAnswer(404, "notFound", "Not found: Table"),
  rows: () => ({ body: {} }),
  routine: () => errorAnswer(404, "notFound", "Not found: Routine"),
  other: () => errorAnswer(404, "notFound", "Not found: the stand-in has no such path"),
};

async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? "/", "http://stand-in");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString("utf8");
  const body: unknown = text === "" ? null : JSON.parse(text);
  return {
    kind: kindOf(request.method ?? "", url.pathname, body),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body,
    authorization: request.headers.authorization,
  };
}

const READS: readonly (readonly [CallKind, RegExp])[] = [
  ["results", /\/queries\/[^/]+$/],
  ["job", /\/jobs\/[^/]+$/],
  ["datasets", /\/datasets$/],
  ["dataset", /\/datasets\/[^/]+$/],
  ["routine", /\/routines\/[^/]+$/],
  ["tables", /\/datasets\/[^/]+\/tables$/],
  ["table", /\/tables\/[^/]+$/],
  ["rows", /\/tables\/[^/]+\/data$/],
];

function kindOf(method: string, path: string, body: unknown): CallKind {
  if (method === "POST" && /\/jobs\/[^/]+\/cancel$/.test(path)) return "cancel";
  if (method === "POST" && path.endsWith("/jobs")) return isDryRun(body) ? "dryRun" : "insert";
  if (method === "POST" && path.endsWith("/queries"))
    return memberOf(body, "dryRun") === true ? "dryRun" : "query";
  return method === "GET" ? (READS.find(([, form]) => form.test(path))?.[0] ?? "other") : "other";
}

function isDryRun(body: unknown): boolean {
  return memberOf(memberOf(body, "configuration"), "dryRun") === true;
}

function jobIdOf(body: unknown): unknown {
  return memberOf(memberOf(body, "jobReference"), "jobId");
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
