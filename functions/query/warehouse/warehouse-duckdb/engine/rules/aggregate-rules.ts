import { StatementFailure, unsupported } from "../failure.ts";
import { isSymbol, isWord, type Node, splitByComma, type Write } from "../syntax/syntax-tree.ts";

/**
 * Writes one aggregate or window function.
 * @param over its window as text that may follow a call, empty without one
 */
export type AggregateRule = (items: readonly Node[], write: Write, over: string) => string;

/** What ends the arguments of an aggregate. */
const AFTER_ARGUMENTS = ["ORDER", "LIMIT", "HAVING", "IGNORE", "RESPECT"];

/** Of one argument more DuckDB gives a list of the largest values, or counts pairs. */
function checkOne(name: string, items: readonly Node[]): void {
  const end = items.findIndex((node) => isWord(node, ...AFTER_ARGUMENTS));
  if (splitByComma(end < 0 ? items : items.slice(0, end)).length !== 1)
    throw new StatementFailure("invalid_query", `${name} takes one argument.`);
}

/** The function of DuckDB that means the same, with one argument only. */
function unary(name: string): AggregateRule {
  return (items, write, over) => {
    checkOne(name, items);
    return native(name)(items, write, over);
  };
}

/** The function of DuckDB that means the same. */
function native(name: string): AggregateRule {
  return (items, write, over) => {
    if (items.some((node) => isWord(node, "HAVING"))) throw unsupported(`${name} with HAVING`);
    return `${name}(${writeArguments(items, write)})${over}`;
  };
}

/** After a value that is a call, the translator forgets IGNORE NULLS unless the value has brackets of its own. */
function writeArguments(items: readonly Node[], write: Write): string {
  const end = items.findIndex((node) => isWord(node, "IGNORE", "RESPECT"));
  if (end < 0) return write(items);
  const start =
    items.slice(0, end).findLastIndex((node) => isSymbol(node, ",") || isWord(node, "DISTINCT")) + 1;
  return `${write(items.slice(0, start))} (${write(items.slice(start, end))}) ${write(items.slice(end))}`;
}

/** The translator forgets DISTINCT in some; one of them has another name that it does not forget it in. */
function forgetful(name: string, otherName?: string): AggregateRule {
  return (items, write, over) => {
    const isDistinct = isWord(items[0], "DISTINCT");
    if (isDistinct && otherName === undefined) throw unsupported(`${name} with DISTINCT`);
    return native((isDistinct && otherName) || name)(items, write, over);
  };
}

/** SUM of INT64 is INT64. */
const sum: AggregateRule = (items, write, over) => `GS_INNER_NARROW(${native("SUM")(items, write, over)})`;

/** AVG of NUMERIC is NUMERIC. */
const avg: AggregateRule = (items, write, over) => {
  const all = ["AVG", "SUM", "COUNT"].map((name) => native(name)(items, write, over));
  return `GS_INNER_AVERAGE(${all.join(", ")})`;
};

const countIf: AggregateRule = (items, write, over) => {
  const isDistinct = isWord(items[0], "DISTINCT");
  const condition = write(isDistinct ? items.slice(1) : items);
  return `COUNT(${isDistinct ? "DISTINCT " : ""}CASE WHEN ${condition} THEN 1 END)${over}`;
};

const countDistinct: AggregateRule = (items, write, over) => {
  checkOne("APPROX_COUNT_DISTINCT", items);
  return `COUNT(DISTINCT ${write(items)})${over}`;
};

const corr: AggregateRule = (items, write, over) =>
  `GS_INNER_CORR(CORR(${write(items)})${over}, REGR_COUNT(${write(items)})${over})`;

/** The nodes before and after `LIMIT`. */
function splitLimit(items: readonly Node[]): readonly [readonly Node[], readonly Node[] | null] {
  const limit = items.findIndex((node) => isWord(node, "LIMIT"));
  return limit < 0 ? [items, null] : [items.slice(0, limit), items.slice(limit + 1)];
}

/** DuckDB's list has an order and no limit. */
const arrayAgg: AggregateRule = (items, write, over) => {
  const [list, limit] = splitLimit(items);
  const all = native("ARRAY_AGG")(list, write, over);
  return limit === null ? all : `GS_INNER_FIRST(${all}, ${write(limit)})`;
};

/** NULL is no array to concatenate. */
const arrayConcatAgg: AggregateRule = (items, write, over) => {
  const order = items.findIndex((node) => isWord(node, "ORDER", "LIMIT"));
  const [value, rest] = order < 0 ? [items, []] : [items.slice(0, order), items.slice(order)];
  const [sorting, limit] = splitLimit(rest);
  const all = `ARRAY_AGG((${write(value)}) IGNORE NULLS ${write(sorting)})${over}`;
  return `GS_INNER_FLATTEN(${limit === null ? all : `GS_INNER_FIRST(${all}, ${write(limit)})`})`;
};

/** With a limit, the first texts of a list; DuckDB's STRING_AGG has none. */
const stringAgg: AggregateRule = (items, write, over) => {
  const [list, limit] = splitLimit(items);
  if (limit === null) return native("STRING_AGG")(list, write, over);
  const order = list.findIndex((node) => isWord(node, "ORDER"));
  const [value = [], separator] = splitByComma(order < 0 ? list : list.slice(0, order));
  const sorting = order < 0 ? "" : write(list.slice(order));
  const key = isWord(value[0], "DISTINCT") ? value.slice(1) : value;
  const distinct = key === value ? "" : "DISTINCT ";
  const texts = `ARRAY_AGG(${distinct}(${write(key)}) IGNORE NULLS ${sorting})${over}`;
  return `GS_ARRAY_TO_STRING(GS_INNER_FIRST(${texts}, ${write(limit)}), ${separator ? write(separator) : "','"})`;
};

/** ANY_VALUE(x HAVING MAX y) is MAX_BY(x, y). */
const anyValue: AggregateRule = (items, write, over) => {
  const having = items.findIndex((node) => isWord(node, "HAVING"));
  if (having < 0) return `ANY_VALUE(${write(items)})${over}`;
  const by = isWord(items[having + 1], "MAX") ? "MAX" : "MIN";
  return `ARG_${by}_NULL(${write(items.slice(0, having))}, ${write(items.slice(having + 2))})${over}`;
};

/** The last words of the last argument, as in `x, 2 IGNORE NULLS`. */
function withoutNullsClause(items: readonly Node[]): readonly [readonly Node[], string] {
  const [kind, nulls] = items.slice(-2);
  return isWord(nulls, "NULLS") && isWord(kind, "IGNORE", "RESPECT")
    ? [items.slice(0, -2), `${kind.text.toUpperCase()} NULLS`]
    : [items, "IGNORE NULLS"];
}

const approxQuantiles: AggregateRule = (items, write, over) => {
  const [plain, nulls] = withoutNullsClause(items);
  const [value = [], parts] = splitByComma(plain);
  if (parts === undefined) throw unsupported("This form of APPROX_QUANTILES");
  const key = isWord(value[0], "DISTINCT") ? value.slice(1) : value;
  const keep = nulls === "IGNORE NULLS" ? " IGNORE NULLS" : "";
  return `GS_INNER_QUANTILES(ARRAY_AGG(${key === value ? "" : "DISTINCT "}(${write(key)})${keep} ORDER BY ${write(key)})${over}, ${write(parts)})`;
};

const approxTopCount: AggregateRule = (items, write, over) => {
  const [value = [], limit] = splitByComma(items);
  if (limit === undefined || over !== "") throw unsupported("This form of APPROX_TOP_COUNT");
  const x = write(value);
  return `GS_INNER_TOP(HISTOGRAM(${x}), COUNT(CASE WHEN (${x}) IS NULL THEN 1 END), ${write(limit)})`;
};

/** PERCENTILE_CONT(x, 0.5) OVER (…); a fraction that is a literal stays exact. */
function percentile(name: string, quantile: string): AggregateRule {
  return (items, write, over) => {
    const [plain, nulls] = withoutNullsClause(items);
    const [value = [], fraction = []] = splitByComma(plain);
    if (nulls === "RESPECT NULLS") throw unsupported(`${name} with RESPECT NULLS`);
    if (over === "") throw unsupported(`${name} without OVER`);
    const [literal] = fraction;
    const exact = fraction.length === 1 && literal?.kind === "number" ? literal.text : write(fraction);
    return `${quantile}(${write(value)}, ${exact})${over}`;
  };
}

const same = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, native(name)]));
const one = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, unary(name)]));

/**
 * Aggregates and window functions: each may be followed by OVER, which stays beside DuckDB's own function, as no macro can have
 * one (https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions).
 */
export const AGGREGATE_RULES: Readonly<Record<string, AggregateRule>> = {
  ...one("COUNT", "MIN", "MAX", "BIT_AND", "BIT_OR", "STDDEV", "STDDEV_SAMP", "STDDEV_POP", "VARIANCE"),
  ...same(
    "COVAR_POP",
    "COVAR_SAMP",
    "ROW_NUMBER",
    "RANK",
    "DENSE_RANK",
    "PERCENT_RANK",
    "CUME_DIST",
    "NTILE",
  ),
  ...one("FIRST_VALUE", "LAST_VALUE", "GROUPING"),
  ...same("LAG", "LEAD", "NTH_VALUE"),
  BIT_XOR: forgetful("BIT_XOR"),
  VAR_POP: forgetful("VAR_POP"),
  VAR_SAMP: forgetful("VAR_SAMP", "VARIANCE"),
  SUM: sum,
  AVG: avg,
  COUNTIF: countIf,
  LOGICAL_OR: (items, write, over) => `BOOL_OR(${write(items)})${over}`,
  LOGICAL_AND: (items, write, over) => `BOOL_AND(${write(items)})${over}`,
  MAX_BY: (items, write, over) => `ARG_MAX_NULL(${write(items)})${over}`,
  MIN_BY: (items, write, over) => `ARG_MIN_NULL(${write(items)})${over}`,
  APPROX_COUNT_DISTINCT: countDistinct,
  APPROX_QUANTILES: approxQuantiles,
  APPROX_TOP_COUNT: approxTopCount,
  CORR: corr,
  ANY_VALUE: anyValue,
  ARRAY_AGG: arrayAgg,
  ARRAY_CONCAT_AGG: arrayConcatAgg,
  STRING_AGG: stringAgg,
  PERCENTILE_CONT: percentile("PERCENTILE_CONT", "QUANTILE_CONT"),
  PERCENTILE_DISC: percentile("PERCENTILE_DISC", "QUANTILE_DISC"),
};
