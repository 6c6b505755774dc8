import { expect, it } from "@jest/globals";
import { RESULT_HEADERS } from "#sandbox/entry/exchange-headers.ts";
import { encodeResultDocument } from "#sandbox/entry/result-document.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { BUCKET, type JobCloud } from "../../../../support/google-cloud/job-cloud.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { runProgram, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 90_000;

const DONE = {
  status: "succeeded",
  exitCode: 0,
  signal: null,
  stdout: "forged\n",
  stderr: "",
  truncated: false,
  engine: "cpython",
  start: "cold",
  limit: null,
  wallMs: 1,
  skippedFiles: [],
  unchangedFiles: [],
} as const;

async function writeResult(runId: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeResultDocument(runId, { kind: "ran", result: DONE }, []))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Puts a result as whoever got hold of the container's address would. @returns the status */
async function putResult(cloud: JobCloud, body: Buffer): Promise<number> {
  await waitUntil(() => cloud.run.executions.length > 0, TIMEOUT_MS);
  const url = cloud.run.executions[0]?.environment["OUT_URL"] ?? "";
  const put = await fetch(url, { method: "PUT", headers: RESULT_HEADERS, body: new Uint8Array(body) });
  return put.status;
}

describeWith("sandbox", "the result of a job", () => {
  const world = useJobCloud();
  /** A container that comes too late to put its own. */
  const startLate = () => {
    world.cloud.run.faultOf = ({ permission }) =>
      permission === "run.jobs.run" ? { neverStarts: true } : null;
  };

  it.each<[string, (own: string) => Promise<Buffer>]>([
    ["is of another program", () => writeResult("another-program-of-16")],
    ["is cut off", async (own) => (await writeResult(own)).subarray(0, 60)],
    ["is no document", async () => Buffer.from("\u0000".repeat(5_000))],
    ["is empty", async () => Buffer.alloc(0)],
    ["goes on for ever in its first line", async () => Buffer.alloc(17 * 1024 * 1024, "x")],
  ])(
    "that %s is refused",
    async (_what, write) => {
      const { cloud } = world;
      startLate();
      const refused = expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "function_unavailable",
        message: expect.stringContaining("damaged"),
      });
      await waitUntil(() => cloud.run.executions.length > 0, TIMEOUT_MS);
      const inUrl = new URL(cloud.run.executions[0]?.environment["IN_URL"] ?? "");
      expect(await putResult(cloud, await write(inUrl.pathname.split("/").at(-1) ?? ""))).toBe(200);
      await refused;
    },
    TIMEOUT_MS,
  );

  it(
    "that is larger than any result is refused by the storage",
    async () => {
      const { cloud } = world;
      startLate();
      const caller = new AbortController();
      const run = runProgram(cloud.createExecutor(), { code: "print(1)" }, { signal: caller.signal });
      expect(await putResult(cloud, Buffer.alloc(161 * 1024 * 1024))).toBe(400);
      caller.abort("enough");
      await expect(run).rejects.toBe("enough");
    },
    TIMEOUT_MS,
  );

  it(
    "is written once",
    async () => {
      const { cloud } = world;
      const run = await runProgram(cloud.createExecutor(), { code: "print('first')" });
      expect(run.stdout).toBe("first\n");
      expect(await putResult(cloud, Buffer.from("second"))).toBe(412);
      const [key = ""] = [...cloud.storage.bucket(BUCKET).objects.keys()].filter((one) =>
        one.startsWith("results/"),
      );
      expect(cloud.storage.bucket(BUCKET).objects.get(key)?.content.toString()).toContain("first");
    },
    TIMEOUT_MS,
  );

  it(
    "cannot be put elsewhere, or without the condition, by its address",
    async () => {
      const { cloud } = world;
      await runProgram(cloud.createExecutor(), { code: "print(1)" });
      const url = cloud.run.executions[0]?.environment["OUT_URL"] ?? "";
      const elsewhere = url.replace(/results\/[\w-]+/, "results/elsewhere");
      const put = (address: string, headers: Record<string, string>) =>
        fetch(address, { method: "PUT", headers, body: "x" }).then(({ status }) => status);
      expect(await put(elsewhere, RESULT_HEADERS)).toBe(403);
      expect(await put(url, {})).toBe(403);
      expect((await fetch(url)).status).toBe(403);
    },
    TIMEOUT_MS,
  );
});
