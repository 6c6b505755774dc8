import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "@jest/globals";

const FOLDER = resolve(import.meta.dirname, "../../terraform/bootstrap");
const APIS = "google_project_service.api";

/** What each resource of a text names, by its own address. */
function readReferences(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = [...text.matchAll(/^resource "(\w+)" "(\w+)" \{\n([\s\S]*?)^\}$/gm)];
  return new Map(
    blocks.map(([, type = "", name = "", body = ""]) => [
      `${type}.${name}`,
      body.match(/\bgoogle_\w+\.\w+/g) ?? [],
    ]),
  );
}

/** Whether a resource is made after the APIs are there: it names them, or something that does. */
function comesAfterApis(
  address: string,
  references: ReadonlyMap<string, readonly string[]>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (address === APIS) return true;
  if (seen.has(address)) return false;
  const named = references.get(address) ?? [];
  return named.some((next) => comesAfterApis(next, references, new Set([...seen, address])));
}

it("asks an API of a new project for nothing before it is enabled", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".tf"));
  const references = readReferences(files.map((name) => readFileSync(join(FOLDER, name), "utf8")).join("\n"));
  expect(references.size).toBeGreaterThan(30);
  expect([...references.keys()].filter((address) => !comesAfterApis(address, references))).toEqual([]);
});
