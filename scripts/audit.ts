import { parseArgs } from "node:util";
import { type AuditEntry, listAuditEntries } from "#shared/audit/audit-store.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { withDatabase } from "./data/with-database.ts";

// Prints the audit trail, the newest last.
//   --limit N        so many events (50)
//   --days N         only of the last N days
//   --principal X    only of this caller: an id or a name
//   --operation X    only of this operation
//   --json           one JSON object a line, with everything that is kept
const MS_OF_DAY = 86_400_000;
const MOST = 100_000;

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "50" },
    days: { type: "string" },
    principal: { type: "string" },
    operation: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

await withDatabase(async (database) => {
  const days = values.days === undefined ? undefined : parseCount("--days", values.days);
  const entries = await listAuditEntries(database, {
    limit: parseCount("--limit", values.limit),
    since: days === undefined ? undefined : new Date(Date.now() - days * MS_OF_DAY),
    principal: values.principal,
    operation: values.operation,
  });
  const lines = entries.toReversed().map(values.json ? (entry) => JSON.stringify(entry) : toLine);
  console.log(lines.length > 0 ? lines.join("\n") : "Nothing has been run or asked yet.");
});

function parseCount(name: string, text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST) return count;
  throw new SettingsError(`${name} must be a whole number from 1 to ${MOST}.`);
}

/** One event in columns for the eye. What callers chose themselves is shown without control characters: a terminal would obey them. */
function toLine(entry: AuditEntry): string {
  const facts = [
    entry.at.toISOString(),
    entry.operation.padEnd(16),
    entry.outcome.padEnd(10),
    `${entry.durationMs} ms`.padStart(9),
    printable(entry.principalName),
    entry.client === null ? "" : `through ${printable(entry.client)}`,
    entry.costUsd === null ? "" : `$${entry.costUsd.toFixed(6)}`,
    entry.bytes === null ? "" : `${entry.bytes} bytes read`,
    entry.textSha256 === null ? "" : `${entry.textBytes} bytes sha256:${entry.textSha256.slice(0, 12)}`,
    entry.text === null ? "" : JSON.stringify(entry.text),
  ];
  return facts.filter((fact) => fact !== "").join("  ");
}

function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "\uFFFD");
}
