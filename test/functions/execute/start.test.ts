import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { processesBelow } from "../../support/processes-below.ts";
import { NONE_WAIT, servePrograms, untilWarm } from "./serve-programs.fixture.ts";

function isZygote(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("zygote.py");
  } catch {
    return false; // It ended while we looked.
  }
}

/** The end of one ends another: the shell that waits for a zygote goes on as another program. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

describeWith("sandbox", "the start of a program", () => {
  describe("with sandboxes that wait", () => {
    const { server, send, python, javascript } = servePrograms();

    it("costs no program its answer when all zygotes die, and is warm again later", async () => {
      await untilWarm(() => python("print(1)"));
      const zygotes = processesBelow(server().pid).filter(isZygote);
      expect(zygotes.length).toBeGreaterThan(0);
      for (const pid of zygotes) killIfThere(pid);
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, number) => send({ code: `print(${number})` })),
      );
      expect(answers.map(({ body }) => body.output)).toEqual(["0\n", "1\n", "2\n", "3\n", "4\n", "5\n"]);
      expect((await untilWarm(() => python("print('again')"))).output).toBe("again\n");
    });

    it("is warm for Python, for Node and for the isolate", async () => {
      expect(await untilWarm(() => python("print(1)"))).toMatchObject({ output: "1\n", engine: "cpython" });
      for (const engine of ["node", "isolated-vm"]) {
        const body = await untilWarm(() => javascript("console.log(1)", { engine }));
        expect(body).toMatchObject({ output: "1\n", engine });
      }
    });

    it("gives each program a sandbox that none used before", async () => {
      const code = `import os, random, uuid
print(os.listdir("."), os.listdir("/tmp"), os.getpid(), random.random(), uuid.uuid4())
open("left", "w").close()
open("/tmp/left", "w").close()`;
      const outputs = await Promise.all(Array.from({ length: 5 }, async () => (await python(code)).output));
      expect(new Set(outputs).size).toBe(5);
      for (const output of outputs) expect(output).toMatch(/^\['main\.py'\] \[\] /);
    });
  });

  describe("with none that wait", () => {
    const { python, javascript, server } = servePrograms(NONE_WAIT);

    it("is cold, and everything else the same", async () => {
      expect(processesBelow(server().pid).filter(isZygote)).toEqual([]);
      const cold = { success: true, output: "1\n", start: "cold" };
      expect(await python("print(1)")).toMatchObject({ ...cold, engine: "cpython" });
      for (const engine of ["node", "isolated-vm"]) {
        expect(await javascript("console.log(1)", { engine })).toMatchObject({ ...cold, engine });
      }
      expect((await python("print(input())", { stdin: "given" })).output).toBe("given\n");
    });
  });
});

describeWith(
  ["sandbox", "python-packages"],
  "the start of a program that uses numpy, pandas or matplotlib",
  () => {
    const program = "import numpy, pandas\nprint(pandas.Series(numpy.arange(4)).sum())";
    const warm = servePrograms({
      SANDBOX_WARM_DATA: "1",
      SANDBOX_WARM_PYTHON: "0",
      SANDBOX_WARM_JAVASCRIPT: "0",
    });
    const cold = servePrograms(NONE_WAIT);

    it("is warm when a sandbox waits with them", async () => {
      expect((await untilWarm(() => warm.python(program))).output).toBe("6\n");
      expect((await warm.python("print(1)")).start).toBe("cold");
    });

    it("is cold when none does", async () => {
      expect(await cold.python(program, { timeout: 30 })).toMatchObject({ output: "6\n", start: "cold" });
    });
  },
);
