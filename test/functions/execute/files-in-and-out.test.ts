import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { post } from "../../support/post.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const MIB = 1024 * 1024;

describeWith("sandbox", "files that go into a program and come out of it", () => {
  const { server, send, python } = servePrograms();

  it.each([
    ["climbs out", "../a.csv"],
    ["is absolute", "/etc/passwd"],
    ["is empty", ""],
    ["is endless", "x".repeat(300)],
    ["holds a NUL", "a\0b"],
    ["looks like a slash", "..\u2215a"],
    ["stands for the program", "main.py"],
  ])("refuses a name that %s", async (_, name) => {
    const { status, body } = await send({ code: "print(1)", files: [{ name, content_base64: base64("x") }] });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      success: false,
      code: expect.stringMatching(/invalid_file|validation_failed/),
    });
  });

  it("refuses two files of one name, broken base64, and an eleventh file", async () => {
    const file = { name: "a", content_base64: base64("x") };
    const many = Array.from({ length: 11 }, (_, index) => ({ ...file, name: `f${index}` }));
    for (const files of [[file, file], [{ ...file, content_base64: "%%%" }], many]) {
      expect((await send({ code: "print(1)", files })).status).toBe(400);
    }
  });

  it.each([
    "http://files.oaiusercontent.com/a",
    "https://127.0.0.1/a",
    "https://169.254.169.254/computeMetadata/v1/",
    "https://metadata.google.internal/",
    "https://localhost/a",
    "file:///etc/passwd",
    "https://user:secret@files.oaiusercontent.com/",
  ])("fetches nothing from %s", async (url) => {
    const { status, body } = await send({ code: "print(1)", files: [{ name: "a", url }] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: expect.stringMatching(/invalid_file|file_not_fetched/) });
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("takes 20 MiB and refuses more", async () => {
    const content = base64(Buffer.alloc(20 * MIB, "x"));
    const files = [{ name: "large.bin", content_base64: content }];
    expect(await python("import os; print(os.path.getsize('large.bin'))", { files })).toMatchObject({
      output: `${20 * MIB}\n`,
    });
    const more = [...files, { name: "more.bin", content_base64: base64("x") }];
    expect((await send({ code: "print(1)", files: more })).status).toBe(400);
  });

  it("keeps the limit of every other operation", async () => {
    const sql = `SELECT 1 -- ${"x".repeat(2 * MIB)}`;
    expect((await post(server(), "/query", { sql })).status).toBe(413);
  });

  it("gives a file to a program of either language, by its nested name", async () => {
    const files = [{ name: "data/sales ä.csv", content_base64: base64("region,amount\nnorth,2\n") }];
    expect(await python("print(open('data/sales ä.csv').read())", { files })).toMatchObject({
      output: "region,amount\nnorth,2\n\n",
    });
    const code = "console.log(require('fs').readFileSync('data/sales ä.csv', 'utf8'))";
    const { body } = await send({ code, language: "javascript", files });
    expect(body).toMatchObject({ output: "region,amount\nnorth,2\n\n" });
    // What was given is not given back.
    expect(body).not.toHaveProperty("files");
  });

  it("hands over what a program leaves, as links that need no credential", async () => {
    const body = await python(
      "import os; os.makedirs('out/deep'); open('out/deep/report.csv', 'w').write('a,b\\n1,2\\n'); open('notes.txt', 'w').write('n')",
    );
    expect(body.files).toMatchObject([
      { name: "notes.txt", mime_type: "text/plain", size_bytes: 1 },
      { name: "out/deep/report.csv", mime_type: "text/csv", size_bytes: 8 },
    ]);
    expect(body.openaiFileResponse).toEqual(body.files.map((file: { url: string }) => file.url));
    const response = await fetch(body.files[1].url);
    expect(await response.text()).toBe("a,b\n1,2\n");
    expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    const part = await fetch(body.files[1].url, { headers: { range: "bytes=4-6" } });
    expect([part.status, await part.text()]).toEqual([206, "1,2"]);
  });

  it("answers a link that is guessed or altered with 404", async () => {
    const { files } = await python("open('a.txt', 'w').write('a')");
    const url = String(files[0].url);
    const token = url.split("/files/")[1]?.split("/")[0] ?? "";
    const altered = token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA");
    for (const bad of [altered, "guessed", `${token}x`]) {
      expect((await fetch(url.replace(token, bad))).status).toBe(404);
    }
  });

  it("names what it does not hand over", async () => {
    const body = await python(
      "import os\nos.symlink('/etc/passwd', 'link'); os.mkfifo('pipe')\nwith open('sparse', 'wb') as f: f.truncate(2**20)\nopen('ok', 'w').write('1')\nfor i in range(25): open(f'f{i:02}', 'w').write('x')",
    );
    expect(body.files).toHaveLength(20);
    const skipped = Object.fromEntries(
      body.skipped_files.map((file: { name: string; reason: string }) => [file.name, file.reason]),
    );
    expect(Object.keys(skipped)).toEqual(expect.arrayContaining(["link", "pipe", "sparse"]));
    expect(skipped["link"]).toMatch(/link/);
    expect(JSON.stringify(body)).not.toContain("root:");
  });

  it("hands over what a program left that ran out of time", async () => {
    const body = await python("open('part.txt', 'w').write('part'); import time; time.sleep(20)", {
      timeout: 3,
    });
    expect(body).toMatchObject({ status: "timed_out", files: [{ name: "part.txt" }] });
  });

  it("keeps the whole answer below ChatGPT's limit", async () => {
    const { status, body } = await send({
      code: "for i in range(20): open('n' * 200 + str(i), 'w').write('x')\nprint('y' * 200_000)",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ truncated: true });
    expect(JSON.stringify(body).length).toBeLessThan(100_000);
  });
});

describeWith("sandbox", "a table on its way through a program", () => {
  const { python } = servePrograms({ SANDBOX_WARM_DATA: "1" });

  it("goes in as CSV and comes out as a workbook that opens", async () => {
    // With the standard library alone: Debian has no openpyxl unless it is asked for.
    const code = `import csv, zipfile
rows = list(csv.reader(open("in.csv")))
cells = "".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in row) + "</row>" for row in rows)
main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
pkg = "http://schemas.openxmlformats.org/package/2006"
with zipfile.ZipFile("out.xlsx", "w") as book:
    book.writestr("[Content_Types].xml", f'<Types xmlns="{pkg}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')
    book.writestr("_rels/.rels", f'<Relationships xmlns="{pkg}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pkg}/relationships"><Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
    book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>')
    book.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>')`;
    const body = await python(code, {
      files: [{ name: "in.csv", content_base64: base64("a,b\nnorth,2\n") }],
    });
    expect(body).toMatchObject({
      files: [
        {
          name: "out.xlsx",
          mime_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        },
      ],
    });
    const bytes = Buffer.from(await (await fetch(body.files[0].url)).arrayBuffer());
    const folder = mkdtempSync(join(tmpdir(), "workbook-"));
    try {
      writeFileSync(join(folder, "out.xlsx"), bytes);
      const sheet = execFileSync("/usr/bin/python3", [
        "-c",
        "import sys, zipfile; book = zipfile.ZipFile(sys.argv[1]); print(book.testzip(), book.read('xl/worksheets/sheet1.xml').decode())",
        join(folder, "out.xlsx"),
      ]).toString();
      expect(sheet).toContain("None <worksheet");
      expect(sheet).toContain("<t>north</t>");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
