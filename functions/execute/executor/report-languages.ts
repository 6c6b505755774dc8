import { LANGUAGES, type Language } from "#shared/contract/execute/languages.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { LanguageReport, Program, RunOptions, RunResult } from "./executor.ts";

const VERSION_TIMEOUT_MS = 10_000;

const VERSION_PROGRAMS: Readonly<Record<Language, string>> = {
  python: "import platform\nprint(platform.python_version())",
  javascript: "console.log(process.versions.node)",
};

/**
 * Asks the languages themselves for their versions, once each.
 * @param parts.findObstacle why a language cannot run here, as a sentence for the public; null when it can
 * @param parts.run runs a program, not in a place of the callers' programs
 */
export function createReportLanguages(parts: {
  readonly findObstacle: (language: Language) => Promise<string | null>;
  readonly run: (program: Program, options: RunOptions) => Promise<RunResult>;
  readonly logger: Logger;
}): (signal: AbortSignal) => Promise<readonly LanguageReport[]> {
  const versions = new Map<Language, string>();

  async function report(name: Language, signal: AbortSignal): Promise<LanguageReport> {
    const reason = await parts.findObstacle(name);
    if (reason !== null) return { name, version: null, available: false, reason };
    const known = versions.get(name);
    if (known !== undefined) return { name, version: known, available: true };
    const code = VERSION_PROGRAMS[name];
    const program = {
      language: name,
      code,
      stdin: "",
      engine: "auto",
      timeoutMs: VERSION_TIMEOUT_MS,
      files: [],
      collect: { files: 0, fileBytes: 0, totalBytes: 0 },
      svg: false,
    } as const;
    const { status, stdout } = await parts.run(program, { signal, receive: async () => undefined });
    const version = stdout.trim();
    if (status !== "succeeded" || version === "") {
      const broken = "The language does not start in the sandbox: look in the server's log.";
      parts.logger.log("ERROR", "A language does not start in the sandbox", { language: name, status });
      return { name, version: null, available: false, reason: broken };
    }
    versions.set(name, version);
    return { name, version, available: true };
  }

  /** Where there is no sandbox, no language is available, for the same reason. */
  async function reportOrRefuse(name: Language, signal: AbortSignal): Promise<LanguageReport> {
    try {
      return await report(name, signal);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "sandbox_unavailable") throw error;
      return { name, version: null, available: false, reason: error.message };
    }
  }

  return (signal) => Promise.all(LANGUAGES.map((name) => reportOrRefuse(name, signal)));
}
