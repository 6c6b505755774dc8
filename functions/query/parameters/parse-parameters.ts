import type { ParameterType, ParameterValue, QueryParameter } from "../warehouse/warehouse.ts";
import { inferType, isExplicit, refuseLong, settle } from "./infer-type.ts";
import { below, isObject, parameterFault } from "./parameter-fault.ts";
import { checkNames } from "./parse-type.ts";
import { formOf, toScalarText } from "./to-scalar-text.ts";

const ROOT = "/params";

/**
 * Reads the values that a statement is run with.
 * @param params an object of values by name, or a list of values by place; the contract bounds how many
 * @throws AppError `validation_failed` with a sentence that names the value and says how it must be
 */
export function parseParameters(
  params: Readonly<Record<string, unknown>> | readonly unknown[] | undefined,
): readonly QueryParameter[] {
  if (params === undefined) return [];
  if (isList(params)) return params.map((value, index) => parseOne(null, value, below(ROOT, index)));
  checkNames(Object.keys(params), ROOT);
  return Object.entries(params).map(([name, value]) => parseOne(name, value, below(ROOT, name)));
}

function isList(params: object): params is readonly unknown[] {
  return Array.isArray(params);
}

function parseOne(name: string | null, given: unknown, path: string): QueryParameter {
  const type = settle(inferType(given, path));
  return { name, type, value: toValue(type, given, path, true) };
}

/**
 * @param mayBeExplicit false below a value that said its type: there `{type, value}` are two fields of a struct
 * @throws AppError `validation_failed`
 */
function toValue(type: ParameterType, given: unknown, path: string, mayBeExplicit: boolean): ParameterValue {
  if (mayBeExplicit && isExplicit(given)) return toValue(type, given.value, below(path, "value"), false);
  if (given === null) return null;
  if (type.type === "ARRAY") {
    if (!Array.isArray(given)) throw parameterFault({ path, message: "must be a list" });
    refuseLong(given, path);
    return given.map((element, index) => toValue(type.arrayType, element, below(path, index), mayBeExplicit));
  }
  if (type.type === "STRUCT") return toStruct(type.structTypes, given, path, mayBeExplicit);
  const text = toScalarText(type.type, given);
  if (text === null) throw parameterFault({ path, message: `must be ${formOf(type.type)}` });
  return text;
}

function toStruct(
  fields: readonly { readonly name: string; readonly type: ParameterType }[],
  given: unknown,
  path: string,
  mayBeExplicit: boolean,
): ParameterValue {
  const names = fields.map(({ name }) => name);
  if (!isObject(given) || Object.keys(given).some((name) => !names.includes(name))) {
    const message = `must be an object with the fields ${names.join(", ").slice(0, 300)} and no other`;
    throw parameterFault({ path, message });
  }
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const field = Object.hasOwn(given, name) ? given[name] : null;
      return [name, toValue(type, field, below(path, name), mayBeExplicit)];
    }),
  );
}
