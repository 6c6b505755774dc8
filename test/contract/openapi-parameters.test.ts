import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#shared/contract/operation.ts";
import { createOpenApiDocument } from "../../scripts/generate/openapi-document.ts";
import { createOperation } from "../http/serve-routes.fixture.ts";

const id = { schema: { type: "string", pattern: "^x$", maxLength: 9 }, description: "Which thing." } as const;
const limit = { schema: { type: "integer", minimum: 1, default: 5 }, description: "How many." } as const;

const get = createOperation({
  operationId: "get_thing",
  path: "/execute/things/{id}",
  parameters: { id },
  query: { limit },
  response: { type: "object", properties: {} },
  examples: { one: { response: {} } },
});
const remove = createOperation({ ...get, operationId: "delete_thing", method: "DELETE" });
const list = createOperation({ ...get, operationId: "list_things", path: "/execute/things", parameters: {} });
const download = createOperation({
  operationId: "download",
  path: "/execute/blobs/{id}/{name}",
  parameters: { id, name: { ...id, spansSegments: true } },
  response: { type: "string" },
  answersBytes: true,
  examples: { one: { response: "bytes" } },
});

function documentOf(operations: readonly Operation[]) {
  // Parsed anew, so that the tests look at what a reader of the file sees.
  return JSON.parse(
    JSON.stringify(createOpenApiDocument({ operations, version: "1.0.0", baseUrl: "https://example.org" })),
  );
}

describe("parameters in the OpenAPI document", () => {
  const { paths } = documentOf([get, remove, list]);

  it("say where they stand, and are demanded in the path alone", () => {
    expect(paths["/execute/things/{id}"].get.parameters).toEqual([
      {
        name: "id",
        in: "path",
        required: true,
        description: "Which thing.",
        schema: { type: "string", maxLength: 9 },
      },
      { name: "limit", in: "query", required: false, description: "How many.", schema: limit.schema },
    ]);
    expect(paths["/execute/things"].get.parameters).toHaveLength(1);
  });

  it("may be wrong, which the operation's errors say", () => {
    expect(paths["/execute/things/{id}"].get.responses["400"].description).toContain("(validation_failed)");
  });

  it("are those of each method of a path", () => {
    const methods = paths["/execute/things/{id}"];
    expect(Object.keys(methods)).toEqual(["get", "delete"]);
    expect(methods.delete).toMatchObject({ operationId: "delete_thing", parameters: [{ name: "id" }, {}] });
    expect(methods.delete.requestBody).toBeUndefined();
  });
});

describe("an operation that sends a file, in the OpenAPI document", () => {
  const { paths, components } = documentOf([download]);
  const { responses, parameters } = paths["/execute/blobs/{id}/{name}"].get;

  it("answers with bytes, a range of them, or nothing new", () => {
    const content = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
    expect(responses).toMatchObject({ 200: { content }, 206: { content } });
    expect(responses["304"]).toEqual({ description: expect.any(String) });
  });

  it("has parameters with the names of its path, and no schema for an answer in JSON", () => {
    expect(parameters.map((parameter: { readonly name: string }) => parameter.name)).toEqual(["id", "name"]);
    expect(Object.keys(components.schemas)).toEqual(["ErrorResponse"]);
  });
});
