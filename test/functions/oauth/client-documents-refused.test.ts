import { describe, expect, it } from "@jest/globals";
import type { DocumentHost } from "./support/document-host.ts";
import {
  CALLBACK,
  createId,
  documentOf,
  toAuthorization,
  useDocumentWorld,
} from "./support/document-world.ts";

const world = useDocumentWorld();
const open = (id: string, parameters: Record<string, string> = {}) =>
  toAuthorization(world().server, id, parameters);

describe("a document is refused", () => {
  const nasties: readonly [what: string, content: (id: string) => Parameters<DocumentHost["put"]>[1]][] = [
    ["that another address is the client of", (id) => documentOf(`${id}x`)],
    ["with a secret in it", (id) => documentOf(id, { client_secret: "secret" })],
    [
      "that wants to prove itself by a secret",
      (id) => documentOf(id, { token_endpoint_auth_method: "client_secret_post" }),
    ],
    ["without redirect addresses", (id) => documentOf(id, { redirect_uris: [] })],
    [
      "with a redirect address in the open",
      (id) => documentOf(id, { redirect_uris: ["http://app.example.com/callback", CALLBACK] }),
    ],
    [
      "with a redirect address that is a script",
      (id) => documentOf(id, { redirect_uris: [CALLBACK, "javascript:alert(1)"] }),
    ],
    [
      "with a thousand redirect addresses",
      (id) => documentOf(id, { redirect_uris: Array.from({ length: 60 }, (_, i) => `${CALLBACK}/${i}`) }),
    ],
    ["that is a list", () => [documentOf("x")]],
    ["that is larger than 5 kB", (id) => documentOf(id, { filler: "x".repeat(6_000) })],
    ["that is no JSON", () => (_request, response) => response.end("{")],
    ["that does not exist", () => (_request, response) => response.writeHead(404).end("{}")],
    [
      "that leads elsewhere",
      (id) => (_request, response) => response.writeHead(302, { location: `${id}/other` }).end(),
    ],
    ["that leads to itself", (id) => (_request, response) => response.writeHead(301, { location: id }).end()],
    [
      "that never ends",
      () => (_request, response) => {
        response.write("{");
        const timer = setInterval(() => response.write(" "), 50);
        response.once("close", () => clearInterval(timer));
      },
    ],
    ["that never begins", () => () => undefined],
    [
      "that is compressed",
      () => (_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end("\u001f\u008b"),
    ],
  ];
  it.each(nasties)(
    "%s",
    async (_what, contentOf) => {
      const id = createId();
      world().host.put(id, contentOf(id));
      const answer = await fetch(open(id).url, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
      expect(await answer.text()).toMatch(/invalid_client|invalid_redirect_uri/);
      expect(world().host.asked.filter((asked) => asked !== id && asked.startsWith(id))).toEqual([]);
    },
    30_000,
  );

  it.each([
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["::1"],
    ["fd00::1"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::7f00:1"],
  ])("of a name whose address is %s, also beside a public one", async (address) => {
    for (const addresses of [[address], ["93.184.215.14", address]]) {
      const id = createId("inside.example.com");
      world().host.put(id, documentOf(id));
      world().host.resolve("inside.example.com", addresses);
      const before = world().host.connectedTo.length;
      expect((await fetch(open(id).url, { redirect: "manual" })).status).toBe(400);
      expect(world().host.connectedTo.slice(before)).toEqual([]);
    }
  });

  it.each([
    "http://app.example.com/client.json",
    "https://127.0.0.1/client.json",
    "https://[::1]/client.json",
    "https://2130706433/client.json",
    "https://localhost/client.json",
    "https://metadata.google.internal/client.json",
    "https://app.example.com:8443/client.json",
    "https://user@app.example.com/client.json",
    "https://app.example.com/a/../client.json",
    "https://app.example.com/client.json#x",
    "file:///etc/passwd",
  ])("at %s, before anything is asked", async (id) => {
    const before = world().host.asked.length;
    const answer = await fetch(open(id).url, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(world().host.asked.slice(before)).toEqual([]);
  });

  it("says nothing of what was found inside", async () => {
    const id = createId("inside.example.com");
    world().host.resolve("inside.example.com", ["10.0.0.7"]);
    const page = await (await fetch(open(id).url, { redirect: "manual" })).text();
    expect(page).not.toContain("10.0.0.7");
  });
});
