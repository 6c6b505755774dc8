import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Operation, Parameters } from "#shared/contract/operation.ts";
import { type Route, toPathRoute, toPlainRoute } from "#shared/http/route.ts";
import { createParametersSchema } from "../../scripts/generate/parameters.ts";
import { openRawConnection } from "../support/raw-http.ts";
import {
  compileParameters,
  createOperation,
  type ServedRoutes,
  serveRoutes,
} from "./serve-routes.fixture.ts";

const ID = {
  schema: { type: "string", pattern: "^[a-z0-9-]+$", maxLength: 10 },
  description: "An id.",
} as const;
const ANY = { schema: { type: "string" }, description: "Anything." } as const;

/** A route that answers with what it was given. */
function echo(operation: Operation): Route {
  return toPathRoute(operation, compileParameters<object>(operation), async (parameters) => ({
    is: operation.operationId,
    parameters,
  }));
}

const thing = {
  path: "/execute/things/{id}",
  aliases: ["/things/{id}"],
  parameters: { id: ID },
} as const;
const getThing = createOperation({
  ...thing,
  operationId: "get_thing",
  query: {
    limit: { schema: { type: "integer", minimum: 1, maximum: 9, default: 5 }, description: "How many." },
    after: ANY,
  },
});
const deleteThing = createOperation({ ...thing, operationId: "delete_thing", method: "DELETE" });
const latestThing = createOperation({ path: "/execute/things/latest", operationId: "latest_thing" });
const file = createOperation({
  path: "/execute/blobs/{token}/{name}",
  operationId: "blob",
  parameters: { token: { ...ANY, isSecret: true }, name: { ...ANY, spansSegments: true } },
});
const routes = [
  ...[getThing, deleteThing, file].map(echo),
  toPlainRoute(latestThing, async () => ({ is: "latest_thing" })),
];

let served: ServedRoutes;
beforeAll(async () => {
  served = await serveRoutes(routes);
});
afterAll(() => served.stop());

async function ask(path: string, method = "GET") {
  const response = await fetch(`${served.url}${path}`, { method });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Sends a path that fetch would tidy up first. */
async function askRaw(path: string): Promise<string> {
  const connection = await openRawConnection(served.url);
  await connection.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return connection.readToEnd();
}

describe("a parameter in the path", () => {
  it.each([
    "/execute/things/a-1",
    "/things/a-1",
    "/things/a-1/",
    "/things/%61-1",
    "/things/a-1?utm_source=x",
  ])("is found in %s", async (path) => {
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([200, { is: "get_thing", parameters: { id: "a-1", limit: 5 } }]);
  });

  it.each([
    ["more than one segment", "/things/a/b"],
    ["none", "/things"],
    ["none, with a slash", "/execute/things/"],
    ["an empty one", "/execute//things"],
    ["an encoded slash", "/things/a%2Fb"],
    ["an encoded NUL", "/things/a%00"],
    ["a broken escape", "/things/a%2"],
    ["an escape of half a character", "/things/%C3"],
    ["a segment of dots, which is gone before it is looked at", "/things/a/.."],
    ["encoded dots", "/things/%2e%2e/a"],
  ])("does not match %s", async (_name, path) => {
    expect(await askRaw(path)).toMatch(/^HTTP\/1\.1 404 .*"code":"not_found"/s);
  });

  it("is decoded once", async () => {
    const { body } = await ask("/execute/blobs/t/a%252Fb");
    expect(body.parameters).toEqual({ token: "t", name: "a%2Fb" });
  });

  it("that does not fit its schema is named, without its value", async () => {
    const { status, body } = await ask("/things/NOT_THIS_long_one");
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.error).toMatch(/^The address is not valid: id .*See details\.$/);
    expect(body.details).toEqual([
      { path: "/id", rule: "maxLength", message: expect.any(String) },
      { path: "/id", rule: "pattern", message: "does not have the form that it must have" },
    ]);
    expect(JSON.stringify(body)).not.toContain("NOT_THIS");
  });

  it("comes after a path that is written out", async () => {
    expect((await ask("/execute/things/latest")).body).toEqual({ is: "latest_thing" });
  });

  it.each(["__proto__", "constructor", "toString"])("called %s is text like any other", async (name) => {
    const { body } = await ask(`/execute/blobs/${name}/x`);
    expect(body.parameters).toEqual({ token: name, name: "x" });
  });
});

describe("a parameter that takes the rest of the path", () => {
  it.each([
    ["/execute/blobs/t/a.csv", "a.csv"],
    ["/execute/blobs/t/a/b%20c/d.csv", "a/b c/d.csv"],
    ["/blobs/t/%C3%BC/x", "ü/x"],
  ])("takes all of %s", async (path, name) => {
    expect((await ask(path)).body).toEqual({ is: "blob", parameters: { token: "t", name } });
  });

  it.each(["/execute/blobs/t", "/execute/blobs/t/", "/execute/blobs/t/a//b", "/execute/blobs/t/a%2Fb"])(
    "is not in %s",
    async (path) => {
      expect(await askRaw(path)).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it("leaves a permission in the path out of the log", async () => {
    await ask("/execute/blobs/the-permission/a.csv");
    expect(served.logs()).toContain("GET /execute/blobs/{token}/{name} 200");
    expect(served.logs()).not.toContain("the-permission");
  });
});

describe("a parameter in the query", () => {
  it.each([
    ["", { limit: 5 }],
    ["?limit=9&after=x%20y", { limit: 9, after: "x y" }],
    ["?after=", { limit: 5, after: "" }],
    ["?after=12", { limit: 5, after: "12" }],
    ["?other=1&limit=2", { limit: 2 }],
  ])("is read from %j", async (query, expected) => {
    const { status, body } = await ask(`/things/a${query}`);
    expect([status, body.parameters]).toEqual([200, { id: "a", ...expected }]);
  });

  it.each([
    ["?limit=ten", "/limit", "type"],
    ["?limit=", "/limit", "type"],
    ["?limit=1.5", "/limit", "type"],
    ["?limit=1e0", "/limit", "type"],
    ["?limit=0x5", "/limit", "type"],
    ["?limit=%205", "/limit", "type"],
    ["?limit=99999999999999999999", "/limit", "type"],
    ["?limit=0", "/limit", "minimum"],
    ["?limit=10", "/limit", "maximum"],
    ["?limit=1&limit=2", "/limit", "type"],
    ["?after=a&after=b", "/after", "type"],
    ["?after=%00", "", "encoding"],
    ["?after=%ff", "", "encoding"],
    ["?after=%2", "", "encoding"],
  ])("is refused in %j", async (query, path, rule) => {
    const { status, body } = await ask(`/things/a${query}`);
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.details).toEqual([expect.objectContaining({ path, rule })]);
  });
});

describe("methods of a path with parameters", () => {
  it("are chosen by the request", async () => {
    expect((await ask("/things/a", "DELETE")).body).toEqual({ is: "delete_thing", parameters: { id: "a" } });
    const head = await ask("/things/a", "HEAD");
    expect([head.status, head.body]).toEqual([200, null]);
  });

  it("are listed for one that it does not have, and for a preflight", async () => {
    const wrong = await ask("/things/a", "POST");
    const allow = "GET, DELETE, HEAD, OPTIONS";
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, allow]);
    const preflight = await ask("/things/a", "OPTIONS");
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, allow]);
  });
});

describe("a contract whose parameters do not belong to its path", () => {
  const rest: Parameters = { rest: { ...ANY, spansSegments: true }, id: ANY };
  it.each<[string, Partial<Operation> & Pick<Operation, "path">]>([
    ["is not declared", { path: "/execute/x/{id}" }],
    ["is not in the path", { path: "/execute/x", parameters: { id: ANY } }],
    ["is not in an alias", { path: "/execute/x/{id}", aliases: ["/x"], parameters: { id: ANY } }],
    ["spans segments before the end", { path: "/execute/x/{rest}/{id}", parameters: rest }],
    ["is in the query too", { path: "/execute/x/{id}", parameters: { id: ANY }, query: { id: ANY } }],
  ])("is refused when one %s", (_name, given) => {
    expect(() => createParametersSchema(createOperation(given))).toThrow("test_operation");
  });
});
