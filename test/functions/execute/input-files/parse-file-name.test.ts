import { describe, expect, it } from "@jest/globals";
import { parseFileName, sanitiseFileName } from "#functions/execute/input-files/parse-file-name.ts";

describe("a name that is refused", () => {
  it.each([
    ["empty", "", "is empty"],
    ["absolute", "/etc/passwd", "absolute"],
    ["one step up", "../a.csv", ".."],
    ["steps up within", "a/../../b.csv", ".."],
    ["a step up at the end", "a/..", ".."],
    ["only a step up", "..", ".."],
    ["the folder itself", ".", "."],
    ["a dot within", "a/./b.csv", "."],
    ["an empty part", "a//b.csv", "empty part"],
    ["a folder", "data/", "empty part"],
    ["a backslash", "a\\b.csv", "backslash"],
    ["steps up of Windows", "..\\..\\a.csv", "backslash"],
    ["NUL", "a.csv\u0000.png", "not seen"],
    ["a line feed", "a\nb.csv", "not seen"],
    ["an escape", "a\u001b[31m.csv", "not seen"],
    ["delete", "a\u007f.csv", "not seen"],
    ["a C1 control", "a\u0085.csv", "not seen"],
    ["right-to-left override", "a\u202Evsc.exe", "not seen"],
    ["a bidi isolate", "a\u2066b.csv", "not seen"],
    ["zero-width space", "a\u200Bb.csv", "not seen"],
    ["zero-width joiner", "a\u200Db.csv", "not seen"],
    ["byte order mark", "\uFEFFa.csv", "not seen"],
    ["soft hyphen", "a\u00ADb.csv", "not seen"],
    ["a tag character", "a\u{E0041}.csv", "not seen"],
    ["a filler letter", "a\u3164.csv", "not seen"],
    ["braille blank", "a\u2800.csv", "not seen"],
    ["line separator", "a\u2028b.csv", "not seen"],
    ["half a character", "a\uD800.csv", "Unicode"],
    ["division slash", "a\u2215b.csv", "looks like"],
    ["fraction slash", "a\u2044b.csv", "looks like"],
    ["full-width slash", "a\uFF0Fb.csv", "looks like"],
    ["full-width backslash", "a\uFF3Cb.csv", "looks like"],
    ["one-dot leader twice", "\u2024\u2024/a.csv", "looks like"],
    ["two-dot leader", "\u2025/a.csv", "looks like"],
    ["full-width dots", "\uFF0E\uFF0E/a.csv", "looks like"],
    ["a character that holds a slash", "\u2105.csv", "looks like"],
    ["a space before", " a.csv", "space"],
    ["a space behind", "a.csv ", "space"],
    ["a space behind a folder", "a /b.csv", "space"],
    ["a no-break space behind", "a.csv\u00A0", "space"],
    ["300 characters", "a".repeat(300), "255 bytes"],
    ["100 characters of 3 bytes", "\u6587".repeat(100), "255 bytes"],
    ["1,025 bytes", `${"a/".repeat(4)}${"b".repeat(1017)}`, "1024 bytes"],
    ["nine deep", "a/b/c/d/e/f/g/h/i", "8 folders"],
    ["the program in Python", "main.py", "reserved"],
    ["the program in JavaScript", "main.js", "reserved"],
    ["the program, in capitals", "MAIN.PY", "reserved"],
    ["the program, full-width", "\uFF4Dain.py", "reserved"],
    ["the program as a folder", "main.py/a.csv", "reserved"],
    ["the charts", ".results/results.json", "reserved"],
    ["the charts' folder", ".results", "reserved"],
    ["compiled modules", "__pycache__/os.pyc", "reserved"],
    ["compiled modules deeper", "lib/__pycache__/os.pyc", "reserved"],
  ])("%s", (_what, name, problem) => {
    const parsed = parseFileName(name);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });
});

describe("a name that is taken as it is", () => {
  it.each([
    ["plain", "sales.csv"],
    ["in folders", "data/2025/sales.csv"],
    ["with a space within", "2023 Benefits Booklet.pdf"],
    ["of another alphabet", "отчёт/販売.csv"],
    ["hidden", ".env.example"],
    ["with three dots", "a...b"],
    ["of three dots", "..."],
    ["with an emoji", "chart ❤\uFE0F.png"],
    ["the program's name deeper", "lib/main.py"],
    ["255 bytes", "a".repeat(255)],
    ["eight deep", "a/b/c/d/e/f/g/h"],
    ["what a shell would read", "$(id);`id` & 'x' \"y\".csv"],
    ["what begins like an option", "-rf"],
    ["of Object", "__proto__"],
  ])("%s", (_what, name) => {
    expect(parseFileName(name)).toEqual({ ok: true, name: name.normalize("NFC") });
  });

  it("but in form C", () => {
    expect(parseFileName("cafe\u0301.csv")).toEqual({ ok: true, name: "caf\u00e9.csv" });
  });
});

describe("a name of ChatGPT's is made fit", () => {
  it.each([
    ["stays when it fits", "2023 Benefits Booklet.pdf", "2023 Benefits Booklet.pdf"],
    ["loses its folders", "/mnt/data/sales.csv", "sales.csv"],
    ["loses folders of Windows", "C:\\Users\\me\\sales.csv", "sales.csv"],
    ["loses steps up", "../../etc/passwd", "passwd"],
    ["loses what is not seen", "sa\u202Eles\u0000.csv\n", "sales.csv"],
    ["loses spaces around", "  sales.csv ", "sales.csv"],
    ["loses what looks like a slash", "1\u20442.csv", "1_2.csv"],
    ["is not the program's", "main.py", "_main.py"],
    ["is not the charts'", ".results", "_.results"],
    ["is replaced when nothing is left", "\u200B\u200B", "file-1"],
    ["is replaced when it is empty", "", "file-1"],
    ["is no step up", "..", "_.."],
  ])("%s", (_what, given, expected) => {
    expect(sanitiseFileName(given, "file-1")).toBe(expected);
  });

  it("keeps its extension when it is too long", () => {
    const name = sanitiseFileName(`${"文".repeat(300)}.csv`, "file-1");
    expect(parseFileName(name).ok).toBe(true);
    expect(Buffer.byteLength(name)).toBeGreaterThan(200);
    expect(name.endsWith("文.csv")).toBe(true);
  });
});
