import { copyFileSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Copies the offline check into a new folder, with the schemas of those resources alone that a folder of Terraform declares: Terraform
 * reads all schemas at each start, which takes longer than all the rest.
 * @param check the folder of the check
 * @param folders whose resources are needed
 * @returns the new folder, for the caller to remove
 */
export function copySlimCheck(check: string, folders: readonly string[]): string {
  const slim = mkdtempSync(join(tmpdir(), "terraform-check-"));
  for (const name of ["provider.mjs", "plugin.proto", "package.json"])
    copyFileSync(join(check, name), join(slim, name));
  symlinkSync(join(check, "node_modules"), join(slim, "node_modules"));
  const overlay: Record<string, unknown> = JSON.parse(readFileSync(join(check, "overlay.json"), "utf8"));
  const schemas: { readonly resources: Record<string, unknown>; readonly data: Record<string, unknown> } =
    JSON.parse(gunzipSync(readFileSync(join(check, "schema.json.gz"))).toString("utf8"));
  const declared = new Set(folders.flatMap(declaredIn));
  const keep = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([type]) => declared.has(type)));
  writeFileSync(join(slim, "overlay.json"), JSON.stringify(keep(overlay)));
  const kept = { resources: keep(schemas.resources), data: keep(schemas.data) };
  writeFileSync(join(slim, "schema.json.gz"), gzipSync(JSON.stringify(kept)));
  return slim;
}

function declaredIn(folder: string): readonly string[] {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".tf"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/^(?:resource|data) "(\w+)"/gm)].map(([, type = ""]) => type),
  );
}
