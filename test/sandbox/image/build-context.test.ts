import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { startProcess } from "../../support/start-process.ts";
import { type BuildContext, copyContext } from "./build-context.fixture.ts";

const TEST_MS = 180_000;
const read = (path: string) => readFileSync(resolve(import.meta.dirname, "../../..", path), "utf8");

describeWith("sandbox", "what a Dockerfile copies, with the packages that it installs", () => {
  let context: BuildContext | undefined;
  const folders: string[] = [];
  afterEach(() => {
    context?.remove();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const makeFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "image-"));
    folders.push(folder);
    return folder;
  };
  /** Runs the commands of a stage that begin with node, as they are written there. */
  const build = (stage: string, image: string): void => {
    const commands = [...stage.matchAll(/(?:RUN|&&) (node scripts\/[^&\n\\]+)/g)].map(
      ([, command = ""]) => command,
    );
    expect(commands).not.toEqual([]);
    for (const command of commands) {
      const [, ...words] = command.trim().replace("/image", image).split(" ");
      execFileSync(process.execPath, words, { cwd: context?.folder, stdio: "pipe" });
    }
  };

  it(
    "is enough to make the sandbox's image",
    () => {
      const [, stage = ""] = read("sandbox/Dockerfile").split(/^FROM .*$/m);
      context = copyContext(stage);
      expect(existsSync(join(context.folder, "functions"))).toBe(false);
      const image = makeFolder();
      build(stage, image);
      expect(existsSync(join(image, "sandbox/entry/job.js"))).toBe(true);
      expect(existsSync(join(image, "dist/sandbox/javascript/preload.cjs"))).toBe(true);
    },
    TEST_MS,
  );

  it(
    "is enough to start the whole product",
    async () => {
      const text = read("Dockerfile");
      context = copyContext(text);
      expect(existsSync(join(context.folder, "test"))).toBe(false);
      build(text, "");
      const [, command = ""] = /^CMD \["node", "([^"]+)"\]$/m.exec(text) ?? [];
      const server = await startProcess({
        command: [process.execPath, command],
        cwd: context.folder,
        environment: {
          PATH: process.env["PATH"] ?? "",
          HOST: "127.0.0.1",
          PORT: "0",
          CODEX_DATA_DIR: makeFolder(),
        },
        ready: /Ready at (\S+)/,
      });
      try {
        const answer = await fetch(`${server.ready[1]}/health`);
        expect(await answer.json()).toMatchObject({ status: "healthy" });
      } finally {
        expect(await server.stop()).toBe(0);
      }
    },
    TEST_MS,
  );
});
