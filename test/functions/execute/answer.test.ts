import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

describeWith("sandbox", "the answer to POST /execute", () => {
  const { server, send, python, javascript } = servePrograms();

  it("says nothing of the host, whatever a failing program looks for", async () => {
    const { url: _, key, dataFolder } = server();
    const answers = await Promise.all([
      python("import os, sys\nprint(sys.path, __file__, os.getcwd(), dict(os.environ))\nopen('/work')"),
      python("raise SystemExit(open('/proc/mounts').read())"),
      javascript("console.log(process.env, process.argv, process.cwd(), __filename); require('/work')"),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ success: false, status: "failed" });
      for (const secret of [process.cwd(), dataFolder, key]) {
        expect(JSON.stringify(answer)).not.toContain(secret);
      }
    }
  });

  it("has every field of the contract", async () => {
    const { status, body } = await send({ code: "print(2+2)" });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      output: "4\n",
      error: null,
      exit_code: 0,
      execution_time: expect.any(Number),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      stderr: "",
      status: "succeeded",
      signal: null,
      language: "python",
      engine: "cpython",
      start: expect.stringMatching(/^(?:warm|cold)$/),
      truncated: false,
      execution_id: expect.stringMatching(/^[0-9a-f]{12}-[0-9a-f]{32}$/),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("keeps standard output and standard error apart, also when the program succeeds", async () => {
    const both = "import sys\nprint('out')\nprint('warning', file=sys.stderr)";
    expect(await python(both)).toMatchObject({
      success: true,
      error: null,
      output: "out\n",
      stderr: "warning\n",
    });
    expect(await javascript("console.error('warning'); console.log('out')")).toMatchObject({
      success: true,
      error: null,
      output: "out\n",
      stderr: "warning\n",
    });
  });

  it("counts the time of the program in seconds", async () => {
    const { execution_time } = await python("import time\ntime.sleep(1)");
    expect(execution_time).toBeGreaterThanOrEqual(1);
    expect(execution_time).toBeLessThan(10);
  });

  it("is the same text that the program wrote", async () => {
    const text = '\u0001\u001b[31m "\\ \t\r\n ü 漢字 🧪 \u2028 \ufeff';
    expect((await python(`import sys\nsys.stdout.write(${JSON.stringify(text)})`)).output).toBe(text);
    expect((await javascript(`process.stdout.write(${JSON.stringify(text)})`)).output).toBe(text);
  });

  it("shows bytes that are not UTF-8 as replaced", async () => {
    const { output, success } = await python("import sys\nsys.stdout.buffer.write(b'a\\xff\\xfeb')");
    expect([success, output]).toEqual([true, "a\ufffd\ufffdb"]);
  });
});
