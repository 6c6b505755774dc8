import { QUERY_PARAMETERS } from "#shared/contract/limits.ts";
import type { ParameterType } from "../warehouse/warehouse.ts";
import { below, isObject, parameterFault } from "./parameter-fault.ts";
import { checkNames, nestedArray, parseType } from "./parse-type.ts";

/** A type that is not known yet where a null stands. */
export type InferredType =
  | Extract<ParameterType, { readonly type: Exclude<ParameterType["type"], "ARRAY" | "STRUCT"> }>
  | { readonly type: "NULL" }
  | { readonly type: "ARRAY"; readonly arrayType: InferredType }
  | {
      readonly type: "STRUCT";
      readonly structTypes: readonly { readonly name: string; readonly type: InferredType }[];
    };

/** A value that says its own type: it has these two members and no other. */
export function isExplicit(value: unknown): value is { readonly type: string; readonly value: unknown } {
  return (
    isObject(value) &&
    Object.keys(value).length === 2 &&
    typeof value["type"] === "string" &&
    Object.hasOwn(value, "value")
  );
}

/**
 * The type of a JSON value: boolean BOOL, integer INT64, other number FLOAT64, string STRING, list ARRAY of the one type of its
 * elements, object STRUCT; `{type, value}` says its own.
 * @throws AppError `validation_failed`
 */
export function inferType(value: unknown, path: string, depth = 1): InferredType {
  if (isExplicit(value)) return parseType(value.type, below(path, "type"));
  if (depth > QUERY_PARAMETERS.depth) {
    const message = `nests values more than ${QUERY_PARAMETERS.depth} deep: flatten it, or send it as {"type": "JSON", "value": …}`;
    throw parameterFault({ path, message });
  }
  if (value === null) return { type: "NULL" };
  if (typeof value === "boolean") return { type: "BOOL" };
  if (typeof value === "number") return inferNumber(value, path);
  if (typeof value === "string") return { type: "STRING" };
  return Array.isArray(value) ? inferArray(value, path, depth) : inferStruct(value, path, depth);
}

/** A double holds integers up to 2^53 only: what was sent beyond it may have been another number. */
function inferNumber(value: number, path: string): InferredType {
  if (!Number.isInteger(value)) return { type: "FLOAT64" };
  if (Number.isSafeInteger(value)) return { type: "INT64" };
  const message =
    'is beyond 2^53, where JSON numbers lose digits: send {"type": "INT64", "value": "…"} with the digits in quotes, or type FLOAT64 or NUMERIC';
  throw parameterFault({ path, message });
}

function inferArray(elements: readonly unknown[], path: string, depth: number): InferredType {
  if (elements.length === 0) {
    const message =
      'is an empty list, whose type nothing tells: send {"type": "ARRAY<INT64>", "value": []} with the type that it should have';
    throw parameterFault({ path, message });
  }
  refuseLong(elements, path);
  const arrayType = elements
    .map((element, index) => inferType(element, below(path, index), depth + 1))
    .reduce((one, other) => unify(one, other) ?? refuseMix(path));
  if (arrayType.type === "ARRAY") throw nestedArray(path);
  return { type: "ARRAY", arrayType };
}

/** @throws AppError `validation_failed` for a list with more elements than one may have */
export function refuseLong(elements: readonly unknown[], path: string): void {
  if (elements.length <= QUERY_PARAMETERS.elements) return;
  const message = `has ${elements.length} elements and may have ${QUERY_PARAMETERS.elements}: send fewer, or join with a table`;
  throw parameterFault({ path, message });
}

function inferStruct(value: unknown, path: string, depth: number): InferredType {
  const fields = Object.entries(isObject(value) ? value : {});
  if (fields.length === 0) {
    throw parameterFault({ path, message: "is an object without fields: give it some, or leave it out" });
  }
  checkNames(
    fields.map(([name]) => name),
    path,
  );
  const structTypes = fields.map(([name, field]) => ({
    name,
    type: inferType(field, below(path, name), depth + 1),
  }));
  return { type: "STRUCT", structTypes };
}

/** The type that values of both have; null when there is none. */
function unify(one: InferredType, other: InferredType): InferredType | null {
  if (one.type === "NULL") return other;
  if (other.type === "NULL") return one;
  if (one.type === "ARRAY" && other.type === "ARRAY") {
    const arrayType = unify(one.arrayType, other.arrayType);
    return arrayType && { type: "ARRAY", arrayType };
  }
  if (one.type === "STRUCT" && other.type === "STRUCT") return unifyStructs(one, other);
  if (one.type === other.type) return one;
  const both = new Set([one.type, other.type]);
  return both.size === 2 && both.has("INT64") && both.has("FLOAT64") ? { type: "FLOAT64" } : null;
}

type StructType = Extract<InferredType, { readonly type: "STRUCT" }>;

function unifyStructs(one: StructType, other: StructType): InferredType | null {
  if (one.structTypes.length !== other.structTypes.length) return null;
  const byName = new Map(other.structTypes.map(({ name, type }) => [name, type]));
  const structTypes = one.structTypes.flatMap(({ name, type }) => {
    const otherType = byName.get(name);
    const both = otherType === undefined ? null : unify(type, otherType);
    return both === null ? [] : [{ name, type: both }];
  });
  return structTypes.length === one.structTypes.length ? { type: "STRUCT", structTypes } : null;
}

function refuseMix(path: string): never {
  const message =
    'mixes types: send elements of one type, or {"type": "ARRAY<…>", "value": […]} with the type that they share';
  throw parameterFault({ path, message });
}

/** Decides what nulls alone left open: STRING. */
export function settle(type: InferredType): ParameterType {
  if (type.type === "NULL") return { type: "STRING" };
  if (type.type === "ARRAY") return { type: "ARRAY", arrayType: settle(type.arrayType) };
  if (type.type !== "STRUCT") return { type: type.type };
  return {
    type: "STRUCT",
    structTypes: type.structTypes.map((field) => ({ name: field.name, type: settle(field.type) })),
  };
}
