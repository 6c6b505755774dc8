import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { createOpenApiDocument } from "../../scripts/generate/openapi-document.ts";
import type { Json, JsonObject } from "../../scripts/generate/public-schema.ts";

// What ChatGPT's action editor accepts: https://developers.openai.com/api/docs/actions/production.
const DESCRIPTION_LIMIT = 300;
const PARAMETER_LIMIT = 700;
const OPERATION_LIMIT = 30;

const document = createOpenApiDocument({
  operations: OPERATIONS,
  version: "1.2.3",
  baseUrl: "https://example.org",
});

function asObject(value: Json | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return value as JsonObject;
}

interface Visit {
  readonly pointer: string;
  readonly value: JsonObject;
}

/** Every object below a value, with its JSON Pointer; examples are data and not part of the grammar. */
function* objectsOf(value: Json, pointer = ""): Generator<Visit> {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* objectsOf(item, `${pointer}/${index}`);
    return;
  }
  const object = asObject(value);
  yield { pointer, value: object };
  for (const [name, child] of Object.entries(object)) {
    if (name !== "examples") yield* objectsOf(child, `${pointer}/${name}`);
  }
}

const everything = [...objectsOf(document)];
const schemas = Object.entries(asObject(asObject(document["components"])["schemas"]));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(asObject(methods)).map(([method, operation]) => ({
    path,
    method,
    operation: asObject(operation),
  })),
);

describe("the OpenAPI document as a whole", () => {
  it("is version 3.1 with one https server", () => {
    expect(document["openapi"]).toBe("3.1.0");
    expect(document.servers).toEqual([{ url: "https://example.org" }]);
    expect(document.info["version"]).toBe("1.2.3");
  });

  it("has each operation of the contract under its canonical path, and no more than the editor takes", () => {
    const listed = operations.map(({ path, method, operation }) => [
      method.toUpperCase(),
      path,
      operation["operationId"],
    ]);
    expect(listed).toEqual(
      OPERATIONS.map((operation) => [operation.method, operation.path, operation.operationId]),
    );
    expect(listed.length).toBeLessThanOrEqual(OPERATION_LIMIT);
  });

  it("has one security scheme, a Bearer token", () => {
    const schemes = asObject(asObject(document["components"])["securitySchemes"]);
    expect(schemes).toEqual({
      bearerAuth: { type: "http", scheme: "bearer", description: expect.any(String) },
    });
  });

  it("refers to nothing that is not there, and keeps nothing that is not referred to", () => {
    const references = everything.flatMap(({ value }) =>
      typeof value["$ref"] === "string" ? [value["$ref"]] : [],
    );
    const names = schemas.map(([name]) => `#/components/schemas/${name}`);
    expect(new Set(references)).toEqual(new Set(names));
  });
});

describe.each(operations)("$method $path", ({ path, operation }) => {
  it("has an operationId of its own that is a tool's name", () => {
    expect(operation["operationId"]).toMatch(/^[a-z][a-z_]{0,63}$/);
    const same = operations.filter((other) => other.operation["operationId"] === operation["operationId"]);
    expect(same).toHaveLength(1);
  });

  it.each(["summary", "description"])("has a %s that the editor does not cut", (field) => {
    expect(operation[field]).toEqual(expect.any(String));
    expect(String(operation[field]).length).toBeGreaterThan(0);
    expect(String(operation[field]).length).toBeLessThanOrEqual(DESCRIPTION_LIMIT);
  });

  it("says whether ChatGPT must ask its user", () => {
    expect(operation["x-openai-isConsequential"]).toEqual(expect.any(Boolean));
  });

  it("says who may call it, by the contract", () => {
    const contract = OPERATIONS.find((candidate) => candidate.operationId === operation["operationId"]);
    expect(operation["security"]).toEqual(contract?.scope === null ? [] : [{ bearerAuth: [] }]);
    expect(Object.keys(asObject(operation["responses"])).includes("401")).toBe(contract?.scope !== null);
  });

  it("declares every parameter of its path", () => {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
    expect(parameters.map((parameter) => asObject(parameter)["name"])).toEqual(
      expect.arrayContaining(inPath),
    );
  });

  it("lists every error that it may answer", () => {
    const contract = OPERATIONS.find((candidate) => candidate.operationId === operation["operationId"]);
    const text = JSON.stringify(operation["responses"]);
    const further = contract?.rate === null ? [] : ["rate_limited"];
    const ofBodies =
      contract?.request === null ? [] : ["validation_failed", "body_too_large", "malformed_json"];
    for (const code of [
      "internal",
      "deadline_exceeded",
      ...further,
      ...ofBodies,
      ...(contract?.errors ?? []),
    ]) {
      expect(text).toContain(`(${code})`);
    }
  });
});

describe("texts", () => {
  const described = everything.flatMap(({ pointer, value }) =>
    typeof value["description"] === "string" ? [{ pointer, text: value["description"] }] : [],
  );

  it("of parameters and fields are never cut", () => {
    for (const { pointer, text } of described) {
      expect([pointer, text.length <= PARAMETER_LIMIT]).toEqual([pointer, true]);
    }
  });

  it("of responses and of the whole stay readable", () => {
    const short = described.filter(({ pointer }) => !pointer.startsWith("/components/schemas"));
    const long = short.filter(({ text }) => text.length > PARAMETER_LIMIT / 2);
    expect(long).toEqual([]);
  });
});

describe("schemas", () => {
  const inside = schemas.flatMap(([name, schema]) => [...objectsOf(schema, name)]);

  it.each([
    "pattern",
    "const",
    "not",
    "if",
    "patternProperties",
    "unevaluatedProperties",
    "$defs",
    "nullable",
  ])("never use %s, which importers trip over", (keyword) => {
    const found = inside.filter(({ pointer, value }) => !pointer.endsWith("/properties") && keyword in value);
    expect(found).toEqual([]);
  });

  it("have an object at the root, not a choice", () => {
    for (const [name, schema] of schemas) {
      expect([name, asObject(schema)["type"]]).toEqual([name, "object"]);
    }
  });

  it("name the properties of every object, which the editor demands", () => {
    const objects = inside.filter(({ value }) => value["type"] === "object");
    expect(objects.length).toBeGreaterThan(schemas.length);
    expect(objects.filter(({ value }) => value["properties"] === undefined)).toEqual([]);
  });

  it("show a choice between an object and a list as the object, in a sentence that names both", () => {
    const request = asObject(asObject(asObject(document["components"])["schemas"])["QueryBigqueryRequest"]);
    const params = asObject(asObject(request["properties"])["params"]);
    expect(params).toMatchObject({ type: "object", properties: {}, additionalProperties: true });
    expect(params).not.toHaveProperty("items");
    expect(params["description"]).toContain("or a list of values");
  });

  it("say what every array holds", () => {
    const arrays = inside.filter(({ value }) => value["type"] === "array");
    expect(arrays.length).toBeGreaterThan(0);
    expect(arrays.filter(({ value }) => value["items"] === undefined)).toEqual([]);
  });

  it("require only properties that they have", () => {
    for (const { pointer, value } of inside) {
      if (!Array.isArray(value["required"])) continue;
      const known = Object.keys(asObject(value["properties"]));
      expect([pointer, known]).toEqual([pointer, expect.arrayContaining([...value["required"]])]);
    }
  });
});

describe("openapi.yaml", () => {
  it.each(["1.1", "1.2"] as const)("reads the same in YAML %s, without anchors", async (version) => {
    const text = await readFile(new URL("../../openapi.yaml", import.meta.url), "utf8");
    const committed = parse(text, { version, maxAliasCount: 0 });
    const server = "https://REGION-PROJECT.cloudfunctions.net";
    expect(committed).toEqual(
      createOpenApiDocument({ operations: OPERATIONS, version: committed.info.version, baseUrl: server }),
    );
  });
});
