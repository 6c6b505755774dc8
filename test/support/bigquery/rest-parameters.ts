import type { ParameterType, ParameterValue, QueryParameter } from "#functions/query/warehouse/warehouse.ts";
import { listOf, memberOf, textOf } from "./json-members.ts";

/** Reads the parameters of a job's configuration; positional ones have no name. */
export function readRestParameters(configuration: unknown): readonly QueryParameter[] {
  return listOf(memberOf(configuration, "queryParameters")).map((parameter) => ({
    name: textOf(parameter, "name") ?? null,
    type: readType(memberOf(parameter, "parameterType")),
    value: readValue(memberOf(parameter, "parameterValue")),
  }));
}

function readType(type: unknown): ParameterType {
  const name = textOf(type, "type");
  if (name === "ARRAY") return { type: "ARRAY", arrayType: readType(memberOf(type, "arrayType")) };
  if (name !== "STRUCT") return { type: name } as ParameterType;
  const structTypes = listOf(memberOf(type, "structTypes")).map((field) => ({
    name: textOf(field, "name") ?? "",
    type: readType(memberOf(field, "type")),
  }));
  return { type: "STRUCT", structTypes };
}

function readValue(value: unknown): ParameterValue {
  const list = memberOf(value, "arrayValues");
  if (Array.isArray(list)) return list.map(readValue);
  const fields = memberOf(value, "structValues");
  if (typeof fields === "object" && fields !== null)
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, readValue(field)]));
  return textOf(value, "value") ?? null;
}
