/** What a caller may be allowed to do. */
export type Permission =
  | "run.jobs.run"
  | "run.jobs.runWithOverrides"
  | "run.executions.get"
  | "run.executions.list"
  | "run.executions.cancel"
  | "run.operations.get";

/** One call to the stand-in. */
export interface RunCall {
  /** What it takes; null for an address that the real service does not have either. */
  readonly permission: Permission | null;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The job or the location that it is about; a project in version 1. */
  readonly owner: string;
  /** The last part of the name of an execution or operation; empty for a call about none. */
  readonly last: string;
}

/** Addresses of version 2, and the one list of version 1 that gcloud asks. */
const ROUTES: readonly (readonly [Permission, method: string, path: RegExp])[] = [
  ["run.jobs.run", "POST", /^\/v2\/(.+\/jobs\/[^/:]+):run$/],
  ["run.executions.list", "GET", /^\/v2\/(.+\/jobs\/[^/]+)\/executions$/],
  ["run.executions.get", "GET", /^\/v2\/(.+\/jobs\/[^/]+)\/executions\/([^/:]+)$/],
  ["run.executions.cancel", "POST", /^\/v2\/(.+\/jobs\/[^/]+)\/executions\/([^/:]+):cancel$/],
  ["run.operations.get", "GET", /^\/v2\/(projects\/[^/]+\/locations\/[^/]+)\/operations\/([^/:]+)$/],
  ["run.executions.list", "GET", /^\/apis\/run\.googleapis\.com\/v1\/namespaces\/([^/]+)\/executions$/],
];

/** Takes a call apart. @param target a path, or the whole address as a proxy is sent it */
export function parseRunCall(method: string, target: string, body: string): RunCall {
  const { pathname: path, searchParams: query } = new URL(target, "http://run");
  const call = { permission: null, method, path, query, body, owner: "", last: "" };
  for (const [permission, wanted, pattern] of ROUTES) {
    const [match, owner = "", last = ""] = (wanted === method && pattern.exec(path)) || [];
    if (match !== undefined) return { ...call, permission, owner, last };
  }
  return call;
}
