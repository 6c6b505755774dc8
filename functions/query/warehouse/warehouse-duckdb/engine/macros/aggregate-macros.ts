/** What the rules of aggregates wrap around one. `inner_` keeps a statement from calling them. */
export const AGGREGATE_FUNCTIONS: Readonly<Record<string, string>> = {
  "inner_first(x_, count_)": "list_slice(x_, 1, count_)",
  "inner_flatten(x_)": "flatten(x_)",
  // Of sorted values: the first, then at each n-th part the last one that is still in it.
  "inner_quantiles(x_, parts_)":
    "CASE WHEN parts_ < 1 OR parts_ > 100000 THEN error('error: APPROX_QUANTILES needs a number of 1 to 100000') WHEN len(x_) > 0 THEN list_transform(range(CAST(parts_ AS BIGINT) + 1), lambda part_: x_[greatest(1, (len(x_) * part_ + CAST(parts_ AS BIGINT) - 1) // CAST(parts_ AS BIGINT))]) END",
  // The most frequent values first; equal ones in their order. NULL counts as a value.
  "inner_top(counts_, nulls_, limit_)":
    "list_transform(list_slice(list_sort(list_concat(list_transform(map_entries(counts_), lambda entry_: {'rank': -CAST(entry_.value AS BIGINT), 'value': entry_.key}), CASE WHEN nulls_ > 0 THEN [{'rank': -nulls_, 'value': NULL}] ELSE [] END)), 1, limit_), lambda entry_: {'value': entry_.value, 'count': -entry_.rank})",
  // Fewer than two pairs have no correlation.
  "inner_corr(corr_, pairs_)": "CASE WHEN pairs_ > 1 THEN corr_ END",
};
