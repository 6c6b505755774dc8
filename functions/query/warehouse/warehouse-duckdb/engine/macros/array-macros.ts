/** An index from 0, or from the end when it is negative. */
const place = (index: string) => `CASE WHEN ${index} < 0 THEN len(x_) + ${index} ELSE ${index} END`;

/** Elements that a GENERATE_ARRAY may have. */
const MAX_GENERATED = 1_000_000;
const TOO_MANY = `unsupported: GENERATE_ARRAY of more than ${MAX_GENERATED} elements`;

/**
 * Arrays as DuckDB macros, in the form of `FUNCTIONS`; `inner_` keeps a statement from calling them.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions
 */
export const ARRAY_FUNCTIONS: Readonly<Record<string, string>> = {
  "inner_row(x_)": "row(x_)",
  "inner_like(x_, like_)": "cast_to_type(x_, like_)",
  "array_length(x_)": "len(x_)",
  "array_reverse(x_)": "list_reverse(x_)",
  "array_to_string(x_, separator_)":
    "array_to_string(list_filter(x_, lambda e_: e_ IS NOT NULL), separator_)",
  "array_to_string(x_, separator_, null_)":
    "array_to_string(list_transform(x_, lambda e_: coalesce(CAST(e_ AS VARCHAR), null_)), separator_)",
  "array_first(x_)":
    "CASE WHEN len(x_) = 0 THEN error('error: ARRAY_FIRST of an empty array') ELSE x_[1] END",
  "array_last(x_)": "CASE WHEN len(x_) = 0 THEN error('error: ARRAY_LAST of an empty array') ELSE x_[-1] END",
  // Both ends count; a negative one counts from the end.
  "array_slice(x_, from_, to_)": `CASE WHEN x_ IS NULL OR from_ IS NULL OR to_ IS NULL THEN NULL WHEN greatest(${place("from_")}, 0) > ${place("to_")} THEN list_slice(x_, 1, 0) ELSE list_slice(x_, greatest(${place("from_")}, 0) + 1, ${place("to_")} + 1) END`,
  "array_includes(x_, y_)": "list_contains(x_, y_)",
  "array_includes_any(x_, y_)": "list_has_any(x_, y_)",
  "array_includes_all(x_, y_)": "list_has_all(x_, y_)",
  "array_is_distinct(x_)":
    "len(x_) = len(list_distinct(x_)) + CASE WHEN len(x_) > list_count(x_) THEN 1 ELSE 0 END",
  "array_max(x_)": "list_max(x_)",
  "array_min(x_)": "list_min(x_)",
  "array_sum(x_)": "gs_inner_narrow(list_sum(x_))",
  "array_avg(x_)": "gs_inner_average(list_avg(x_), list_sum(x_), list_count(x_))",
  "offset(x_, index_)":
    "CASE WHEN index_ < 0 OR index_ >= len(x_) THEN error('error: Array index ' || CAST(index_ AS VARCHAR) || ' is out of bounds') ELSE list_extract(x_, index_ + 1) END",
  "ordinal(x_, index_)": "gs_offset(x_, index_ - 1)",
  "safe_offset(x_, index_)": "CASE WHEN index_ < 0 THEN NULL ELSE list_extract(x_, index_ + 1) END",
  "safe_ordinal(x_, index_)": "gs_safe_offset(x_, index_ - 1)",
  // These raise by a cast that fails: error() is volatile and would be computed again and again.
  "whole(x_)":
    "CASE WHEN typeof(x_) LIKE '%INT%' OR typeof(x_) = '\"NULL\"' THEN CAST(x_ AS BIGINT) ELSE CAST('unsupported: UNNEST of a GENERATE_ARRAY of anything but INT64' AS BIGINT) END",
  "series_end(from_, to_, step_)": `CASE WHEN step_ = 0 THEN CAST('error: Sequence step cannot be 0' AS BIGINT) WHEN abs((gs_whole(to_) - gs_whole(from_)) // gs_whole(step_)) > ${MAX_GENERATED} THEN CAST('${TOO_MANY}' AS BIGINT) ELSE gs_whole(to_) END`,
  "inner_steps(from_, to_, step_)": `CASE WHEN step_ = 0 THEN CAST('error: Sequence step cannot be 0' AS BIGINT) WHEN abs((CAST(to_ AS DOUBLE) - CAST(from_ AS DOUBLE)) // CAST(step_ AS DOUBLE)) > ${MAX_GENERATED} THEN CAST('${TOO_MANY}' AS BIGINT) ELSE greatest(CAST((CAST(to_ AS DOUBLE) - CAST(from_ AS DOUBLE)) // CAST(step_ AS DOUBLE) AS BIGINT) + 2, 0) END`,
  "generate_array(from_, to_, step_)":
    "CASE WHEN typeof(coalesce(from_, to_, step_)) IN ('BIGINT', 'INTEGER') THEN cast_to_type(generate_series(gs_whole(from_), gs_series_end(from_, to_, step_), gs_whole(step_)), [coalesce(from_, to_, step_)]) ELSE cast_to_type(list_filter(list_transform(range(gs_inner_steps(from_, to_, step_)), lambda i_: coalesce(from_, to_) + i_ * step_), lambda e_: CASE WHEN step_ > 0 THEN e_ <= to_ ELSE e_ >= to_ END), [coalesce(from_, to_, step_)]) END",
  "unnest_rows(x_)": "unnest(x_)",
  "unnest_offsets(x_)": "generate_subscripts(x_, 1) - 1",
};
