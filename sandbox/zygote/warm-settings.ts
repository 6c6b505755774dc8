import { integer } from "#shared/config/setting-kinds.ts";
import type { SandboxCounts } from "./waiting-sandboxes.ts";

const count = integer(0, 256);

/** The variables that say how many sandboxes wait for a program of each kind. */
export function toWarmSettings(defaults: SandboxCounts) {
  return {
    SANDBOX_WARM_PYTHON: count({
      default: defaults.python,
      desc: "Sandboxes that wait for a Python program; 0 for cold starts.",
    }),
    SANDBOX_WARM_DATA: count({
      default: defaults.data,
      desc: "Sandboxes that wait with numpy and the like; 0 for cold starts.",
    }),
    SANDBOX_WARM_JAVASCRIPT: count({
      default: defaults.javascript,
      desc: "Sandboxes that wait for a JavaScript program without Node's own functions; 0 for cold starts.",
    }),
    SANDBOX_WARM_NODE: count({
      default: defaults.node,
      desc: "Sandboxes that wait for a JavaScript program with them; 0 for cold starts.",
    }),
  };
}

/** How many wait, by the settings. */
export function toSandboxCounts(
  env: Readonly<Record<keyof ReturnType<typeof toWarmSettings>, number>>,
): SandboxCounts {
  return {
    python: env.SANDBOX_WARM_PYTHON,
    data: env.SANDBOX_WARM_DATA,
    javascript: env.SANDBOX_WARM_JAVASCRIPT,
    node: env.SANDBOX_WARM_NODE,
  };
}
