import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createDeployment } from "./smoke/deployment/deployment.ts";
import { runDeploymentChecks } from "./smoke/deployment/run-deployment-checks.ts";

// Looks at a running server from outside: every operation, the MCP endpoint, the OAuth flow, and what must be refused.
//   npm run smoke -- URL [KEY] [--passphrase-file FILE]
// Without KEY (or SMOKE_KEY) only what needs none is looked at; the owner's passphrase adds a whole sign-in. It runs some fifteen
// small programs and a few statements that read no table, and leaves a registered client called "Smoke test".
const USAGE =
  "Use: npm run smoke -- URL [KEY] [--passphrase-file FILE], where URL is like https://europe-west1-my-project.cloudfunctions.net. The key may come as SMOKE_KEY instead.";

try {
  await smoke(process.argv.slice(2));
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 2;
}

async function smoke(words: readonly string[]): Promise<void> {
  const { url, key, passphrase } = parseWords(words);
  const counts = { ok: 0, FAIL: 0, skip: 0 };
  for await (const { name, outcome, note } of runDeploymentChecks(createDeployment(url, key, passphrase))) {
    counts[outcome] += 1;
    console.log(`${outcome.padEnd(4)}  ${name.padEnd(54)}  ${note.replaceAll(/\s+/g, " ")}`);
  }
  console.log(
    `${counts.ok} checks are as they should be, ${counts.FAIL} are not, ${counts.skip} were left out.`,
  );
  if (counts.FAIL > 0) process.exitCode = 1;
}

/** @throws Error with what to write instead */
function parseWords(words: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { "passphrase-file": { type: "string" } },
    allowPositionals: true,
  });
  const [url = "", key = process.env["SMOKE_KEY"] || null, ...more] = positionals;
  if (more.length > 0 || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(USAGE);
  const file = values["passphrase-file"];
  const passphrase = file === undefined ? null : (readFileSync(file, "utf8").split("\n", 1)[0] ?? "");
  return { url: url.replace(/\/+$/, ""), key, passphrase };
}
