import { LANGUAGES } from "#shared/contract/execute/languages.ts";
import { type CheckHealthResponse, checkHealth } from "#shared/contract/health/check-health.ts";
import { type FunctionRoutes, toPlainRoute } from "#shared/http/route.ts";

/** What `gcloud functions call` sends along when it is told nothing. */
const CALL_BYTES = 1024;

/**
 * The function `health`: says that the server is up, and touches nothing else, so that it stays true when all else is down. It answers POST as
 * it answers GET, because `gcloud functions call health` knows nothing else; what is posted is not read.
 */
export function createHealth({ version }: { version: string }): FunctionRoutes {
  const answer = async (): Promise<CheckHealthResponse> => ({
    status: "healthy",
    version,
    languages: [...LANGUAGES],
    timestamp: new Date().toISOString(),
  });
  const read = toPlainRoute(checkHealth, answer);
  const call = { ...read, method: "POST", operation: null, bodyLimitBytes: CALL_BYTES } as const;
  return { name: "health", routes: [read, call] };
}
