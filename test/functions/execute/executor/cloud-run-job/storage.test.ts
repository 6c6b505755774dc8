import { expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { BUCKET, type JobCloud } from "../../../../support/google-cloud/job-cloud.ts";
import type { StorageCall } from "../../../../support/google-cloud/storage/storage-call.ts";
import type { Trouble } from "../../../../support/google-cloud/storage-stand-in.ts";
import { countResults, runProgram, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 90_000;

/** Makes some calls of one kind fail, one after another; a trouble of null lets one through. */
function trouble(
  cloud: JobCloud,
  isMeant: (call: StorageCall) => boolean,
  troubles: readonly (Trouble | null)[],
): void {
  const left = [...troubles];
  cloud.storage.faultOf = (call) => (isMeant(call) ? (left.shift() ?? null) : null);
}

const isPoll = ({ method, key, headers }: StorageCall) =>
  method === "GET" && key.startsWith("results/") && headers.range === undefined;
const ofContainer =
  (method: string, prefix: string) =>
  ({ headers, ...call }: StorageCall) =>
    headers.authorization === undefined && call.method === method && call.key.startsWith(prefix);

describeWith("sandbox", "the exchange of a job", () => {
  const world = useJobCloud();

  it.each<[string, (call: StorageCall) => boolean, readonly (Trouble | null)[]]>([
    ["looks that are answered 5xx", isPoll, Array.from({ length: 12 }, () => ({ status: 503 }))],
    ["looks whose connections break", isPoll, Array.from({ length: 12 }, () => ({ reset: "before" }))],
    ["a look that is slow", isPoll, [null, { delayMs: 2_000 }]],
    [
      "a program that is put at the second attempt",
      ({ method, key }) => method === "PUT" && key.startsWith("programs/"),
      [{ status: 503 }, { reset: "after" }],
    ],
    [
      "a program that is fetched at the third attempt",
      ofContainer("GET", "programs/"),
      [{ reset: "before" }, { status: 500 }],
    ],
    ["a program that breaks off", ofContainer("GET", "programs/"), [{ truncateAt: 40 }, { truncateAt: 30 }]],
    ["a claim whose answer is lost", ofContainer("PUT", "claims/"), [{ reset: "after" }]],
    [
      "a claim whose answer is lost, and that breaks off when it is looked at",
      ({ headers, key }) => headers.authorization === undefined && key.startsWith("claims/"),
      [{ reset: "after" }, null, { truncateAt: 40 }],
    ],
    [
      "a claim that is refused for a while",
      ofContainer("PUT", "claims/"),
      [{ status: 503 }, { status: 429 }],
    ],
    ["a result whose answer is lost", ofContainer("PUT", "results/"), [{ reset: "after" }]],
    [
      "a result that is put at the fourth attempt",
      ofContainer("PUT", "results/"),
      [{ status: 503 }, { reset: "before" }, { status: 500 }],
    ],
  ])(
    "survives %s",
    async (_what, isMeant, troubles) => {
      const { cloud } = world;
      trouble(cloud, isMeant, troubles);
      const run = await runProgram(cloud.createExecutor(), { code: "print('survived')" });
      expect(run).toMatchObject({ status: "succeeded", stdout: "survived\n" });
    },
    TIMEOUT_MS,
  );

  it(
    "reads on where a result with a file breaks off, and hands the file over once",
    async () => {
      const { cloud } = world;
      const isResult = ({ method, key }: StorageCall) => method === "GET" && key.startsWith("results/");
      let breaks = 0;
      cloud.storage.faultOf = (call) => {
        if (!isResult(call) || breaks > 2) return null;
        // A look may find what is put while it is answered.
        if (cloud.storage.bucket(BUCKET).objects.has(call.key)) breaks += 1;
        return { truncateAt: 300_000 };
      };
      const names: string[] = [];
      let bytes = 0;
      await runProgram(
        cloud.createExecutor(),
        {
          code: "open('big', 'wb').write(bytes(1_000_000))",
          collect: { files: 5, fileBytes: 2_000_000, totalBytes: 2_000_000 },
        },
        {
          async receive({ name }, content) {
            names.push(name);
            for await (const piece of content) bytes += piece.byteLength;
          },
        },
      );
      expect({ names, bytes }).toEqual({ names: ["big"], bytes: 1_000_000 });
      expect(breaks).toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );

  it(
    "tells that it is refused",
    async () => {
      const { cloud } = world;
      trouble(
        cloud,
        () => true,
        Array.from({ length: 200 }, () => ({ status: 403 })),
      );
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "storage_unavailable",
      });
    },
    TIMEOUT_MS,
  );

  it(
    "tells that the result was never put",
    async () => {
      const { cloud } = world;
      trouble(
        cloud,
        ofContainer("PUT", "results/"),
        Array.from({ length: 99 }, () => ({ status: 403 })),
      );
      const run = await runProgram(cloud.createExecutor(), { code: "print(1)" });
      expect(run).toMatchObject({ status: "killed", stderr: expect.stringContaining("lost") });
    },
    TIMEOUT_MS,
  );

  it(
    "tells that the program was gone before a container came, which runs nothing",
    async () => {
      const { cloud } = world;
      const { objects } = cloud.storage.bucket(BUCKET);
      cloud.run.faultOf = () => {
        for (const key of objects.keys()) if (key.startsWith("programs/")) objects.delete(key);
        return null;
      };
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
        message: expect.stringContaining("has not run"),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "tells that the program could not be read by the container that has it, which runs nothing",
    async () => {
      const { cloud } = world;
      trouble(cloud, ofContainer("GET", "programs/"), [{ delayMs: 500, status: 403 }]);
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
        message: expect.stringContaining("has not run"),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "waits for a slow metadata server",
    async () => {
      const { cloud } = world;
      cloud.metadata.delayMs = 2_000;
      expect((await runProgram(cloud.createExecutor(), { code: "print(1)" })).stdout).toBe("1\n");
    },
    TIMEOUT_MS,
  );
});

describeWith("sandbox", "clocks that differ", () => {
  let aheadMs = 0;
  const world = useJobCloud({ now: () => Date.now() + aheadMs });

  it.each([
    ["ahead", 240_000],
    ["behind", -240_000],
  ])(
    "by four minutes, the storage's %s, do no harm",
    async (_what, differenceMs) => {
      aheadMs = differenceMs;
      const run = await runProgram(world.cloud.createExecutor(), { code: "print('in time')" });
      expect(run.stdout).toBe("in time\n");
    },
    TIMEOUT_MS,
  );

  it(
    "by more than the life of an address are told, and nothing runs",
    async () => {
      aheadMs = 1_200_000;
      await expect(runProgram(world.cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
      });
      expect(world.cloud.run.executions[0]?.containers[0]?.output()).toContain("answered 400");
      expect(countResults(world.cloud)).toBe(0);
    },
    TIMEOUT_MS,
  );
});
