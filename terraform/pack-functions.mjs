// Packs each built function into a zip whose bytes depend on the function's files alone, named by their SHA-256, so that an
// unchanged function keeps its name and Terraform leaves it alone.
//   node terraform/pack-functions.mjs DIST OUT
// writes OUT/functions/<name>-<sha256>.zip and OUT/sources.tfvars.json (the variable source_objects).
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { crc32 } from "node:zlib";

const FUNCTIONS = ["docs", "execute", "health", "mcp", "oauth", "query"];
/** 1 January 1980, the first day that a zip can name. */
const DOS_DATE = 0x0021;
const UTF8_NAMES = 0x0800;
const VERSION = 20;
const MADE_ON_UNIX = 3 << 8;
const REGULAR_FILE_0644 = (0o100644 << 16) >>> 0;

/**
 * A zip of files as they are: stored, not deflated, since the bytes of a deflated one change with the version of zlib
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
 * @param {readonly { name: string, data: Buffer }[]} files in the order of the archive
 */
function toZip(files) {
  const locals = [];
  const centrals = [];
  let offset = 0;
  for (const { name, data } of files) {
    const bytes = Buffer.from(name, "utf8");
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(VERSION, 0);
    shared.writeUInt16LE(UTF8_NAMES, 2);
    shared.writeUInt16LE(DOS_DATE, 8);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(bytes.length, 22);
    locals.push(Buffer.from("PK\x03\x04"), shared, bytes, data);

    const place = Buffer.alloc(14);
    place.writeUInt32LE(REGULAR_FILE_0644, 6);
    place.writeUInt32LE(offset, 10);
    const madeBy = Buffer.alloc(2);
    madeBy.writeUInt16LE(MADE_ON_UNIX | VERSION);
    centrals.push(Buffer.from("PK\x01\x02"), madeBy, shared, place, bytes);
    offset += 30 + bytes.length + data.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06"), end]);
}

/** The files below a folder in the order of their names, without installed packages. */
function readFolder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => !name.split("/").includes("node_modules"))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => ({ name, data: readFileSync(join(folder, name)) }));
}

function pack(dist, out) {
  const objects = {};
  mkdirSync(join(out, "functions"), { recursive: true });
  for (const name of FUNCTIONS) {
    if (!existsSync(join(dist, name, "index.js"))) {
      throw new Error(`${name} is not built: run npm run build first.`);
    }
    const zip = toZip(readFolder(join(dist, name)));
    objects[name] = `functions/${name}-${createHash("sha256").update(zip).digest("hex")}.zip`;
    writeFileSync(join(out, objects[name]), zip);
    process.stdout.write(`${objects[name]} ${zip.length} bytes\n`);
  }
  const variables = JSON.stringify({ source_objects: objects }, null, 2);
  writeFileSync(join(out, "sources.tfvars.json"), `${variables}\n`);
}

if (import.meta.main) {
  const [dist, out] = process.argv.slice(2);
  if (dist === undefined || out === undefined) {
    process.stderr.write("usage: node terraform/pack-functions.mjs DIST OUT\n");
    process.exitCode = 2;
  } else {
    try {
      pack(resolve(dist), resolve(out));
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
