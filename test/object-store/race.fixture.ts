import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";

/**
 * A second process at a store. `race <folder> <keys>`: waits for a line on its input, tries to create each key several times at
 * once, and prints a JSON list of how often each attempt won. `hang <folder>`: begins a put that never ends, and says so.
 */
const [, , task = "", folder = "", keys = "0"] = process.argv;
const RACERS = 8;
const store = await createFolderObjectStore({
  folder,
  maxBytes: 1024 ** 3,
  logger: createLogger({}, () => undefined),
});
const expiresAt = new Date(Date.now() + 3_600_000);

if (task === "race") {
  process.stdout.write("ready\n");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  const wins: number[] = [];
  for (let n = 0; n < Number(keys); n += 1) {
    const content = Buffer.from(`${process.pid}`);
    const answers = await Promise.all(
      Array.from({ length: RACERS }, () => store.put(`race/${n}`, content, { expiresAt, ifAbsent: true })),
    );
    wins.push(answers.filter(Boolean).length);
  }
  await store.close();
  process.stdout.write(`${JSON.stringify(wins)}\n`, () => process.exit(0));
} else {
  const content = async function* () {
    yield Buffer.alloc(100_000);
    process.stdout.write("ready\n");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  };
  await store.put("hung", content(), { expiresAt });
}
