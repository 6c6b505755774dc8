import { describe, expect, it } from "@jest/globals";
import type { FileFetcher, FileToFetch } from "#functions/execute/input-files/file-fetcher.ts";
import type { InputFilesRequest } from "#functions/execute/input-files/name-sources.ts";
import { prepareInputFiles } from "#functions/execute/input-files/prepare-input-files.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { failureOf } from "./failure-of.ts";

const MIB = 1024 * 1024;
const signal = new AbortController().signal;

/** A fetcher whose files contain their own URL. */
function createEcho(): FileFetcher & { readonly asked: FileToFetch[] } {
  const asked: FileToFetch[] = [];
  return {
    asked,
    async fetch(file) {
      asked.push(file);
      return Buffer.from(file.url);
    },
  };
}

/** Name → content of what a program would find. */
async function prepare(request: InputFilesRequest, fetcher: FileFetcher = createEcho()) {
  const files = await prepareInputFiles(request, { fetcher, signal });
  const contents: Record<string, string> = {};
  for (const { name, sizeBytes, content } of files) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(sizeBytes);
    contents[name] = Buffer.concat(chunks).toString();
  }
  return contents;
}

const inline = (name: string, text = "") => ({ name, content_base64: Buffer.from(text).toString("base64") });
const linked = (name: string, url = "https://files.example.com/a") => ({ name, url });
const referred = (name: string, more = {}) => ({
  name,
  id: "file-1",
  mime_type: "text/csv",
  download_link: `https://files.example.com/${name}`,
  ...more,
});

const many = (count: number) => Array.from({ length: count }, (_, index) => inline(`${index}.csv`));

describe("a request whose files do not fit is refused before anything is fetched", () => {
  const cases: readonly (readonly [string, InputFilesRequest, string])[] = [
    ["11 files", { files: many(11) }, "at most 10 files"],
    [
      "10 files and one of ChatGPT's",
      { files: many(10), openaiFileIdRefs: [referred("a.csv")] },
      "at most 10 files",
    ],
    ["a step up", { files: [inline("../a.csv")] }, 'The file "../a.csv" has a name'],
    [
      "no name",
      { files: [linked("b.csv"), inline("")] },
      "The file at files[1] has a name that does not fit: it is empty.",
    ],
    ["NUL", { files: [inline("a\u0000.csv")] }, "The file at files[0] has a name"],
    ["a name turned around", { files: [inline("a\u202Evsc.exe")] }, "The file at files[0]"],
    [
      "300 characters",
      { files: [inline("a".repeat(300))] },
      "The file at files[0] has a name that does not fit: it has a part longer than",
    ],
    ["no content", { files: [{ name: "a.csv" }] }, 'The file "a.csv" needs either content_base64 or url'],
    ["two contents", { files: [{ ...inline("a.csv"), ...linked("a.csv") }] }, "give one of the two"],
    [
      "the same name twice",
      { files: [inline("a.csv"), linked("a.csv")] },
      'The file "a.csv" cannot stand beside "a.csv"',
    ],
    [
      "the same name composed otherwise",
      { files: [inline("caf\u00e9.csv"), linked("cafe\u0301.csv")] },
      "look the same",
    ],
    ["the same name in capitals", { files: [inline("a.csv"), linked("A.CSV")] }, 'beside "a.csv"'],
    ["the same name full-width", { files: [inline("a.csv"), linked("\uFF41.csv")] }, "look the same"],
    [
      "the same name with a ligature",
      { files: [inline("file.csv"), linked("\uFB01le.csv")] },
      "look the same",
    ],
    [
      "the same name with sharp s",
      { files: [inline("strasse.csv"), linked("stra\u00DFe.csv")] },
      "look the same",
    ],
    [
      "the same name as an emoji",
      { files: [inline("\u2764.png"), linked("\u2764\uFE0F.png")] },
      "look the same",
    ],
    ["a file that is another's folder", { files: [inline("a"), linked("a/b.csv")] }, "the other's folder"],
    ["a folder that is another file", { files: [inline("a/b/c.csv"), linked("A/b")] }, 'beside "a/b/c.csv"'],
    [
      "broken base64",
      { files: [linked("b.csv"), { name: "a.csv", content_base64: "aGVs!G8=" }] },
      'The file "a.csv" has a content_base64 that is not base64',
    ],
    [
      "a data URL",
      { files: [{ name: "a.csv", content_base64: "data:text/csv;base64,aGk=" }] },
      "without data:",
    ],
    [
      "20 MiB and a byte",
      { files: [{ name: "a", content_base64: Buffer.alloc(20 * MIB + 1).toString("base64") }] },
      "larger than 20 MiB",
    ],
    [
      "20 MiB and a byte, together",
      {
        files: [
          linked("b.csv"),
          inline("a", "x"),
          { name: "c", content_base64: Buffer.alloc(20 * MIB).toString("base64") },
        ],
      },
      "larger than 20 MiB",
    ],
    [
      "a text of ChatGPT's",
      { openaiFileIdRefs: ["file-XFlOqJYTPBPwMZE3IopCBv1Z"] },
      "openaiFileIdRefs[0] is a text: attach the file",
    ],
    [
      "no link of ChatGPT's",
      { openaiFileIdRefs: [referred("a.csv"), { name: "a.csv", download_link: null }] },
      "openaiFileIdRefs[1] has no download_link",
    ],
    ["nothing of ChatGPT's", { openaiFileIdRefs: [null] }, "openaiFileIdRefs[0] has no download_link"],
  ];

  it.each(cases)("%s", async (_what, request, sentence) => {
    const echo = createEcho();
    const error = await failureOf(() => prepare(request, echo));
    expect([error.code, error.status]).toEqual(["invalid_file", 400]);
    expect(error.message).toContain(sentence);
    expect(error.message).toMatch(/\.$/);
    expect(error.message).not.toMatch(/\p{C}/u);
    expect(echo.asked).toEqual([]);
  });
});

describe("files that fit", () => {
  it("are none when none are sent", async () => {
    expect(await prepare({})).toEqual({});
    expect(await prepare({ files: [], openaiFileIdRefs: [] })).toEqual({});
  });

  it("come from content and from URLs, in folders, with names in form C", async () => {
    const files = [
      inline("data/cafe\u0301.csv", "a,b\n"),
      linked("b.csv"),
      inline("empty.txt"),
      linked("c.csv", "https://x.org/"),
    ];
    expect(await prepare({ files, openaiFileIdRefs: [referred("d.csv")] })).toEqual({
      "data/caf\u00e9.csv": "a,b\n",
      "b.csv": "https://files.example.com/a",
      "empty.txt": "",
      "c.csv": "https://x.org/",
      "d.csv": "https://files.example.com/d.csv",
    });
  });

  it("are 20 MiB at most", async () => {
    const files = [{ name: "a", content_base64: Buffer.alloc(20 * MIB).toString("base64") }];
    const [file] = await prepareInputFiles({ files }, { fetcher: createEcho(), signal });
    expect(file?.sizeBytes).toBe(20 * MIB);
  });

  it("of the same name get numbers when ChatGPT named them", async () => {
    const files = [inline("sales.csv", "mine"), inline("data/x.csv")];
    const openaiFileIdRefs = [
      referred("sales.csv"),
      referred("SALES.csv"),
      referred("/mnt/data/sales.csv"),
      referred("data"),
    ];
    expect(Object.keys(await prepare({ files, openaiFileIdRefs }))).toEqual([
      "sales.csv",
      "data/x.csv",
      "sales-2.csv",
      "SALES-3.csv",
      "sales-4.csv",
      "data-2",
    ]);
  });

  it("get a name when ChatGPT gives none that fits", async () => {
    const openaiFileIdRefs = [
      referred("", { name: null }),
      referred("x", { name: "\u0000" }),
      referred("y", { name: "main.py" }),
    ];
    expect(Object.keys(await prepare({ openaiFileIdRefs }))).toEqual(["file-1", "file-2", "_main.py"]);
  });

  it("are expected to be HTML by their name, or by what ChatGPT says of them", async () => {
    const echo = createEcho();
    const openaiFileIdRefs = [referred("page", { mime_type: "text/html" }), referred("c.csv")];
    await prepare({ files: [linked("a.html"), linked("b.HTM"), linked("html.csv")], openaiFileIdRefs }, echo);
    expect(echo.asked.map(({ expectsHtml }) => expectsHtml)).toEqual([true, true, false, true, false]);
  });
});

describe("fetching", () => {
  it("is of four files at the same time", async () => {
    let now = 0;
    let most = 0;
    const fetcher: FileFetcher = {
      async fetch() {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 10));
        now -= 1;
        return Buffer.alloc(0);
      },
    };
    await prepare({ files: Array.from({ length: 10 }, (_, index) => linked(`${index}`)) }, fetcher);
    expect(most).toBe(4);
  });

  it("of the others ends when one fails, and its failure is told", async () => {
    const failure = new AppError("file_not_fetched", 'The file "1" was not fetched.');
    const ended: string[] = [];
    const fetcher: FileFetcher = {
      async fetch({ url }, options) {
        options.signal.throwIfAborted();
        if (url.endsWith("/1")) throw failure;
        const { promise, reject } = Promise.withResolvers<never>();
        options.signal.addEventListener("abort", () => reject(options.signal.reason));
        return promise.finally(() => ended.push(url));
      },
    };
    const files = Array.from({ length: 10 }, (_, index) => linked(`${index}`, `https://a.org/${index}`));
    expect(await failureOf(() => prepare({ files }, fetcher))).toBe(failure);
    expect(ended).toEqual(["https://a.org/0", "https://a.org/2", "https://a.org/3"]);
  });

  it("ends when the caller leaves, with the caller's reason", async () => {
    const leaving = new AbortController();
    const reason = new Error("the caller left");
    const fetcher: FileFetcher = {
      fetch(_file, options) {
        const { promise, reject } = Promise.withResolvers<never>();
        options.signal.addEventListener("abort", () => reject(options.signal.reason));
        return promise;
      },
    };
    const prepared = prepareInputFiles({ files: [linked("a")] }, { fetcher, signal: leaving.signal });
    leaving.abort(reason);
    await expect(prepared).rejects.toBe(reason);
  });
});
