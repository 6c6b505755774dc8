import { unsupported } from "../failure.ts";
import { quoteLiteral } from "../syntax/literal.ts";
import { isSymbol, isWord, type Node } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";

const PATH_STEP = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]/y;

/** A plain JSONPath in DuckDB's spelling, where keys are quoted; null when it is no literal or has more in it. */
function plainPath(nodes: readonly Node[]): string | null {
  const [literal] = nodes;
  if (nodes.length !== 1 || literal?.kind !== "string" || !literal.text.startsWith("$")) return null;
  let path = "$";
  let at = 1;
  while (at < literal.text.length) {
    PATH_STEP.lastIndex = at;
    const step = PATH_STEP.exec(literal.text);
    if (step === null) return null;
    path += step[2] === undefined ? `."${step[1]}"` : `[${step[2]}]`;
    at += step[0].length;
  }
  return quoteLiteral(path);
}

/** `name(json [, path])`; without a path it is the whole value. */
function atPath(name: string, macro: string): CallRule {
  return (parts, write) => {
    if (parts.length < 1 || parts.length > 2) throw unsupported(`This form of ${name}`);
    return `GS_${macro}(${write(parts[0] ?? [])}, ${parts[1] ? write(parts[1]) : "'$'"})`;
  };
}

/** Most statements ask for a plain path, which DuckDB itself reads. */
function valueAtPath(name: string, macro: string): CallRule {
  const any = atPath(name, macro);
  return (parts, write, items) => {
    const [x = [], path] = parts;
    const plain = path === undefined ? "'$'" : plainPath(path);
    if (plain === null || parts.length > 2) return any(parts, write, items);
    return `GS_JSON_VALUE_AT(${write(x)}, ${path ? write(path) : "'$'"}, ${plain})`;
  };
}

/** A NULL that stands alone has no type that a function of any type could see. */
function typed(part: readonly Node[], write: (nodes: readonly Node[]) => string): string {
  return part.length === 1 && isWord(part[0], "NULL") ? "GS_CAST_STRING(NULL)" : write(part);
}

const jsonArray: CallRule = (parts, write) =>
  `GS_INNER_AS_JSON(OWN_JSON_ARRAY(${parts.map((part) => `GS_INNER_TO_JSON_TEXT(${typed(part, write)})`).join(", ")}))`;

const jsonObject: CallRule = (parts, write) => {
  if (parts.length % 2 !== 0) throw unsupported("JSON_OBJECT with an odd number of arguments");
  if (parts.length === 2 && parts.every((part) => part.some(isArrayLike))) {
    throw unsupported("JSON_OBJECT of arrays");
  }
  const written = parts.map((part, i) =>
    i % 2 === 0 ? `GS_INNER_JSON_KEY(${typed(part, write)})` : `GS_INNER_TO_JSON_TEXT(${typed(part, write)})`,
  );
  return `GS_INNER_AS_JSON(OWN_JSON_OBJECT(${written.join(", ")}))`;
};

function isArrayLike(node: Node): boolean {
  return (node.kind === "group" && node.open === "[") || isWord(node, "ARRAY");
}

/** TO_JSON(x, stringify_wide_numbers => TRUE). */
const toJson: CallRule = (parts, write) => {
  const [x = [], option] = parts;
  if (option === undefined) return `GS_TO_JSON(${typed(x, write)})`;
  if (!isWord(option[0], "STRINGIFY_WIDE_NUMBERS") || !isSymbol(option[1], "=>"))
    throw unsupported("This form of TO_JSON");
  return `GS_INNER_TO_JSON_WIDE(${typed(x, write)}, ${write(option.slice(2))})`;
};

const toJsonString: CallRule = (parts, write) => {
  const [x = [], pretty] = parts;
  const isPretty = pretty !== undefined && !(pretty.length === 1 && isWord(pretty[0], "FALSE"));
  if (isPretty) throw unsupported("TO_JSON_STRING with pretty_print");
  return `GS_TO_JSON_STRING(${typed(x, write)})`;
};

const parseJson: CallRule = (parts, write) => {
  if (parts.length !== 1) throw unsupported("PARSE_JSON with wide_number_mode");
  return `GS_PARSE_JSON(${write(parts[0] ?? [])})`;
};

/** JSON functions whose call needs more than another name. */
export const JSON_RULES: Readonly<Record<string, CallRule>> = {
  JSON_VALUE: valueAtPath("JSON_VALUE", "INNER_JSON_VALUE_ANY"),
  JSON_EXTRACT_SCALAR: valueAtPath("JSON_EXTRACT_SCALAR", "JSON_VALUE_LEGACY_AS"),
  JSON_QUERY: atPath("JSON_QUERY", "JSON_QUERY_AS"),
  JSON_EXTRACT: atPath("JSON_EXTRACT", "JSON_QUERY_LEGACY_AS"),
  JSON_QUERY_ARRAY: atPath("JSON_QUERY_ARRAY", "JSON_QUERY_ARRAY_AS"),
  JSON_EXTRACT_ARRAY: atPath("JSON_EXTRACT_ARRAY", "JSON_QUERY_ARRAY_LEGACY_AS"),
  JSON_VALUE_ARRAY: atPath("JSON_VALUE_ARRAY", "JSON_VALUE_ARRAY_AS"),
  JSON_EXTRACT_STRING_ARRAY: atPath("JSON_EXTRACT_STRING_ARRAY", "JSON_VALUE_ARRAY_LEGACY_AS"),
  JSON_ARRAY: jsonArray,
  JSON_OBJECT: jsonObject,
  TO_JSON: toJson,
  TO_JSON_STRING: toJsonString,
  PARSE_JSON: parseJson,
};
