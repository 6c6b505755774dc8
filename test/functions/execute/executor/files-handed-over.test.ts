import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import type { ReceiveFile } from "#functions/execute/executor/executor.ts";
import { countProcesses, createTestExecutor, toProgram } from "../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { COLLECT, STARTS } from "./files.fixture.ts";

const MIB = 1024 * 1024;
/** 60 MiB of what the program leaves. */
const LEAVE_MUCH = `import subprocess, os
for i in range(6): open(f"{i}", "wb").write(os.urandom(1024) * (10 * 1024))`;

for (const [start, warm] of STARTS) {
  describeWith("sandbox", `files on their way to a consumer (${start})`, () => {
    const executor = createTestExecutor({ warm });
    const run = (receive: ReceiveFile, signal = AbortSignal.timeout(60_000), code = LEAVE_MUCH) =>
      executor.run(toProgram({ language: "python", code, collect: COLLECT }), { signal, receive });

    it("come one after the other, and do not pile up while the consumer is slow", async () => {
      const held = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
      const piledUp: number[] = [];
      const sizes: number[] = [];
      let underWay = 0;
      await run(async ({ name, sizeBytes }, content) => {
        underWay += 1;
        expect(underWay).toBe(1);
        let size = 0;
        for await (const piece of content) {
          if (name === "0" && size === 0) {
            const before = held();
            await delay(1000);
            piledUp.push(held() - before);
          }
          size += piece.byteLength;
        }
        expect(size).toBe(sizeBytes);
        sizes.push(size);
        underWay -= 1;
      });
      expect(sizes).toEqual(Array(6).fill(10 * MIB));
      // Of 60 MiB that the jail would send.
      expect(piledUp).toHaveLength(1);
      expect(piledUp[0]).toBeLessThan(30 * MIB);
    });

    it("are let go of when the consumer does not want all of them", async () => {
      const seen: string[] = [];
      const result = await run(async ({ name }, content) => {
        seen.push(name);
        if (name === "0") return;
        if (name === "1") {
          // Asked for, and never waited for.
          const iterator = content[Symbol.asyncIterator]();
          await iterator.next();
          void iterator.next();
          return;
        }
        for await (const _piece of content) break;
      });
      expect(seen).toEqual(["0", "1", "2", "3", "4", "5"]);
      expect(result).toMatchObject({ status: "succeeded", skippedFiles: [] });
    });

    it("end with the consumer that fails: its error is the answer, and the jail is gone", async () => {
      const mark = `failing-${process.pid}-${Date.now()}`;
      const reason = new TypeError("The store is full");
      const code = `${LEAVE_MUCH}\nsubprocess.Popen(["sh", "-c", "sleep 300; true", "${mark}"])`;
      await expect(
        run(
          async (_file, content) => {
            for await (const _piece of content) throw reason;
          },
          undefined,
          code,
        ),
      ).rejects.toBe(reason);
      expect(countProcesses(mark)).toBe(0);
    });

    it("end with the caller who leaves, even when the consumer hangs", async () => {
      const caller = new AbortController();
      const hanging = run(async () => {
        setTimeout(() => caller.abort("left"), 50);
        await new Promise(() => undefined);
      }, caller.signal);
      await expect(hanging).rejects.toBe("left");
      const other = new AbortController();
      const reading = run(async (_file, content) => {
        for await (const _piece of content) other.abort("left, too");
      }, other.signal);
      await expect(reading).rejects.toBe("left, too");
    });
  });
}
