/**
 * JSON functions as DuckDB macros. A STRING that is no JSON gives NULL; what is taken out of a STRING keeps its spelling,
 * the type JSON has one spelling for each value.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions
 */
export const JSON_MACROS: Readonly<Record<string, string>> = {
  // `at` is the path in DuckDB's spelling: DuckDB's own reader is fast, but writes 1.50 as 1.5.
  "json_value_at(x_, path_, at_)":
    "CASE WHEN NOT json_valid(x_) THEN NULL WHEN json_type(x_, at_) IN ('OBJECT', 'ARRAY') THEN NULL WHEN json_type(x_, at_) = 'DOUBLE' AND typeof(x_) <> 'JSON' THEN own_json_value(x_, path_) ELSE json_extract_string(x_, at_) END",
  // A null of JSON is NULL for a STRING and a JSON null for JSON.
  "inner_json_or_null(x_, text_, json_)": "CASE WHEN typeof(x_) = 'JSON' THEN json_ ELSE text_ END",
  "inner_text_or_json(x_)": "replace_type(x_, NULL, NULL::VARCHAR)",
  // The result is of the argument's type: JSON or STRING.
  "json_query_as(x_, path_)":
    "cast_to_type(gs_inner_json_or_null(x_, own_json_query(x_, path_), own_json_at(x_, path_)), gs_inner_text_or_json(x_))",
  "json_query_legacy_as(x_, path_)":
    "cast_to_type(gs_inner_json_or_null(x_, own_json_query_legacy(x_, path_), own_json_at_legacy(x_, path_)), gs_inner_text_or_json(x_))",
  "json_query_array_as(x_, path_)":
    "cast_to_type(own_json_query_array(x_, path_), [gs_inner_text_or_json(x_)])",
  "json_query_array_legacy_as(x_, path_)":
    "cast_to_type(own_json_query_array_legacy(x_, path_), [gs_inner_text_or_json(x_)])",
  "inner_json_value_any(x_, path_)": "own_json_value(x_, path_)",
  "json_value_legacy_as(x_, path_)": "own_json_value_legacy(x_, path_)",
  "json_value_array_as(x_, path_)": "own_json_value_array(x_, path_)",
  "json_value_array_legacy_as(x_, path_)": "own_json_value_array_legacy(x_, path_)",
  "inner_json_member(x_, name_)":
    "CASE WHEN typeof(x_) = 'JSON' THEN CAST(own_json_at(x_, '$.\"' || replace(replace(name_, '\\', '\\\\'), '\"', '\\\"') || '\"') AS JSON) ELSE CAST(own_error('unsupported: A subscript by name of anything but JSON') AS JSON) END",
  // An element of an ARRAY, or of an array of JSON: the type of the result is the element's, or JSON.
  "inner_element(x_, index_)":
    "cast_to_type(CASE typeof(x_) WHEN 'JSON' THEN cast_to_type(own_json_at(CAST(x_ AS VARCHAR), '$[' || CAST(index_ AS VARCHAR) || ']'), list_extract(x_, 1)) WHEN 'VARCHAR' THEN cast_to_type(own_error('unsupported: A subscript of a STRING (write SUBSTR, or PARSE_JSON around it)'), list_extract(x_, 1)) ELSE gs_offset(x_, index_) END, replace_type(list_extract(x_, 1), replace_type(x_, NULL::JSON, NULL::VARCHAR), x_))",
  // In a lambda the argument is written out once only, however deep the subscripts are.
  "inner_deep_element(x_, index_)":
    "list_transform([x_], lambda value_: gs_inner_element(value_, index_))[1]",
  "inner_as_json(x_)": "CAST(x_ AS JSON)",
  // DuckDB would take a character out of the text.
  "inner_array(x_)":
    "CASE WHEN typeof(x_) IN ('JSON', 'VARCHAR') THEN cast_to_type(own_error('unsupported: OFFSET or ORDINAL of JSON or a STRING (of JSON write x[0])'), x_) ELSE x_ END",
  "parse_json(x_)": "CAST(own_parse_json(x_) AS JSON)",
  "safe_parse_json(x_)": "CAST(CASE WHEN json_valid(x_) THEN own_parse_json(x_) END AS JSON)",
  "inner_json_key(x_)":
    "CASE WHEN typeof(x_) = 'VARCHAR' THEN CAST(x_ AS VARCHAR) ELSE own_error('unsupported: JSON_OBJECT with keys that are no STRING') END",
  // Our own functions see the type JSON as a string.
  "to_json(x_)": "CAST(gs_inner_to_json_text(x_) AS JSON)",
  "inner_to_json_wide(x_, wide_)":
    "CAST(CASE WHEN gs_inner_is_json(x_) THEN own_parse_json(CAST(x_ AS VARCHAR)) ELSE own_to_json(wide_, gs_inner_typed(x_)) END AS JSON)",
  "to_json_string(x_)":
    "CASE WHEN gs_inner_is_json(x_) THEN coalesce(own_parse_json(CAST(x_ AS VARCHAR)), 'null') ELSE own_to_json_string(gs_inner_typed(x_)) END",
  "inner_to_json_text(x_)":
    "CASE WHEN gs_inner_is_json(x_) THEN coalesce(own_parse_json(CAST(x_ AS VARCHAR)), 'null') ELSE own_to_json(FALSE, gs_inner_typed(x_)) END",
  "inner_is_json(x_)":
    "CASE WHEN typeof(x_) = 'JSON' THEN TRUE WHEN contains(typeof(x_), 'JSON') THEN CAST(own_error('unsupported: JSON inside of an ARRAY or STRUCT that becomes JSON') AS BOOLEAN) ELSE FALSE END",
  "int64(x_)": "own_json_to_int64(gs_inner_only_json(x_))",
  "float64(x_)": "own_json_to_float64(gs_inner_only_json(x_))",
  "double(x_)": "own_json_to_float64(gs_inner_only_json(x_))",
  "bool(x_)": "own_json_to_bool(gs_inner_only_json(x_))",
  "lax_int64(x_)": "own_json_to_lax_int64(gs_inner_only_json(x_))",
  "lax_float64(x_)": "own_json_to_lax_float64(gs_inner_only_json(x_))",
  "lax_double(x_)": "own_json_to_lax_float64(gs_inner_only_json(x_))",
  "lax_bool(x_)": "own_json_to_lax_bool(gs_inner_only_json(x_))",
  "lax_string(x_)": "own_json_to_lax_string(gs_inner_only_json(x_))",
  "json_type(x_)": "own_json_to_type(gs_inner_only_json(x_))",
  "json_keys(x_)": "own_json_keys(gs_inner_only_json(x_), 1000)",
  "json_keys(x_, depth_)": "own_json_keys(gs_inner_only_json(x_), depth_)",
  "json_strip_nulls(x_)": "CAST(own_json_to_strip_nulls(gs_inner_only_json(x_)) AS JSON)",
  "inner_only_json(x_)":
    "CASE WHEN typeof(x_) IN ('JSON', '\"NULL\"') THEN CAST(x_ AS VARCHAR) ELSE own_error('error: The function takes JSON; write PARSE_JSON around a STRING') END",
};
