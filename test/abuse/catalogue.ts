import type { Threat } from "./attack.ts";
import { FLOODS } from "./catalogue/floods.ts";
import { FORGED_RESULTS } from "./catalogue/forged-results.ts";
import { HOST_FILES } from "./catalogue/host-files.ts";
import { ISOLATE } from "./catalogue/isolate.ts";
import { KERNEL } from "./catalogue/kernel.ts";
import { KERNEL_MEMORY } from "./catalogue/kernel-memory.ts";
import { LINKS } from "./catalogue/links.ts";
import { MANY_PROCESSES } from "./catalogue/many-processes.ts";
import { MEMORY } from "./catalogue/memory.ts";
import { NAMESPACES } from "./catalogue/namespaces.ts";
import { NETWORK } from "./catalogue/network.ts";
import { OTHER_PROCESSES } from "./catalogue/other-processes.ts";
import { OTHER_RUNS } from "./catalogue/other-runs.ts";
import { PRIVILEGES } from "./catalogue/privileges.ts";
import { PROC } from "./catalogue/proc.ts";
import { WRAPPER } from "./catalogue/wrapper.ts";

/** Everything that the suite tries, sorted by what it threatens. */
export const THREATS: readonly Threat[] = [
  { name: "reading and changing files of the host", attacks: HOST_FILES },
  { name: "symbolic, hard and magic links", attacks: LINKS },
  { name: "what /proc and /sys tell and allow", attacks: PROC },
  { name: "namespaces and mounts", attacks: NAMESPACES },
  { name: "processes that are not the program's own", attacks: OTHER_PROCESSES },
  { name: "users, capabilities, devices and terminals", attacks: PRIVILEGES },
  { name: "interfaces of the kernel", attacks: KERNEL },
  { name: "the network in every family", attacks: NETWORK },
  { name: "bombs of processes, and processes that stay", attacks: MANY_PROCESSES },
  { name: "memory of the program's own processes", attacks: MEMORY },
  { name: "memory of the kernel, files and descriptors", attacks: KERNEL_MEMORY },
  { name: "output and work without end", attacks: FLOODS },
  { name: "turning the code that runs a program against itself", attacks: WRAPPER },
  { name: "out of the isolate", attacks: ISOLATE },
  { name: "what runs know of each other", attacks: OTHER_RUNS },
  { name: "forged results", attacks: FORGED_RESULTS },
];
