import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const READ_IN_NODE = "const text = require('fs').readFileSync(0, 'utf8');";

describeWith("sandbox", "the standard input of a program", () => {
  const { send, python, javascript } = servePrograms();

  it.each([
    ["a number", 5, "type"],
    ["null", null, "type"],
    ["a list", ["a"], "type"],
    ["an object", { text: "a" }, "type"],
    ["false", false, "type"],
    ["more than a million characters", "x".repeat(1_000_001), "maxLength"],
    ["half a character", "\ud83e", "pattern"],
  ])("is refused when it is %s", async (_what, stdin, rule) => {
    const { status, body } = await send({ code: "print(input())", stdin });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.details).toContainEqual({ path: "/stdin", rule, message: expect.any(String) });
  });

  it("is empty when there is none, and no program waits for it", async () => {
    expect(await python("input()")).toMatchObject({
      status: "failed",
      error: "EOFError: EOF when reading a line (line 1)",
    });
    expect((await python("import sys\nprint(repr(sys.stdin.read()))")).output).toBe("''\n");
    expect((await python("import sys\nprint(repr(sys.stdin.read()))", { stdin: "" })).output).toBe("''\n");
    expect((await javascript(`${READ_IN_NODE} console.log([text])`)).output).toBe("[ '' ]\n");
  });

  it.each([
    ["several lines", "Ada\r\nGrace\n\n"],
    ["no newline at its end", "42"],
    ["every script", "ü 漢字 עברית 🧪\u2028"],
    ["what looks like a program", "'); import os; os._exit(9)\n```\n"],
    ["NUL and other controls", "a\u0000b\u0004\u001a\u001bc"],
  ])("arrives as it is: %s", async (_what, stdin) => {
    const readInPython = "import json, sys\nprint(json.dumps(sys.stdin.buffer.read().decode()))";
    expect(JSON.parse((await python(readInPython, { stdin })).output)).toBe(stdin);
    const { output } = await javascript(`${READ_IN_NODE} console.log(JSON.stringify(text))`, { stdin });
    expect(JSON.parse(output)).toBe(stdin);
  });

  it("holds 900 kB, far more than fits into a pipe", async () => {
    const stdin = "0123456789".repeat(90_000);
    expect((await python("import sys\nprint(len(sys.stdin.read()))", { stdin })).output).toBe("900000\n");
    expect((await javascript(`${READ_IN_NODE} console.log(text.length)`, { stdin })).output).toBe("900000\n");
  });

  it("may be left unread, all of it or most", async () => {
    const stdin = "line\n".repeat(150_000);
    expect(await python("print('done')", { stdin })).toMatchObject({ success: true, output: "done\n" });
    expect(await python("print(input())", { stdin })).toMatchObject({ success: true, output: "line\n" });
    expect(await javascript("console.log('done')", { stdin })).toMatchObject({
      success: true,
      output: "done\n",
      engine: "isolated-vm",
    });
  });

  it("is read line by line, in Python and in Node", async () => {
    const stdin = "3\n4\n";
    expect((await python("print(int(input()) * int(input('times? ')))", { stdin })).output).toBe(
      "times? 12\n",
    );
    const readline = `for await (const line of require('readline').createInterface({ input: process.stdin })) console.log(line * 2)`;
    expect((await javascript(`(async () => { ${readline} })()`, { stdin })).output).toBe("6\n8\n");
  });

  it("reaches what the program starts", async () => {
    const code = "import subprocess\nprint(subprocess.run(['cat'], capture_output=True, text=True).stdout)";
    expect((await python(code, { stdin: "to the child" })).output).toBe("to the child\n");
  });
});
