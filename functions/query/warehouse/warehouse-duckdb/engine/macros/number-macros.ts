/** Raises an error where DuckDB would give NULL or infinity; error() is volatile and would be computed again and again. */
const DIVISOR = "CASE WHEN y_ = 0 THEN CAST('error: division by zero' AS BIGINT) ELSE y_ END";

/** The type of x or y where they may be literal NULLs, which have none. */
const EITHER = "coalesce(x_, y_, NULL::BIGINT)";

/** ROUND, CEIL and the like give FLOAT64 for an INT64 and NUMERIC for a NUMERIC. */
const keepsKind = (text: string) => `cast_to_type(${text}, gs_inner_kind(x_))`;

/** A FLOAT64 that is infinite or no number although its argument is finite is an error. */
const checked = (name: string, result: string) =>
  `CASE WHEN isfinite(CAST(x_ AS DOUBLE)) AND NOT isfinite(${result}) THEN CAST('error: Floating point error in function ${name}' AS DOUBLE) ELSE ${result} END`;

/** Functions whose result is a FLOAT64 whatever the argument. */
const FLOAT_FUNCTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["acos", "asin", "atan", "cos", "sin", "tan", "cosh", "sinh", "tanh", "acosh", "asinh", "atanh"].map(
      (name) => [`${name}(x_)`, `${name}(CAST(x_ AS DOUBLE))`],
    ),
  ),
  "cot(x_)": "cos(x_) / sin(x_)",
  "coth(x_)": "cosh(x_) / sinh(x_)",
  "csc(x_)": "1 / sin(x_)",
  "csch(x_)": "1 / sinh(x_)",
  "sec(x_)": "1 / cos(x_)",
  "sech(x_)": "1 / cosh(x_)",
  "atan2(y_, x_)": "atan2(y_, x_)",
  "euclidean_distance(x_, y_)": "list_distance(CAST(x_ AS DOUBLE[]), CAST(y_ AS DOUBLE[]))",
  "cosine_distance(x_, y_)": "list_cosine_distance(CAST(x_ AS DOUBLE[]), CAST(y_ AS DOUBLE[]))",
  "is_nan(x_)": "isnan(CAST(x_ AS DOUBLE))",
  "is_inf(x_)": "isinf(CAST(x_ AS DOUBLE))",
  "rand()": "random()",
  "ieee_divide(x_, y_)": 'system.main."/"(CAST(x_ AS DOUBLE), CAST(y_ AS DOUBLE))',
};

/** What the others are made of. `inner_` keeps a statement from calling them. */
const TYPES: Readonly<Record<string, string>> = {
  // The type of a function that gives FLOAT64 for INT64, and otherwise what it is given.
  "inner_kind(x_)":
    "replace_type(replace_type(replace_type(coalesce(x_, NULL::BIGINT), NULL::INTEGER, NULL::DOUBLE), NULL::BIGINT, NULL::DOUBLE), NULL::HUGEINT, NULL::DOUBLE)",
  // The type of a quotient, and of a literal with a point beside x: NUMERIC for NUMERIC, else FLOAT64.
  "inner_quotient_type(x_)":
    'system.main."*"(ceil(coalesce(x_, NULL::BIGINT)), CAST(1.000000000 AS DECIMAL(38,9)))',
  "inner_literal_like(literal_, x_)": "cast_to_type(literal_, gs_inner_quotient_type(x_))",
  "inner_as_nanos(x_)": 'CAST(system.main."*"(TRY_CAST(x_ AS DECIMAL(38,9)), 1000000000) AS HUGEINT)',
  // x divided by y, both whole and y not zero, rounded half away from zero. Each argument is named as rarely as can be: a macro
  // is written out once for each time it is named, also within itself.
  "inner_whole_quotient(x_, y_)":
    '(system.main."*"(2, x_) + system.main."*"(sign(x_), abs(y_))) // system.main."*"(2, y_)',
  // NUMERIC divided by NUMERIC has 9 digits after the point; beyond 10²⁰ it overflows here.
  "inner_numeric_quotient(x_, y_)":
    'system.main."*"(CAST(gs_inner_whole_quotient(system.main."*"(gs_inner_as_nanos(x_), 1000000000), gs_inner_as_nanos(y_)) AS DECIMAL(38,0)), CAST(0.000000001 AS DECIMAL(9,9)))',
  // Types alone decide in the CASE, so only one branch is left when it runs. y is not zero.
  "inner_quotient(x_, y_)": `CASE WHEN typeof(gs_inner_quotient_type(${EITHER})) = 'DOUBLE' THEN cast_to_type(system.main."/"(x_, y_), gs_inner_quotient_type(${EITHER})) WHEN typeof(x_) = 'DECIMAL(38,19)' OR typeof(y_) = 'DECIMAL(38,19)' THEN CAST('unsupported: Division of BIGNUMERIC' AS BIGINT) ELSE cast_to_type(gs_inner_numeric_quotient(x_, y_), gs_inner_quotient_type(${EITHER})) END`,
  // An average from SUM and COUNT for NUMERIC, from AVG for the rest.
  "inner_average(average_, sum_, count_)":
    "CASE WHEN typeof(gs_inner_quotient_type(sum_)) = 'DOUBLE' THEN cast_to_type(average_, gs_inner_quotient_type(sum_)) WHEN typeof(sum_) = 'DECIMAL(38,19)' THEN CAST('unsupported: AVG of BIGNUMERIC' AS BIGINT) ELSE cast_to_type(gs_inner_numeric_quotient(sum_, NULLIF(count_, 0)), gs_inner_quotient_type(sum_)) END",
  // SUM and the like of INT64 is INT64, and beyond it an error.
  "inner_narrow(x_)": "replace_type(x_, NULL::HUGEINT, NULL::BIGINT)",
};

/** DuckDB multiplies a FLOAT64 by 10ⁿ before it rounds; near the middle of two results, all digits decide. */
const ROUND_FLOAT =
  "CASE WHEN typeof(x_) = 'DOUBLE' AND digits_ > 0 AND digits_ < 16 AND abs(x_) < 1e15 AND abs(abs(CAST(x_ AS DOUBLE)) * pow(10, digits_) % 1 - 0.5) < 1e-3 AND x_ * pow(2, digits_ + 1) % 1 <> 0 THEN TRY_CAST(printf('%.' || CAST(digits_ AS VARCHAR) || 'f', CAST(x_ AS DOUBLE)) AS DOUBLE) ELSE NULL END";

/**
 * Numbers as DuckDB macros, in the form of `FUNCTIONS`. What a CASE has in its branches shares one type, so where the result's
 * type depends on an argument's, DuckDB's `cast_to_type(x, like)` and `replace_type(x, from, to)` choose it; `like` is
 * never computed. NUMERIC is DECIMAL(38,9), BIGNUMERIC DECIMAL(38,19).
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions
 */
export const NUMBER_FUNCTIONS: Readonly<Record<string, string>> = {
  ...TYPES,
  ...FLOAT_FUNCTIONS,
  "abs(x_)": "abs(x_)",
  "sign(x_)":
    "CASE WHEN isnan(CAST(x_ AS DOUBLE)) THEN x_ ELSE cast_to_type(sign(x_), coalesce(x_, NULL::BIGINT)) END",
  "ceil(x_)": keepsKind("ceil(x_)"),
  "ceiling(x_)": keepsKind("ceil(x_)"),
  "floor(x_)": keepsKind("floor(x_)"),
  "round(x_)": keepsKind("round(x_)"),
  // In a lambda the argument is written out once only, however often ROUND is nested.
  "round(x_, digits_)": "list_transform([x_], lambda value_: gs_inner_round(value_, digits_))[1]",
  "round(x_, digits_, mode_)":
    "CASE WHEN upper(mode_) = 'ROUND_HALF_AWAY_FROM_ZERO' THEN list_transform([x_], lambda value_: gs_inner_round(value_, digits_))[1] ELSE CAST('unsupported: ROUND with another mode than ROUND_HALF_AWAY_FROM_ZERO' AS BIGINT) END",
  "inner_round(x_, digits_)": keepsKind(
    `coalesce(cast_to_type(${ROUND_FLOAT}, coalesce(x_, NULL::BIGINT)), round(x_, CAST(digits_ AS INTEGER)))`,
  ),
  "trunc(x_)": keepsKind("trunc(x_)"),
  "trunc(x_, digits_)": keepsKind("trunc(x_, CAST(digits_ AS INTEGER))"),
  "sqrt(x_)": keepsKind("sqrt(x_)"),
  "cbrt(x_)": keepsKind("cbrt(CAST(x_ AS DOUBLE))"),
  "exp(x_)": keepsKind(checked("EXP", "exp(x_)")),
  "ln(x_)": keepsKind("ln(x_)"),
  "log(x_)": keepsKind("ln(x_)"),
  "log(x_, base_)": keepsKind('system.main."/"(ln(x_), ln(base_))'),
  "log10(x_)": keepsKind("log10(x_)"),
  "pow(x_, y_)": `cast_to_type(${checked("POW", "pow(x_, y_)")}, gs_inner_quotient_type(${EITHER}))`,
  "power(x_, y_)": "gs_pow(x_, y_)",
  "mod(x_, y_)": `x_ % ${DIVISOR}`,
  "div(x_, y_)": `cast_to_type(CASE WHEN typeof(${EITHER}) LIKE 'DECIMAL%' THEN gs_inner_numeric_quotient(x_ - x_ % y_, ${DIVISOR}) ELSE x_ // ${DIVISOR} END, ${EITHER})`,
  "safe_divide(x_, y_)": "CASE WHEN y_ = 0 THEN NULL ELSE gs_inner_quotient(x_, y_) END",
  "safe_add(x_, y_)": "TRY(x_ + y_)",
  "safe_subtract(x_, y_)": "TRY(x_ - y_)",
  "safe_multiply(x_, y_)": "TRY(x_ * y_)",
  "safe_negate(x_)": "TRY(-x_)",
  "range_bucket(x_, bounds_)":
    "CASE WHEN x_ IS NULL OR isnan(CAST(TRY_CAST(CASE WHEN typeof(x_) = 'DOUBLE' THEN x_ END AS DOUBLE) AS DOUBLE)) THEN NULL ELSE len(list_filter(bounds_, lambda bound_: bound_ <= x_)) END",
  "bit_count(x_)": "bit_count(CAST(x_ AS BIT))",
  // As an unsigned number of 64 bits, and back.
  "inner_unsigned(x_)":
    "CASE WHEN x_ < 0 THEN CAST(x_ AS HUGEINT) + 18446744073709551616 ELSE CAST(x_ AS HUGEINT) END",
  "inner_signed(x_)":
    "CAST(CASE WHEN x_ > 9223372036854775807 THEN x_ - 18446744073709551616 ELSE x_ END AS BIGINT)",
  "inner_shift_count(x_)":
    "CASE WHEN x_ < 0 THEN CAST('error: Bitwise shift by a negative offset' AS BIGINT) ELSE least(x_, 64) END",
};

/**
 * Operators that our macros hide. Division by zero is an error in GoogleSQL; a product of NUMERICs has 9 digits after the
 * point; shifts lose the bits beyond 64, and a shift to the right brings zeros whatever the sign.
 */
export const OPERATORS: readonly string[] = [
  'CREATE MACRO "*"(x_, y_) AS replace_type(system.main."*"(x_, y_), NULL::DECIMAL(38,18), NULL::DECIMAL(38,9))',
  'CREATE MACRO "-"(x_) AS system.main."-"(x_), (x_, y_) AS system.main."-"(x_, gs_inner_subtrahend(x_, y_))',
  `CREATE MACRO "/"(x_, y_) AS CASE WHEN y_ = 0 THEN CAST('error: division by zero' AS BIGINT) ELSE gs_inner_quotient(x_, y_) END`,
  'CREATE MACRO "<<"(x_, y_) AS gs_inner_signed(system.main."*"(CAST(x_ AS HUGEINT), CAST(pow(2, gs_inner_shift_count(y_)) AS HUGEINT)) & CAST(18446744073709551615 AS HUGEINT))',
  'CREATE MACRO ">>"(x_, y_) AS gs_inner_signed(gs_inner_unsigned(x_) // CAST(pow(2, gs_inner_shift_count(y_)) AS HUGEINT))',
];
