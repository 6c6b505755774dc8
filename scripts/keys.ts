import { parseArgs } from "node:util";
import {
  type ApiKeyStore,
  createApiKeyStore,
  isLive,
  parseKeyName,
  type StoredApiKey,
} from "#shared/auth/api-key-store.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { ALL_SCOPES, isScope, type Scope } from "#shared/contract/scopes.ts";
import { withDatabase } from "./data/with-database.ts";

// Makes, lists, renames and revokes API keys in the database.
const USAGE = `Use one of:
  npm run keys -- create NAME [--scopes execute,query,query:write] [--days 90 | --days never]
  npm run keys -- list [--json]
  npm run keys -- rename KEY NAME
  npm run keys -- revoke KEY
  npm run keys -- revoke-all
KEY is the id of a key, as the list shows it, or its name where no other key has it.`;

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_650;

const OPTIONS = {
  scopes: { type: "string", default: "execute,query" },
  days: { type: "string", default: "90" },
  json: { type: "boolean", default: false },
} as const;

interface Values {
  readonly scopes: string;
  readonly days: string;
  readonly json: boolean;
}

type Command = (keys: ApiKeyStore, names: readonly string[], values: Values) => Promise<void>;

/** Whether a day has passed matters to nobody in a list of keys: dates are enough. */
const toDay = (moment: Date | null): string => moment?.toISOString().slice(0, 10) ?? "never";

const COMMANDS: Readonly<Record<string, Command>> = {
  create,
  list,
  async rename(keys, [key, text]) {
    const name = toName(text);
    const { id } = await findKey(keys, key);
    await keys.rename(id, name);
    console.log(`Its name is ${name} now.`);
  },
  async revoke(keys, [key]) {
    const { id, name } = await findKey(keys, key);
    await keys.revoke(id);
    console.log(`${name} is revoked: it is refused within ten seconds.`);
  },
  async "revoke-all"(keys) {
    const count = await keys.revokeAll();
    console.log(`${count} ${count === 1 ? "key is" : "keys are"} revoked: refused within ten seconds.`);
    console.error("Keys that are set in the server's settings go on working: change them there.");
  },
};

await withDatabase(async (database) => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [word = "", ...names] = positionals;
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command === undefined) throw new SettingsError(USAGE);
  await command(createApiKeyStore(database), names, values);
}, "While the server runs, its owner's page does the same: open /oauth/owner there.");

/** The key alone goes to standard output, so that it can be piped into a file. */
async function create(keys: ApiKeyStore, [text]: readonly string[], values: Values): Promise<void> {
  const { key, stored } = await keys.create({
    name: toName(text),
    scopes: toScopes(values.scopes),
    expiresAt: toEnd(values.days),
  });
  console.log(key);
  console.error(
    `${stored.name} may ${stored.scopes.join(", ")}; it expires: ${toDay(stored.expiresAt)}. The key is shown once and kept nowhere.`,
  );
}

async function list(keys: ApiKeyStore, _names: readonly string[], values: Values): Promise<void> {
  const all = await keys.list();
  if (values.json) console.log(all.map((key) => JSON.stringify(key)).join("\n"));
  else console.log(all.length === 0 ? "There are no keys in the database." : all.map(toLine).join("\n"));
}

function toLine(key: StoredApiKey): string {
  const { id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  const end = revokedAt === null ? `expires ${toDay(expiresAt)}` : `revoked ${toDay(revokedAt)}`;
  const state = isLive(key, new Date()) || revokedAt !== null ? end : `expired ${toDay(expiresAt)}`;
  return [id, name, scopes.join(","), `made ${toDay(createdAt)}`, state, `used ${toDay(lastUsedAt)}`].join(
    "  ",
  );
}

function toName(text: string | undefined): string {
  const name = parseKeyName(text ?? "");
  if (name === null) throw new SettingsError(`A key has a name of 1 to 64 characters. ${USAGE}`);
  return name;
}

function toScopes(text: string): readonly Scope[] {
  const words = text.split(",").map((word) => word.trim());
  const scopes = words.filter(isScope);
  if (scopes.length === words.length) return [...new Set(scopes)];
  throw new SettingsError(`--scopes takes ${ALL_SCOPES.join(", ")}, with commas between them.`);
}

function toEnd(text: string): Date | null {
  if (text === "never") return null;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MOST_DAYS) return new Date(Date.now() + days * DAY_MS);
  throw new SettingsError(`--days takes a whole number from 1 to ${MOST_DAYS}, or never.`);
}

async function findKey(keys: ApiKeyStore, text: string | undefined): Promise<StoredApiKey> {
  const live = (await keys.list()).filter((key) => isLive(key, new Date()));
  const found = live.filter(({ id, name }) => id === text || name === text);
  const [key, ...others] = found;
  if (key !== undefined && others.length === 0) return key;
  throw new SettingsError(
    key === undefined
      ? "There is no such live key: `npm run keys -- list` shows them."
      : `${found.length} keys have that name. Say the id: \`npm run keys -- list\` shows it.`,
  );
}
