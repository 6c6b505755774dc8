import { describe, expect, it } from "@jest/globals";
import { createBrowser, decide, locationOf } from "./support/browser.ts";
import { createId, documentOf, redeem, toAuthorization, useDocumentWorld } from "./support/document-world.ts";

const ID = "https://app.example.com/oauth/client.json";

const world = useDocumentWorld();
const open = (id: string, parameters: Record<string, string> = {}) =>
  toAuthorization(world().server, id, parameters);

describe("a client that is its document's address", () => {
  it("gets in without registering, and is named by its host", async () => {
    world().host.put(ID, documentOf(ID));
    const { url, verifier } = open(ID);
    const browser = createBrowser();
    const page = await browser.open(locationOf(await browser.open(url.href)).href);
    expect(await page.json()).toMatchObject({
      client: { id: ID, name: "App", host: "app.example.com", kind: "cimd" },
      scopes: ["execute", "query"],
      needsConsent: true,
    });
    const answer = await decide(url);
    expect((await redeem(world().server, { id: ID, answer, verifier })).status).toBe(200);
    expect(world().host.asked.filter((asked) => asked === ID)).toHaveLength(1);
  });

  it("is asked about once: the owner has agreed to the same before", async () => {
    const id = createId();
    world().host.put(id, documentOf(id));
    await decide(open(id).url);
    const seen = async (parameters = {}) => {
      const browser = createBrowser();
      const begun = await browser.open(open(id, parameters).url.href);
      const { needsConsent } = await (await browser.open(locationOf(begun).href)).json();
      return needsConsent;
    };
    expect(await seen()).toBe(false);
    expect(await seen({ scope: "execute query query:write" })).toBe(true);
  });

  it("is asked about each time when its codes go to a port of the reader's own machine", async () => {
    const id = createId();
    world().host.put(id, documentOf(id, { redirect_uris: ["http://127.0.0.1/callback"] }));
    for (const port of [1234, 4321]) {
      const browser = createBrowser();
      const { url } = open(id, { redirect_uri: `http://127.0.0.1:${port}/callback` });
      const page = await browser.open(locationOf(await browser.open(url.href)).href);
      expect((await page.json()).needsConsent).toBe(true);
      expect((await decide(url)).host).toBe(`127.0.0.1:${port}`);
    }
  });

  it("is shown without what would make its name look like another's", async () => {
    const id = createId();
    world().host.put(id, documentOf(id, { client_name: `Chat\u202eTPG\n\u0000${"x".repeat(300)}` }));
    const browser = createBrowser();
    const page = await browser.open(locationOf(await browser.open(open(id).url.href)).href);
    const { client } = await page.json();
    expect(client.name).toMatch(/^ChatTPGx+$/);
    expect(client.name).toHaveLength(100);
  });
});

it("a document that changed counts as it is now: an address that was taken out gets no code", async () => {
  const id = createId();
  world().host.put(id, documentOf(id));
  await decide(open(id).url);
  world().host.put(id, documentOf(id, { redirect_uris: ["https://app.example.com/new"] }));
  // Another instance has nothing in memory; this one would notice within the hour.
  const fresh = await world().serveAnother();
  try {
    const url = open(id).url.href.replace(world().server.url, fresh.url);
    const answer = await fetch(url, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  } finally {
    await fresh.close();
  }
});
