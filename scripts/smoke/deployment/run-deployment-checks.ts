import { PROGRAM_CHECKS } from "./checks-of-programs.ts";
import { SIGN_IN_CHECKS } from "./checks-of-sign-in.ts";
import { STATEMENT_CHECKS } from "./checks-of-statements.ts";
import { EDGE_CHECKS } from "./checks-of-the-edge.ts";
import { TOOL_CHECKS } from "./checks-of-tools.ts";
import { type Deployment, type DeploymentCheck, NotDeployedError } from "./deployment.ts";

/** All, in their order. */
export const DEPLOYMENT_CHECKS: readonly DeploymentCheck[] = [
  ...EDGE_CHECKS,
  ...SIGN_IN_CHECKS,
  ...PROGRAM_CHECKS,
  ...STATEMENT_CHECKS,
  ...TOOL_CHECKS,
];

/** What came of one check. */
export interface DeploymentResult {
  readonly name: string;
  readonly outcome: "ok" | "FAIL" | "skip";
  /** What was found, what went wrong, or what is missing. */
  readonly note: string;
}

/** Runs the checks one after the other; what a check throws is its note. */
export async function* runDeploymentChecks(at: Deployment): AsyncGenerator<DeploymentResult> {
  for (const { name, needs, run } of DEPLOYMENT_CHECKS) {
    if (needs !== "nothing" && at[needs] === null) {
      yield { name, outcome: "skip", note: `needs a ${needs}` };
      continue;
    }
    yield await run(at).then(
      (note) => ({ name, outcome: "ok", note }) as const,
      (thrown: unknown) => ({
        name,
        outcome: thrown instanceof NotDeployedError ? ("skip" as const) : ("FAIL" as const),
        note: describe(thrown),
      }),
    );
  }
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause instanceof Error ? ` (${thrown.cause.message})` : "";
  return `${thrown.message}${cause}`;
}
