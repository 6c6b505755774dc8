import { LANGUAGES } from "#shared/contract/execute/languages.ts";
import { type CheckHealthResponse, checkHealth } from "#shared/contract/health/check-health.ts";
import { type FunctionRoutes, toPlainRoute } from "#shared/http/route.ts";

/** The function `health`: says that the server is up, and touches nothing else, so that it stays true when all else is down. */
export function createHealth({ version }: { version: string }): FunctionRoutes {
  const answer = async (): Promise<CheckHealthResponse> => ({
    status: "healthy",
    version,
    languages: [...LANGUAGES],
    timestamp: new Date().toISOString(),
  });
  return { name: "health", routes: [toPlainRoute(checkHealth, answer)] };
}
