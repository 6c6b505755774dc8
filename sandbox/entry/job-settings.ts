import { EnvError, makeExactValidator, str } from "envalid";
import { loadSettings } from "#shared/config/load-settings.ts";
import { LANGUAGES, type Language } from "#shared/contract/execute/languages.ts";
import { LIMIT_SETTINGS, toSandboxLimits } from "../supervisor/limit-settings.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import { isSignedAddress } from "./signed-address.ts";

/** What a container of the job needs to know: the addresses of one program, each good for one thing and for minutes. */
export interface JobSettings {
  /** Gives the program. */
  readonly inUrl: string;
  /** Takes the result, once. */
  readonly outUrl: string;
  /** Takes the claim to the program, once. */
  readonly claimUrl: string;
  /** Gives the claim. */
  readonly claimedUrl: string;
  /** The program's own: its sandbox starts while the program is fetched. */
  readonly language: Language;
  /** The name that Cloud Run has given this execution. */
  readonly execution: string;
  readonly memoryCgroup: boolean;
  readonly limits: SandboxLimits;
}

/** An address with a signature. */
const signedUrl = makeExactValidator<string>((input) => {
  if (isSignedAddress(input)) return input;
  throw new EnvError("must be an https address");
});

/**
 * Reads the settings of the container from the environment.
 * @throws SettingsError
 */
export function loadJobSettings(environment?: Readonly<Record<string, string | undefined>>): JobSettings {
  const env = loadSettings(
    {
      IN_URL: signedUrl({ desc: "A signed address that gives the program." }),
      OUT_URL: signedUrl({ desc: "A signed address that takes the result." }),
      CLAIM_URL: signedUrl({ desc: "A signed address that takes the claim to the program." }),
      CLAIMED_URL: signedUrl({ desc: "A signed address that gives the claim to the program." }),
      LANGUAGE: str({ choices: LANGUAGES, default: "python", desc: "The language of the program." }),
      CLOUD_RUN_EXECUTION: str({ default: "unknown", desc: "The execution's name; Cloud Run sets it." }),
      ...LIMIT_SETTINGS,
    },
    environment,
  );
  return {
    inUrl: env.IN_URL,
    outUrl: env.OUT_URL,
    claimUrl: env.CLAIM_URL,
    claimedUrl: env.CLAIMED_URL,
    language: env.LANGUAGE,
    execution: env.CLOUD_RUN_EXECUTION,
    memoryCgroup: env.SANDBOX_MEMORY_CGROUP,
    limits: toSandboxLimits(env),
  };
}
