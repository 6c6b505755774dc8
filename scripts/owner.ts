import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { createOwnerAccount } from "#functions/oauth/owner/owner-account.ts";
import { judgePassphrase } from "#functions/oauth/owner/passphrase.ts";
import { createSetUpCodes } from "#functions/oauth/owner/set-up-code.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import type { Database } from "#shared/database/database.ts";
import { withDatabase } from "./data/with-database.ts";

// What only who has the machine, or the database's address, can do for the owner.
const USAGE = `Use one of:
  npm run owner -- set-passphrase   reads the new passphrase from the terminal or from standard input
  npm run owner -- set-up-code      prints a new code with which the first passphrase can be set at /oauth/owner
  npm run owner -- sign-out         ends every session of the owner`;

const MOST_CHARACTERS = 1024;
const HASH_TIMEOUT_MS = 60_000;

const COMMANDS: Readonly<Record<string, (database: Database) => Promise<void>>> = {
  async "set-passphrase"(database) {
    const passphrase = await readPassphrase();
    const fault = judgePassphrase(passphrase);
    if (fault !== null) throw new SettingsError(fault);
    await createOwnerAccount(database).setPassphrase(passphrase, AbortSignal.timeout(HASH_TIMEOUT_MS));
    await createSetUpCodes(database).end();
    console.log("The passphrase is set. Every session has ended: sign in at /oauth/owner.");
  },
  async "set-up-code"(database) {
    if (await createOwnerAccount(database).hasPassphrase())
      throw new SettingsError(
        "There is a passphrase already. `npm run owner -- set-passphrase` sets another one.",
      );
    console.log(await createSetUpCodes(database).create());
    console.error("Good for a day, once: open /oauth/owner on the server and set the passphrase with it.");
  },
  async "sign-out"(database) {
    await createOwnerAccount(database).endAllSessions();
    console.log("Every session of the owner has ended.");
  },
};

const [word = ""] = process.argv.slice(2);

await withDatabase(async (database) => {
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command === undefined) throw new SettingsError(USAGE);
  await command(database);
}, "Or sign in at /oauth/owner of the running server and change the passphrase there.");

/** One line of the terminal, which does not show it, or the first line of what is piped in. */
async function readPassphrase(): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) process.stderr.write("New passphrase: ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  try {
    for await (const line of lines) return line.slice(0, MOST_CHARACTERS);
    return "";
  } finally {
    lines.close();
    if (isTerminal) process.stderr.write("\n");
  }
}
