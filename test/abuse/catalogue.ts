import type { Threat } from "./attack.ts";
import { HOST_FILES } from "./catalogue/host-files.ts";
import { KERNEL } from "./catalogue/kernel.ts";
import { KERNEL_MEMORY } from "./catalogue/kernel-memory.ts";
import { LINKS } from "./catalogue/links.ts";
import { MANY_PROCESSES } from "./catalogue/many-processes.ts";
import { MEMORY } from "./catalogue/memory.ts";
import { NAMESPACES } from "./catalogue/namespaces.ts";
import { NETWORK } from "./catalogue/network.ts";
import { OTHER_PROCESSES } from "./catalogue/other-processes.ts";
import { PRIVILEGES } from "./catalogue/privileges.ts";
import { PROC } from "./catalogue/proc.ts";

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
];
