import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ERRORS } from "#shared/contract/errors.ts";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { toJson, toPublicSchema } from "../../scripts/generate/public-schema.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

/** Violations of a value, by the schema of the contract and by what the public document shows of it. */
function violationsOf(schema: unknown, value: unknown): readonly unknown[] {
  const plain = toJson(schema);
  return [plain, toPublicSchema(plain)].flatMap((candidate) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(candidate)));
    validate(value);
    return validate.errors ?? [];
  });
}

const examples = OPERATIONS.flatMap((operation) =>
  Object.entries(operation.examples).map(([name, example]) => ({
    operationId: operation.operationId,
    name,
    operation,
    example,
  })),
);

describe.each(examples)("example of $operationId: $name", ({ operation, example }) => {
  it("has a response that fits the response's schema", () => {
    expect(violationsOf(operation.response, example.response)).toEqual([]);
  });

  it("has a request when the operation takes one, and it fits", () => {
    if (operation.request === null) {
      expect(example.request).toBeUndefined();
    } else {
      expect(violationsOf(operation.request, example.request)).toEqual([]);
    }
  });

  it("uses codes of the catalogue that belong to answers with status 200", () => {
    const { code } = example.response as { readonly code?: string };
    if (code === undefined) return;
    expect(Object.entries(ERRORS).find(([name]) => name === code)?.[1].status).toBe(200);
  });
});

it("shows each operation at least once", () => {
  expect(new Set(examples.map(({ operationId }) => operationId))).toEqual(
    new Set(OPERATIONS.map(({ operationId }) => operationId)),
  );
});

it("finds a response that does not fit", () => {
  const [{ operation }] = examples as [(typeof examples)[number]];
  expect(violationsOf(operation.response, { success: "yes" })).not.toEqual([]);
});
