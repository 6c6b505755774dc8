import { execFile, execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const DEBIAN = "http://deb.debian.org/debian";
const DEBOOTSTRAP_MS = 900_000;

/** What Debian's own slim image keeps from being installed, and what it forbids apt to keep. */
const SLIM = {
  "etc/dpkg/dpkg.cfg.d/docker": ["doc/*", "info/*", "lintian/overrides/*", "locale/*", "man/*", "groff/*"]
    .map((path) => `path-exclude /usr/share/${path}\n`)
    .concat("path-include /usr/share/doc/*/copyright\n")
    .join(""),
  "etc/apt/apt.conf.d/docker-clean":
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n' +
    'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n',
  "etc/apt/sources.list": [
    `deb ${DEBIAN} bookworm main`,
    `deb ${DEBIAN} bookworm-updates main`,
    "deb http://deb.debian.org/debian-security bookworm-security main",
    "",
  ].join("\n"),
};

/**
 * Puts together, in a folder, what the image `node:24-bookworm-slim` holds, without an image registry: Debian 12 from its archive, this
 * process's Node, this machine's npm, the user `node`. Takes some minutes.
 * After https://github.com/nodejs/docker-node, 24/bookworm-slim.
 */
export async function makeBaseTree(folder: string): Promise<void> {
  await run("debootstrap", ["--variant=minbase", "bookworm", folder, DEBIAN], {
    timeout: DEBOOTSTRAP_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const [path, text] of Object.entries(SLIM)) await writeFile(join(folder, path), text);
  for (const path of ["var/cache/apt/archives", "var/lib/apt/lists", "usr/share/man", "usr/share/locale"]) {
    const names = await readdir(join(folder, path));
    for (const name of names) await rm(join(folder, path, name), { recursive: true });
  }
  const local = join(folder, "usr/local");
  await cp(process.execPath, join(local, "bin/node"), { dereference: true });
  await mkdir(join(local, "lib/node_modules"), { recursive: true });
  await cp(findNpm(), join(local, "lib/node_modules/npm"), { recursive: true });
  const inside = (...words: readonly string[]) => run("chroot", [folder, ...words]);
  for (const name of ["npm", "npx"])
    await inside("ln", "-s", `../lib/node_modules/npm/bin/${name}-cli.js`, `/usr/local/bin/${name}`);
  await inside("groupadd", "--gid", "1000", "node");
  await inside(
    "useradd",
    ...["--uid", "1000", "--gid", "node", "--shell", "/bin/bash", "--create-home", "node"],
  );
}

/** The folder of the npm that is found by name: a Node that is a package asks elsewhere. */
function findNpm(): string {
  const found = execFileSync("/bin/sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
  return resolve(realpathSync(found), "../..");
}
