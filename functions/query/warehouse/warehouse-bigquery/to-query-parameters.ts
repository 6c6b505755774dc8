import type { ParameterType, ParameterValue, QueryParameter } from "../warehouse.ts";

/** A type of the REST API: https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter. */
interface RestType {
  type: string;
  arrayType?: RestType;
  structTypes?: { name: string; type: RestType }[];
}

/** A value of the REST API; without a member it is NULL. */
interface RestValue {
  value?: string;
  arrayValues?: RestValue[];
  structValues?: { [field: string]: RestValue };
}

/** The members of a job's query configuration for its parameters; none for a statement without any. */
export function toQueryParameters(parameters: readonly QueryParameter[]) {
  const [first] = parameters;
  if (first === undefined) return {};
  return {
    parameterMode: first.name === null ? "POSITIONAL" : "NAMED",
    queryParameters: parameters.map(({ name, type, value }) => ({
      ...(name === null ? {} : { name }),
      parameterType: toRestType(type),
      parameterValue: toRestValue(type, value),
    })),
  };
}

function toRestType(type: ParameterType): RestType {
  if (type.type === "ARRAY") return { type: "ARRAY", arrayType: toRestType(type.arrayType) };
  if (type.type !== "STRUCT") return { type: type.type };
  const structTypes = type.structTypes.map((field) => ({ name: field.name, type: toRestType(field.type) }));
  return { type: "STRUCT", structTypes };
}

function toRestValue(type: ParameterType, value: ParameterValue): RestValue {
  if (value === null) return {};
  if (typeof value === "string") return { value };
  if (isList(value)) {
    const element = type.type === "ARRAY" ? type.arrayType : type;
    return { arrayValues: value.map((item) => toRestValue(element, item)) };
  }
  const fields = type.type === "STRUCT" ? type.structTypes : [];
  const entries = fields.map((field) => [field.name, toRestValue(field.type, value[field.name] ?? null)]);
  return { structValues: Object.fromEntries(entries) };
}

function isList(value: ParameterValue): value is readonly ParameterValue[] {
  return Array.isArray(value);
}
