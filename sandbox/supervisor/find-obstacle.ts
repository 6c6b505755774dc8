import { existsSync } from "node:fs";
import type { Language } from "#shared/contract/execute/languages.ts";
import type { JailOptions } from "../jail/jail.ts";
import { type JailProbe, probeJail } from "../jail/probe-jail.ts";
import { findNode, JAVASCRIPT_FOLDER, PYTHON_PATH } from "./inside.ts";

/** Why a language cannot run here, as a sentence for the public; null when it can. */
export type FindObstacle = (language: Language) => Promise<string | null>;

/** A failed probe is asked again after this time: the owner may have installed what was missing. */
const PROBE_AGAIN_MS = 10_000;

/** Looks for what keeps programs from running on this machine; jails are tried out once. */
export function createFindObstacle(options: JailOptions): FindObstacle {
  const probe = createProbe(options);
  return async (language) => {
    const found = await probe();
    return found.available ? findMissing(language) : found.reason;
  };
}

/** Remembers a success for good and a failure for a moment. */
function createProbe(options: JailOptions): () => Promise<JailProbe> {
  let last: { readonly at: number; readonly result: Promise<JailProbe> } | null = null;
  return async () => {
    last ??= { at: performance.now(), result: probeJail(options) };
    const { at, result } = last;
    const found = await result;
    if (!found.available && performance.now() - at > PROBE_AGAIN_MS) last = null;
    return found;
  };
}

function findMissing(language: Language): string | null {
  if (!existsSync(PYTHON_PATH)) return "The sandbox needs Python: install it with `apt-get install python3`.";
  if (language === "python") return null;
  if (findNode() === null) return "JavaScript needs Node 24: run `npm ci`.";
  if (!existsSync(JAVASCRIPT_FOLDER)) {
    return "The JavaScript sandbox is not built: run `node scripts/build-sandbox.ts`.";
  }
  return null;
}
