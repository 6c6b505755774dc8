import { type GoogleClient, parseAnswer } from "#shared/google-cloud/google-client.ts";

/** Where an execution is: not over, over in whatever way, or no longer listed (only the newest thousand are kept). */
export interface FoundExecution {
  readonly state: "open" | "over" | "gone";
  /** Cloud Run's own words about its end; for the log. */
  readonly reason: string | null;
}

/** The four calls to Cloud Run that running a program takes. */
export interface RunAdmin {
  /**
   * Starts an execution of the job, with variables added to its environment. Only for jobs whose second execution does nothing: the call is
   * repeated when nobody knows whether it was carried out.
   * @param timeoutSeconds after which Cloud Run ends the container
   * @returns the execution's name; null when Cloud Run does not tell it
   * @throws GoogleCloudError; the signal's reason
   */
  start(
    environment: Readonly<Record<string, string>>,
    options: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
  ): Promise<string | null>;
  /** @throws GoogleCloudError; the signal's reason */
  find(execution: string, signal: AbortSignal): Promise<FoundExecution>;
  /** Ends an execution; fine when it is over. @throws GoogleCloudError; the signal's reason */
  cancel(execution: string, signal: AbortSignal): Promise<void>;
  /** The full name of an execution of this job, by the last part of its name as its container knows it; null for what is none. */
  nameOf(shortName: string): string | null;
}

/** A job on Cloud Run. */
export interface RunAdminOptions {
  readonly client: GoogleClient;
  /** Origin of the service, like https://run.googleapis.com. */
  readonly endpoint: string;
  /** `projects/P/locations/L/jobs/J`. */
  readonly job: string;
}

const START_MS = 30_000;
const QUESTION_MS = 10_000;
const ATTEMPT_MS = 5_000;

/** Names are checked before they become part of an address. */
const SHORT_NAME = /^[a-z0-9-]{1,63}$/;

/** Speaks to the Cloud Run Admin API, version 2 (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs). */
export function createRunAdmin({ client, endpoint, job }: RunAdminOptions): RunAdmin {
  const nameOf = (shortName: string) =>
    SHORT_NAME.test(shortName) ? `${job}/executions/${shortName}` : null;

  return {
    nameOf,
    async start(environment, { timeoutSeconds, signal }) {
      const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
      const overrides = { containerOverrides: [{ env }], taskCount: 1, timeout: `${timeoutSeconds}s` };
      const name = "jobs.run";
      const answer = await client.ask({
        method: "POST",
        url: `${endpoint}/v2/${job}:run`,
        name,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ overrides }),
        isRepeatable: true,
        deadlineMs: START_MS,
        signal,
      });
      const metadata = memberOf(parseAnswer(answer, name), "metadata");
      const execution = memberOf(metadata, "name");
      return typeof execution === "string" ? nameOf(execution.slice(execution.lastIndexOf("/") + 1)) : null;
    },
    async find(execution, signal) {
      const name = "executions.get";
      const answer = await client.ask({
        method: "GET",
        url: `${endpoint}/v2/${execution}`,
        name,
        alsoTake: [404],
        isRepeatable: true,
        deadlineMs: QUESTION_MS,
        attemptMs: ATTEMPT_MS,
        signal,
      });
      if (answer.status === 404) return { state: "gone", reason: null };
      const found = parseAnswer(answer, name);
      const isOver = typeof memberOf(found, "completionTime") === "string";
      return { state: isOver ? "over" : "open", reason: reasonOf(found) };
    },
    async cancel(execution, signal) {
      await client.ask({
        method: "POST",
        url: `${endpoint}/v2/${execution}:cancel`,
        name: "executions.cancel",
        headers: { "content-type": "application/json" },
        body: "{}",
        // Over, or gone.
        alsoTake: [400, 404, 409],
        isRepeatable: true,
        deadlineMs: QUESTION_MS,
        attemptMs: ATTEMPT_MS,
        signal,
      });
    },
  };
}

const MOST_REASON_CHARACTERS = 300;

/** What the condition `Completed` says. */
function reasonOf(execution: unknown): string | null {
  const conditions = memberOf(execution, "conditions");
  const completed = Array.isArray(conditions)
    ? conditions.find((condition: unknown) => memberOf(condition, "type") === "Completed")
    : undefined;
  const message = memberOf(completed, "message");
  return typeof message === "string" ? message.slice(0, MOST_REASON_CHARACTERS) : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
