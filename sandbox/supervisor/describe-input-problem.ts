import type { SandboxLimits } from "./sandbox-limits.ts";
import type { InputProblem } from "./send-inputs.ts";

const SENTENCES: Readonly<Record<InputProblem, (limits: SandboxLimits) => string>> = {
  no_space: ({ diskBytes, files }) =>
    `The files do not fit into the sandbox's ${Math.floor(diskBytes / 1024 ** 2)} MiB and ${files.toLocaleString("en-US")} files: send less.`,
  bad_name: () =>
    "The files cannot stand beside each other in one folder: give each a name of its own, at most 255 bytes long.",
  wrong_size: () => "A file has more or less content than was announced: send it again.",
};

/** Why the files of a program could not be put into a sandbox with these limits: a sentence for the public. */
export function describeInputProblem(problem: InputProblem, limits: SandboxLimits): string {
  return SENTENCES[problem](limits);
}
