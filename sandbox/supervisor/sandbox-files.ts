/** A file that a program finds in its working folder. */
export interface SandboxInput {
  /** A relative path that has been checked. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Read once, when a sandbox has room for it. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file that a program left. */
export interface SandboxOutput {
  readonly name: string;
  readonly sizeBytes: number;
}

/** A file that a program left and that is not handed over, with a phrase for the public that follows its name. */
export interface SandboxSkipped {
  readonly name: string;
  readonly reason: string;
}

/** How much of what a program leaves is handed over, `.results/` apart. */
export interface SandboxCollectLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

/** Takes one file with all of its content, before the next one comes. */
export type ReceiveSandboxFile = (file: SandboxOutput, content: AsyncIterable<Uint8Array>) => Promise<void>;

/** The folder that the sandbox's own code leaves charts and tables in: it counts apart. */
const RESULTS_FOLDER = ".results/";
/** The largest results: ten charts twice, and their data. */
const RESULTS_LIMITS: SandboxCollectLimits = {
  files: 21,
  fileBytes: 16 * 1024 ** 2,
  totalBytes: 16 * 1024 ** 2,
};

const LONGEST_NAME_BYTES = 255;
const MOST_STEPS = 17;
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** True for a relative path that stays in its folder, in characters that can be seen. */
function isSafeName(name: string): boolean {
  if (UNSEEN.test(name) || Buffer.byteLength(name) > LONGEST_NAME_BYTES) return false;
  const steps = name.split("/");
  return steps.length <= MOST_STEPS && steps.every((step) => step !== "" && step !== "." && step !== "..");
}

/**
 * Counts the files that a jail announces. The supervisor keeps to the same limits; this is for one that a program has taken over.
 * @returns a function that says whether the file may come
 */
export function createTally(limits: SandboxCollectLimits): (file: SandboxOutput) => boolean {
  const names = new Set<string>();
  const results = { limits: RESULTS_LIMITS, files: 0, bytes: 0 };
  const others = { limits, files: 0, bytes: 0 };
  return ({ name, sizeBytes }) => {
    if (!isSafeName(name) || names.has(name)) return false;
    const count = name.startsWith(RESULTS_FOLDER) ? results : others;
    names.add(name);
    count.files += 1;
    count.bytes += sizeBytes;
    const { files, fileBytes, totalBytes } = count.limits;
    return count.files <= files && sizeBytes <= fileBytes && count.bytes <= totalBytes;
  };
}
