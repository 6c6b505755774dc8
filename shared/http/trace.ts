/** Where a request belongs in a distributed trace. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits of the caller's span. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const CLOUD_TRACE = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=([01]))?$/i;

/**
 * Reads the caller's trace: `traceparent` (https://www.w3.org/TR/trace-context/) first, else Google's `X-Cloud-Trace-Context`.
 * Returns null when there is none or it is malformed.
 */
export function readTrace(headers: Headers): Trace | null {
  const parent = TRACEPARENT.exec(headers.get("traceparent") ?? "");
  if (parent?.[1] && parent[2] && parent[3] && !/^0+$/.test(parent[1])) {
    return { traceId: parent[1], spanId: parent[2], sampled: (Number.parseInt(parent[3], 16) & 1) === 1 };
  }
  const google = CLOUD_TRACE.exec(headers.get("x-cloud-trace-context") ?? "");
  if (google?.[1] && google[2]) {
    const spanId = BigInt.asUintN(64, BigInt(google[2])).toString(16).padStart(16, "0");
    return { traceId: google[1].toLowerCase(), spanId, sampled: google[3] === "1" };
  }
  return null;
}

/** The fields by which Cloud Logging joins a line to its trace; empty without a trace or a project. */
export function toTraceFields(trace: Trace | null, projectId: string | null): Record<string, unknown> {
  if (trace === null) return {};
  const name = projectId === null ? trace.traceId : `projects/${projectId}/traces/${trace.traceId}`;
  return {
    "logging.googleapis.com/trace": name,
    "logging.googleapis.com/spanId": trace.spanId,
    "logging.googleapis.com/trace_sampled": trace.sampled,
  };
}
