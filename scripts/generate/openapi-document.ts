import { ERROR_RESPONSE } from "#shared/contract/failure-fields.ts";
import type { FunctionName, Operation } from "#shared/contract/operation.ts";
import { createErrorResponses } from "./error-responses.ts";
import { toKebabCase, toPascalCase } from "./names.ts";
import { createParameterList } from "./parameters.ts";
import { type Json, type JsonObject, toJson, toPublicSchema } from "./public-schema.ts";

/** What the document is made of. */
export interface OpenApiSource {
  readonly operations: readonly Operation[];
  /** Version of the bundle. */
  readonly version: string;
  /** The one server, without a slash at the end; ChatGPT demands https. */
  readonly baseUrl: string;
}

/** An OpenAPI 3.1 document; the parts that a reader changes have names. */
export interface OpenApiDocument extends JsonObject {
  readonly info: JsonObject;
  readonly servers: readonly [{ readonly url: string }];
  readonly paths: JsonObject;
}

const TAGS: Readonly<Record<FunctionName, string>> = {
  execute: "Run programs in a sandbox that no program used before.",
  query: "Read the data warehouse.",
  health: "See that the server is up.",
};

const DESCRIPTION = [
  "Runs programs and queries a data warehouse on infrastructure that its owner controls.",
  "Send an API key or an access token as a Bearer token.",
  "A program or a statement that fails is an answer with status 200, success false and a code;",
  "a status from 400 to 499 means that the request was refused and nothing was run.",
].join(" ");

/** `format: binary` is 3.0's word for bytes, which importers of 3.1 documents know better than a media type without a schema. */
const BYTES = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

/** What an operation that sends a file answers: all of it, one range of it, or that the reader has it. */
const BYTES_ANSWERS = {
  "200": { description: "The file, with its own media type.", content: BYTES },
  "206": { description: "The range of the file that was asked for.", content: BYTES },
  "304": { description: "The reader has the file already." },
};

/**
 * The document that ChatGPT's action editor reads, and everything else that speaks OpenAPI 3.1: canonical paths only, one
 * server, one security scheme (the editor takes one an action), schemas under `components`.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 * @see https://developers.openai.com/api/docs/actions/production
 */
export function createOpenApiDocument({ operations, version, baseUrl }: OpenApiSource): OpenApiDocument {
  const functions = [...new Set(operations.map((operation) => operation.function))];
  return {
    openapi: "3.1.0",
    info: {
      title: "Code and Warehouse",
      version,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: baseUrl }],
    security: [{ bearerAuth: [] }],
    tags: functions.map((name) => ({ name, description: TAGS[name] })),
    paths: createPaths(operations),
    components: {
      securitySchemes: {
        bearerAuth: {
          type: "http",
          scheme: "bearer",
          description:
            "An API key, an access token of this server's OAuth, or a Google identity token. Programs may send a key as the header X-API-Key instead.",
        },
      },
      schemas: createSchemas(operations),
    },
  };
}

function createPaths(operations: readonly Operation[]): JsonObject {
  const byPath = Map.groupBy(operations, (operation) => operation.path);
  const paths = [...byPath].map(([path, members]) => [
    path,
    Object.fromEntries(members.map((member) => [member.method.toLowerCase(), createOperation(member)])),
  ]);
  return Object.fromEntries(paths);
}

function createOperation(operation: Operation): Json {
  const { operationId, summary, description, consequential, scope } = operation;
  const name = toPascalCase(operationId);
  const parameters = createParameterList(operation);
  return {
    operationId,
    summary,
    description,
    tags: [operation.function],
    "x-openai-isConsequential": consequential,
    security: scope === null ? [] : [{ bearerAuth: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.request === null
      ? {}
      : { requestBody: { required: true, content: createContent(operation, "request", `${name}Request`) } }),
    responses: { ...createAnswers(operation, `${name}Response`), ...createErrorResponses(operation) },
  };
}

function createAnswers(operation: Operation, schemaName: string): JsonObject {
  if (operation.answersBytes === true) return BYTES_ANSWERS;
  return {
    "200": { description: "The answer.", content: createContent(operation, "response", schemaName) },
  };
}

function createContent(operation: Operation, side: "request" | "response", schemaName: string): Json {
  const examples = Object.entries(operation.examples)
    .filter(([, example]) => example[side] !== undefined)
    .map(([summary, example]) => [toKey(summary), { summary, value: toJson(example[side]) }]);
  return {
    "application/json": {
      schema: { $ref: `#/components/schemas/${schemaName}` },
      examples: Object.fromEntries(examples),
    },
  };
}

function createSchemas(operations: readonly Operation[]): JsonObject {
  const schemas: Record<string, Json> = {};
  for (const { operationId, request, response, answersBytes } of operations) {
    const name = toPascalCase(operationId);
    if (request !== null) schemas[`${name}Request`] = toPublicSchema(toJson(request));
    if (answersBytes !== true) schemas[`${name}Response`] = toPublicSchema(toJson(response));
  }
  schemas["ErrorResponse"] = toPublicSchema(toJson(ERROR_RESPONSE));
  return schemas;
}

/** `a sum in Python` to `a-sum-in-python`: some importers take only letters, digits, dots and dashes as keys. */
function toKey(summary: string): string {
  return toKebabCase(summary.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_"));
}
