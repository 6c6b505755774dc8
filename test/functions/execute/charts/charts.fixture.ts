import type { Program, RunResult } from "#functions/execute/executor/executor.ts";
import type { LocalExecutorOptions } from "#functions/execute/executor/executor-local.ts";
import type { Chart, Series } from "#functions/execute/results/chart.ts";
import { parseResults } from "#functions/execute/results/parse-results.ts";
import { createTestExecutor, toProgram } from "../../../sandbox/sandbox.fixture.ts";

/** What came of a program. */
export interface Captured {
  readonly result: RunResult;
  /** Of `.results/`. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly charts: readonly Chart[];
  readonly tableMarkdown: string | null;
}

/** One sandbox waits with the libraries for data. */
const WARM = { python: 0, data: 1, javascript: 0, node: 0 };
/** Makes every start a cold one. */
export const COLD = { python: 0, data: 0, javascript: 0, node: 0 };

/** Runs Python programs, in the real sandbox, and takes what they show. */
export function createCapture(warm: LocalExecutorOptions["warm"] = WARM) {
  const executor = createTestExecutor({ warm });
  return async (code: string, more: Partial<Program> = {}): Promise<Captured> => {
    const files = new Map<string, Buffer>();
    const program = toProgram({ language: "python", code, timeoutMs: 30_000, ...more });
    const result = await executor.run(program, {
      signal: AbortSignal.timeout(110_000),
      async receive({ name }, content) {
        const pieces: Uint8Array[] = [];
        for await (const piece of content) pieces.push(piece);
        files.set(name.replace(".results/", ""), Buffer.concat(pieces));
      },
    });
    return { result, files, ...parseResults(files.get("results.json") ?? Buffer.alloc(0)) };
  };
}

/** The series of charts, one list for each. */
export function toSeries({ charts }: Captured): readonly (readonly Series[])[] {
  return charts.map(({ series }) => series);
}

/** Width and height in pixels (https://www.w3.org/TR/png-3/#11IHDR). */
export function readPngSize(png: Buffer | undefined): readonly [number, number] {
  if (png?.subarray(1, 4).toString() !== "PNG") throw new Error("This is no PNG.");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}
