/** What an attack finds on the host, or would find if nothing held it. */
export interface World {
  /** Texts that no program may ever learn. The attacks' own sources hold none of them. */
  readonly secrets: readonly string[];
  /** A folder of the host, outside of /tmp: `secret`, `secret.json`, `canary_module.py`, `victim`. */
  readonly folder: string;
  /** A file of the host in /tmp that holds a secret. */
  readonly temporarySecret: string;
  /** The server's data folder, with a key in `api-key`. */
  readonly dataFolder: string;
  /** The folder that the server's own code is in. */
  readonly checkout: string;
  /** Where the server listens on 127.0.0.1. */
  readonly serverPort: number;
  /** Where somebody else on the host listens: TCP and UDP, on 127.0.0.1 and ::1; TCP greets with a secret. */
  readonly port: number;
  /** The path of a unix socket of the host, which greets with a secret. */
  readonly socketPath: string;
  /** The name, without its leading NUL, of an abstract unix socket of the host, which greets with a secret. */
  readonly socketName: string;
  /** Part of the command line of a process of the host. */
  readonly hostProcess: string;
  /** Different for each attack: its programs put it into the command lines and names of what they leave. */
  readonly mark: string;
  /** How often somebody came to a port or socket of this world since the attack began. */
  visitors(): number;
  /** True while `victim` is as it was and nothing was added to the folder. */
  isUntouched(): boolean;
  /** How many processes of the host carry the mark. */
  countLeft(): number;
}

/** How a run ended, as its caller sees it. */
export interface Outcome {
  /** False when no answer came in time, or one that is no verdict on the program. */
  readonly answered: boolean;
  /** succeeded, failed, timed_out, out_of_memory or killed; null without an answer. */
  readonly status: string | null;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What ran the program, when the server says so. */
  readonly engine: string | null;
  /** Everything that came back, as it came. */
  readonly raw: string;
}

/** Looks at what came back, and at the host: true when the attack got what it wanted. The last outcome is the newest. */
export type Evidence = (outcomes: readonly Outcome[], world: World) => boolean;

/** One program, and how to tell whether it got out. */
export interface Attack {
  /** What it tries, and where it comes from when that is known. */
  readonly name: string;
  readonly language: "python" | "javascript";
  readonly code: string | ((world: World) => string);
  readonly escaped: Evidence;
  /** Part of the reduced suite, which every `npm test` runs. */
  readonly quick?: true;
  /** How often the program runs; once by default. */
  readonly runs?: number;
  /** The runs overlap. */
  readonly together?: true;
  /** 5 by default. */
  readonly timeoutSeconds?: number;
  /** The ends that are right for it; any by default. */
  readonly statuses?: readonly string[];
}

/** The attacks that belong to one threat. */
export interface Threat {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

/** The line that a program prints when it did what it must not be able to do. */
const ESCAPED_LINE = /^ESCAPED\b/m;

/** The program printed that it got what it wanted. Its source may well say so on stderr: only stdout counts. */
export const saysEscaped: Evidence = (outcomes) => outcomes.some(({ stdout }) => ESCAPED_LINE.test(stdout));

/** A secret of the host is in an answer. */
export const stoleSecret: Evidence = (outcomes, { secrets }) =>
  outcomes.some(({ raw }) => secrets.some((secret) => raw.includes(secret)));

/** The folder of the host is not as it was. */
export const changedHost: Evidence = (_outcomes, world) => !world.isUntouched();

/** Somebody came to a port or socket of the host. */
export const reachedListener: Evidence = (_outcomes, world) => world.visitors() > 0;

/** A process of the program is still there after the answer. */
export const outlived: Evidence = (_outcomes, world) => world.countLeft() > 0;

/** The caller got no answer in time, or none about the program. */
export const silencedServer: Evidence = (outcomes) => outcomes.some(({ answered }) => !answered);

/** The program came to hold this many of whatever it takes; it prints lines like `TOOK 64`. */
export function tookAtLeast(amount: number): Evidence {
  return (outcomes) =>
    outcomes.some(({ stdout }) =>
      [...stdout.matchAll(/^TOOK (\d+)$/gm)].some(([, taken]) => Number(taken) >= amount),
    );
}

/** The caller was told something else about the program than what is true. */
export function misreported(truth: Partial<Pick<Outcome, "status" | "exitCode" | "stdout">>): Evidence {
  return (outcomes) =>
    outcomes.some((outcome) =>
      (["status", "exitCode", "stdout"] as const).some(
        (field) => truth[field] !== undefined && truth[field] !== outcome[field],
      ),
    );
}

/** At least one of these is so. */
export function anyOf(...evidence: readonly Evidence[]): Evidence {
  return (outcomes, world) => evidence.some((isSo) => isSo(outcomes, world));
}

/** Python as it stands: a backslash is a backslash. */
export const python = String.raw;

/** JavaScript as it stands: a backslash is a backslash. */
export const javascript = String.raw;
