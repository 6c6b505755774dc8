import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { build, stop } from "esbuild";
import { loadCloudExecutorSettings } from "#functions/execute/config.ts";
import { createExchange } from "#functions/execute/executor/exchange/exchange.ts";
import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LOCALS = readFileSync(join(ROOT, "terraform/locals.tf"), "utf8");
const VARIABLES = readdirSync(join(ROOT, "terraform"))
  .filter((name) => /^variables.*\.tf$/.test(name))
  .map((name) => readFileSync(join(ROOT, "terraform", name), "utf8"))
  .join("\n");
const BOOTSTRAP = readFileSync(join(ROOT, "terraform/bootstrap/variables.tf"), "utf8");
const FUNCTIONS = readdirSync(join(ROOT, "functions")).filter((name) =>
  readdirSync(join(ROOT, "functions", name)).includes("index.ts"),
);

/** The text from `opening` to the line that closes it, at the same depth. */
function blockOf(text: string, opening: RegExp): string {
  const start = opening.exec(text);
  if (start === null) throw new Error(`${opening} is not there`);
  const indent = /^ */.exec(start[0].replace(/^\n/, ""))?.[0] ?? "";
  const end = new RegExp(`\\n${indent}[})\\]]`).exec(text.slice(start.index + start[0].length));
  return text.slice(start.index, start.index + start[0].length + (end?.index ?? 0));
}

/** Names that are set: `NAME = …`. */
const assigned = (block: string) =>
  [...block.matchAll(/\b([A-Z][A-Z0-9_]{2,})\s+=/g)].map(([, name]) => name);
/** Names that are listed: `"NAME"`. */
const quoted = (block: string) => [...block.matchAll(/"([A-Z][A-Z0-9_]{2,})"/g)].map(([, name]) => name);
const sorted = (names: Iterable<string | undefined>) => [...new Set(names)].sort();

const COMMON = assigned(blockOf(LOCALS, /\n {2}common_environment = \{/));
const OF_EXECUTOR = assigned(blockOf(LOCALS, /\n {2}executor_environment = merge\(/));
const OF_DATABASE = assigned(blockOf(LOCALS, /\n {2}database_environment = \{/));
const DATABASE_SECRETS = quoted(/database_secrets = \[.*\]/.exec(LOCALS)?.[0] ?? "");

/** What Terraform gives a function, as plain settings and as secrets. */
function givenTo(name: string) {
  const block = blockOf(LOCALS, new RegExp(`\\n {4}${name} = \\{`));
  const own = assigned(block.replace(/#.*/g, ""));
  const hasDatabase = block.includes("local.database_secrets");
  const ofDatabase = hasDatabase ? OF_DATABASE : [];
  return {
    settings: sorted([...COMMON, ...own, ...ofDatabase, ...(name === "execute" ? OF_EXECUTOR : [])]),
    secrets: sorted([...quoted(block), ...(hasDatabase ? DATABASE_SECRETS : [])]),
  };
}

/** The settings that the code of a function reads: those that are declared in the files of its bundle. */
async function readBy(name: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${name}/index.ts`],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile: "out.js",
    logLevel: "silent",
  });
  const own = Object.keys(metafile.inputs).filter((path) => /(settings|config)\.ts$|\/config\//.test(path));
  const found = own.flatMap((path) => [
    ...readFileSync(join(ROOT, path), "utf8").matchAll(/^\s+([A-Z][A-Z0-9_]{2,}): \w+\(/gm),
  ]);
  return new Set(found.map(([, setting = ""]) => setting));
}

/** What a function reads and Terraform gives nobody, or not this function, with the reason. */
const LEFT_ALONE: Readonly<Record<string, string>> = {
  CLOUD_RUN_URL: "is for tests",
  FUNCTION_URLS: "stays below the public address",
  GCE_METADATA_HOST: "is for tests",
  GOOGLE_KEYS_URL: "is for tests",
  STORAGE_URL: "is for tests",
};
/** Every function's edge can read these; they mean something where credentials are checked, or calls counted. */
const OF_CALLERS = ["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY"];
const RATES: Readonly<Record<string, string>> = {
  EXECUTE_RATE_PER_MINUTE: "execute",
  QUERY_RATE_PER_MINUTE: "query",
};

function isLeftAlone(setting: string, name: string): boolean {
  if (setting in LEFT_ALONE) return true;
  if (setting in RATES) return RATES[setting] !== name;
  // docs and health ask nobody who they are; oauth asks the owner alone.
  return OF_CALLERS.includes(setting) && ["docs", "health", "oauth"].includes(name);
}

describe.each(FUNCTIONS)("what Terraform gives %s", (name) => {
  let read: ReadonlySet<string>;
  beforeAll(async () => {
    read = await readBy(name);
  });

  it("is called as its code calls it", () => {
    const { settings, secrets } = givenTo(name);
    expect(settings.length).toBeGreaterThan(3);
    expect([...settings, ...secrets].filter((setting) => !read.has(setting ?? ""))).toEqual([]);
  });

  it("is everything that its code can be told", () => {
    const { settings, secrets } = givenTo(name);
    const given = new Set([...settings, ...secrets]);
    expect([...read].filter((setting) => !given.has(setting) && !isLeftAlone(setting, name))).toEqual([]);
  });
});

// esbuild leaves a process behind, which the next file of the worker would find.
afterAll(stop);

describe("the executor", () => {
  const known: Readonly<Record<string, string>> = {
    [`\${var.project_id}`]: "demo-project",
    [`\${var.region}`]: "europe-west1",
    "local.files_bucket": "demo-project-files",
    "one(google_cloud_run_v2_service.sandbox[*].uri)": "https://sandbox-abc-ew.a.run.app",
  };
  const block = blockOf(LOCALS, /\n {2}executor_environment = merge\(/);
  const values = Object.fromEntries(
    [...block.matchAll(/\b([A-Z][A-Z0-9_]{2,})\s+= ("[^"]*"|[^,}\n]+)/g)].map(([, name, value = ""]) => [
      name,
      Object.entries(known)
        .reduce((text, [expression, meaning]) => text.replaceAll(expression, meaning), value)
        .replace(/^"|"$|\s+$/g, ""),
    ]),
  );
  const hmac = { STORAGE_HMAC_ACCESS_ID: "GOOG1EXAMPLE", STORAGE_HMAC_SECRET: "secret" };

  it.each([
    ["cloud-run-job", hmac],
    ["cloud-run-service", hmac],
    ["cloud-run-service", {}],
  ])("%s starts with what it is given", (kind, key) => {
    const { SANDBOX_JOB, SANDBOX_SERVICE_URL, ...both } = values;
    const given = kind === "cloud-run-job" ? { SANDBOX_JOB } : { SANDBOX_SERVICE_URL };
    const settings = loadCloudExecutorSettings({ ...both, ...given, ...key, EXECUTOR: kind });
    expect(settings).toMatchObject({ kind, storage: { bucket: "demo-project-files" } });
  });
});

describe("signed addresses", () => {
  it("lie where their signer may read and create, each of them, and the signer has no other place", () => {
    const exchange = createExchange({
      client: createGoogleClient(createMetadataTokens({ host: "127.0.0.1:9" })),
      objects: { put: () => Promise.resolve(true), delete: () => Promise.resolve() },
      bucket: "demo-project-files",
      key: { accessId: "GOOG1EXAMPLE", secret: "secret" },
      endpoint: "https://storage.googleapis.com",
    });
    const places = Object.values(exchange.sign("run")).map(
      (url) => `${new URL(url).pathname.split("/")[2]}/`,
    );
    const [, prefixes = ""] = /exchange_prefixes\s+= \[(.*?)\]/.exec(LOCALS) ?? [];
    expect(sorted(places)).toEqual(sorted([...prefixes.matchAll(/"([^"]+)"/g)].map(([, prefix]) => prefix)));
  });
});

describe("secrets", () => {
  const all = sorted(FUNCTIONS.flatMap((name) => givenTo(name).secrets));

  it("may have versions, and can be made, and no others", () => {
    const versions = blockOf(VARIABLES, /\nvariable "secret_versions" \{/);
    const known = /setsubtract\(keys\(var\.secret_versions\), \[(.*?)\]/.exec(versions)?.[1] ?? "";
    expect(sorted(quoted(known))).toEqual(all);
    const made = /setsubtract\(var\.secrets, \[(.*?)\]/.exec(BOOTSTRAP)?.[1] ?? "";
    expect(sorted(quoted(made))).toEqual(all);
  });

  it("are never plain settings", () => {
    const plain = FUNCTIONS.flatMap((name) => givenTo(name).settings);
    expect(all.filter((secret) => plain.includes(secret))).toEqual([]);
  });
});

describe("functions", () => {
  it("are deployed, each of them, and no other ones", () => {
    const block = blockOf(LOCALS, /\n {2}all_functions = \{/);
    expect(sorted([...block.matchAll(/^ {4}(\w+) = \{$/gm)].map(([, name]) => name))).toEqual(
      sorted(FUNCTIONS),
    );
  });
});
