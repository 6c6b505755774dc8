import { expect, it } from "@jest/globals";
import { countProcesses, sleepMarked } from "../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../support/capabilities.ts";
import { post } from "../../support/post.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const OTHER_KEY = "another-principal-key";
const AS_OTHER = { authorization: `Bearer ${OTHER_KEY}` };

describeWith("sandbox", "sessions", () => {
  const { server, send, python } = servePrograms({ CODEX_API_TOKENS: `other=${OTHER_KEY}` });

  it("refuses a session that never was, with 404", async () => {
    const { status, body } = await send({ code: "print(1)", session_id: "ses_AAAAAAAAAAAAAAAAAAAAAA" });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not_found", error: expect.stringContaining("session") });
  });

  it("refuses an id of another form with 400", async () => {
    const { status } = await send({ code: "print(1)", session_id: "../../etc" });
    expect(status).toBe(400);
  });

  it("hides a session from every other principal", async () => {
    const { session_id } = await python("open('a.txt', 'w').write('mine')", { session_id: "new" });
    const other = await post(
      server(),
      "/execute",
      { code: "print(open('a.txt').read())", session_id },
      AS_OTHER,
    );
    expect(other.status).toBe(404);
    expect(JSON.stringify(other.body)).not.toContain("mine");
  });

  it("answers the second of two programs at once with 409", async () => {
    const { session_id } = await python("print(1)", { session_id: "new" });
    const mark = `session-${process.pid}-${Date.now()}`;
    const slow = send({ code: sleepMarked(mark, 3), session_id });
    await waitUntil(() => countProcesses(mark) > 0);
    const second = await send({ code: "print(2)", session_id });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: "conflict", retryable: true });
    expect((await slow).status).toBe(200);
    const third = await send({ code: "print(3)", session_id });
    expect(third.body).toMatchObject({ output: "3\n", session_id });
  });

  it("keeps new, changed and nested files, and forgets deleted ones, but no process and no variable", async () => {
    const first = await python(
      "import os\nos.mkdir('d'); open('d/n.txt', 'w').write('nested'); open('gone', 'w').write('x'); open('kept', 'w').write('same')\nx = 1",
      { session_id: "new" },
    );
    const { session_id } = first;
    expect(session_id).toMatch(/^ses_[\w-]{22}$/);
    await python("import os; os.remove('gone'); open('d/n.txt', 'a').write(' and changed')", { session_id });
    const third = await python(
      "import os; print(sorted(os.listdir('.')), open('d/n.txt').read(), open('kept').read(), 'x' in globals())",
      { session_id },
    );
    expect(third.output).toBe("['d', 'kept', 'main.py'] nested and changed same False\n");
  });

  it("is shared by both languages", async () => {
    const { session_id } = await python("open('n.txt', 'w').write('42')", { session_id: "new" });
    const code = "console.log(require('fs').readFileSync('n.txt', 'utf8'))";
    const { body } = await send({ code, language: "javascript", session_id });
    expect(body).toMatchObject({ output: "42\n" });
  });

  it("is kept by a program that fails", async () => {
    const { session_id } = await python("open('n.txt', 'w').write('42'); 1 / 0", { session_id: "new" });
    expect(await python("print(open('n.txt').read())", { session_id })).toMatchObject({ output: "42\n" });
  });

  it("lets a new file take the place of a folder, and a folder that of a file", async () => {
    const { session_id } = await python(
      "import os; os.mkdir('d'); open('d/a', 'w').write('1'); open('f', 'w').write('2')",
      {
        session_id: "new",
      },
    );
    const files = [
      { name: "d", content_base64: "eA==" },
      { name: "f/b", content_base64: "eQ==" },
    ];
    const code = "print(open('d').read(), open('f/b').read())";
    expect(await python(code, { session_id, files })).toMatchObject({ output: "x y\n" });
  });

  it("is not made unless it is asked for", async () => {
    expect(await python("print(1)")).not.toHaveProperty("session_id");
  });
});
