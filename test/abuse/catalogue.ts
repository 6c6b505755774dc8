import type { Threat } from "./attack.ts";
import { HOST_FILES } from "./catalogue/host-files.ts";

/** Everything that the suite tries, sorted by what it threatens. */
export const THREATS: readonly Threat[] = [
  { name: "reading and changing files of the host", attacks: HOST_FILES },
];
