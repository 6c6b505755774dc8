/** The characters of Unicode's property White_Space. */
const WHITE_SPACE =
  " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

/**
 * Functions of STRING, BYTES and hashes as DuckDB macros. Where STRING and BYTES differ the macro asks for
 * the type: DuckDB decides that once, when a statement is bound. Signatures with types would not do: an aggregate has none yet.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions
 */
export const TEXT_MACROS: Readonly<Record<string, string>> = {
  // Beyond ASCII a letter may become two: "ß" is "SS" in capitals.
  "upper(x_)": "CASE WHEN strlen(x_) = length(x_) THEN upper(x_) ELSE own_upper(x_) END",
  "lower(x_)": "CASE WHEN strlen(x_) = length(x_) THEN lower(x_) ELSE own_lower(x_) END",
  // md5, which is never computed, refuses what is neither STRING nor BYTES when the statement is bound.
  "length(x_)":
    "CASE WHEN FALSE THEN length(md5(x_)) WHEN typeof(x_) = 'BLOB' THEN octet_length(CAST(x_ AS BLOB)) ELSE length(CAST(x_ AS VARCHAR)) END",
  "char_length(x_)": "length(CAST(x_ AS VARCHAR))",
  "character_length(x_)": "length(CAST(x_ AS VARCHAR))",
  "octet_length(x_)": "gs_byte_length(x_)",
  "byte_length(x_)":
    "CASE WHEN typeof(x_) = 'BLOB' THEN octet_length(CAST(x_ AS BLOB)) ELSE strlen(CAST(x_ AS VARCHAR)) END",
  "reverse(x_)": "CASE WHEN strlen(x_) = length(x_) THEN reverse(x_) ELSE own_reverse(x_) END",
  "trim(x_)": `trim(x_, '${WHITE_SPACE}')`,
  "trim(x_, set_)": "trim(x_, set_)",
  "ltrim(x_)": `ltrim(x_, '${WHITE_SPACE}')`,
  "ltrim(x_, set_)": "ltrim(x_, set_)",
  "rtrim(x_)": `rtrim(x_, '${WHITE_SPACE}')`,
  "rtrim(x_, set_)": "rtrim(x_, set_)",
  "lpad(x_, length_)":
    "CASE WHEN length_ < 0 OR length_ > 1048576 THEN own_error('error: LPAD: the length is negative or more than 1048576') ELSE lpad(x_, CAST(length_ AS INTEGER), ' ') END",
  "lpad(x_, length_, pad_)":
    "CASE WHEN length_ < 0 OR length_ > 1048576 THEN own_error('error: LPAD: the length is negative or more than 1048576') ELSE lpad(x_, CAST(length_ AS INTEGER), pad_) END",
  "rpad(x_, length_)":
    "CASE WHEN length_ < 0 OR length_ > 1048576 THEN own_error('error: RPAD: the length is negative or more than 1048576') ELSE rpad(x_, CAST(length_ AS INTEGER), ' ') END",
  "rpad(x_, length_, pad_)":
    "CASE WHEN length_ < 0 OR length_ > 1048576 THEN own_error('error: RPAD: the length is negative or more than 1048576') ELSE rpad(x_, CAST(length_ AS INTEGER), pad_) END",
  "left(x_, count_)":
    "CASE WHEN count_ < 0 THEN own_error('error: LEFT: a negative length') ELSE left(x_, count_) END",
  "right(x_, count_)":
    "CASE WHEN count_ < 0 THEN own_error('error: RIGHT: a negative length') ELSE right(x_, count_) END",
  "repeat(x_, count_)":
    "CASE WHEN count_ < 0 OR strlen(x_) * count_ > 1048576 THEN own_error('error: REPEAT: the result is larger than 1 MiB or the count negative') ELSE repeat(CAST(x_ AS VARCHAR), count_) END",
  "replace(x_, from_, to_)": "CASE WHEN from_ = '' THEN x_ ELSE replace(x_, from_, to_) END",
  "starts_with(x_, prefix_)": "starts_with(x_, prefix_)",
  "ends_with(x_, suffix_)": "ends_with(x_, suffix_)",
  "substr(x_, from_)":
    "CASE WHEN from_ < -length(x_) THEN x_ WHEN from_ = 0 THEN x_ ELSE substr(x_, from_) END",
  "substr(x_, from_, count_)":
    "CASE WHEN count_ < 0 THEN own_error('error: SUBSTR: a negative length') WHEN from_ < -length(x_) OR from_ = 0 THEN substr(x_, 1, count_) ELSE substr(x_, from_, count_) END",
  "substring(x_, from_)": "gs_substr(x_, from_)",
  "substring(x_, from_, count_)": "gs_substr(x_, from_, count_)",
  "split(x_)": "CASE WHEN x_ = '' THEN [''] ELSE string_split(x_, ',') END",
  "split(x_, separator_)": "CASE WHEN x_ = '' THEN [''] ELSE string_split(x_, separator_) END",
  "chr(code_)": "CASE WHEN code_ = 0 THEN '' ELSE chr(CAST(code_ AS INTEGER)) END",
  "ascii(x_)": "CASE WHEN x_ = '' THEN 0 ELSE ascii(x_) END",
  "unicode(x_)": "CASE WHEN x_ = '' THEN 0 ELSE unicode(x_) END",
  "translate(x_, from_, to_)": "translate(x_, from_, to_)",
  "edit_distance(x_, y_)": "own_edit_distance(x_, y_)",
  "contains_substr(x_, part_)":
    "CASE WHEN typeof(x_) = 'VARCHAR' THEN CASE WHEN strlen(CAST(x_ AS VARCHAR)) = length(CAST(x_ AS VARCHAR)) AND strlen(part_) = length(part_) THEN contains(lower(CAST(x_ AS VARCHAR)), lower(part_)) ELSE contains(own_normalize_and_casefold(CAST(x_ AS VARCHAR), 'NFKC'), own_normalize_and_casefold(part_, 'NFKC')) END ELSE CAST(own_error('unsupported: CONTAINS_SUBSTR of anything but a STRING') AS BOOLEAN) END",
  "to_hex(x_)": "lower(hex(x_))",
  "from_hex(x_)": "unhex(x_)",
  "to_base64(x_)": "to_base64(x_)",
  "from_base64(x_)": "from_base64(x_)",
  "md5(x_)": "unhex(md5(x_))",
  "sha1(x_)": "unhex(sha1(x_))",
  "sha256(x_)": "unhex(sha256(x_))",
  "bytes(hex_)": "unhex(hex_)",
  "regexp_contains(x_, pattern_)": "regexp_matches(x_, pattern_)",
  "regexp_replace_all(x_, pattern_, to_)": "regexp_replace(x_, pattern_, to_, 'g')",
  "regexp_extract_group(x_, pattern_, group_)": "list_extract(regexp_extract_all(x_, pattern_, group_), 1)",
  // DuckDB finds nothing once more at the very end.
  "regexp_extract_all_group(x_, pattern_, group_)":
    "CASE WHEN x_ <> '' AND regexp_matches('', pattern_) THEN cast_to_type(own_error('unsupported: All matches of a regular expression that matches an empty text'), ['']) ELSE regexp_extract_all(x_, pattern_, group_) END",

  "initcap(x_)": "own_initcap(x_)",
  "initcap(x_, delimiters_)": "own_initcap_with(x_, delimiters_)",
  "instr(x_, part_)": "gs_strpos(x_, part_)",
  "instr(x_, part_, from_)": "gs_inner_instr(x_, part_, from_, 1)",
  "instr(x_, part_, from_, nth_)": "gs_inner_instr(x_, part_, from_, nth_)",
  "inner_instr(x_, part_, from_, nth_)":
    "CASE WHEN typeof(x_) = 'BLOB' THEN own_instr_bytes(CAST(x_ AS BLOB), CAST(part_ AS BLOB), from_, nth_) ELSE own_instr(CAST(x_ AS VARCHAR), CAST(part_ AS VARCHAR), from_, nth_) END",
  "strpos(x_, part_)":
    "CASE WHEN typeof(x_) = 'BLOB' THEN own_instr_bytes(CAST(x_ AS BLOB), CAST(part_ AS BLOB), 1, 1) ELSE strpos(CAST(x_ AS VARCHAR), CAST(part_ AS VARCHAR)) END",
  "soundex(x_)": "own_soundex(x_)",
  "normalize_as(x_, mode_)": "own_normalize(x_, mode_)",
  "normalize_and_casefold_as(x_, mode_)": "own_normalize_and_casefold(x_, mode_)",
  "to_code_points(x_)":
    "CASE WHEN typeof(x_) = 'BLOB' THEN own_code_points_of_bytes(CAST(x_ AS BLOB)) ELSE own_code_points(CAST(x_ AS VARCHAR)) END",
  "code_points_to_string(x_)": "own_text_of_code_points(x_)",
  "code_points_to_bytes(x_)": "own_bytes_of_code_points(x_)",
  "safe_convert_bytes_to_string(x_)": "own_safe_text(x_)",
  "farm_fingerprint(x_)":
    "own_farm_fingerprint(CASE WHEN typeof(x_) = 'BLOB' THEN CAST(x_ AS BLOB) ELSE encode(CAST(x_ AS VARCHAR)) END)",
  // FORMAT's own function sees JSON as a string; %t and %s of it would differ.
  "inner_plain(x_)":
    "CASE WHEN contains(typeof(x_), 'JSON') THEN cast_to_type(own_error('unsupported: FORMAT of JSON'), gs_inner_typed(x_)) ELSE gs_inner_typed(x_) END",
  "sha512(x_)":
    "own_sha512(CASE WHEN typeof(x_) = 'BLOB' THEN CAST(x_ AS BLOB) ELSE encode(CAST(x_ AS VARCHAR)) END)",
  "to_base32(x_)": "own_to_base32(x_)",
  "from_base32(x_)": "own_from_base32(x_)",
  // Without the pattern as a literal nobody knows whether a group is the result.
  "inner_no_group(pattern_)":
    "CASE WHEN contains(pattern_, '(') THEN own_error('unsupported: A regular expression with brackets that is not a literal') ELSE pattern_ END",
  "inner_first_place(from_)":
    "CASE WHEN from_ > 1 THEN CAST(own_error('unsupported: A position with a regular expression that is bound to a place') AS BIGINT) ELSE CAST(from_ AS BIGINT) END",
  "inner_regexp_extract_from(x_, pattern_, group_, from_, nth_)":
    "CASE WHEN from_ < 1 OR nth_ < 1 THEN own_error('error: The position and occurrence must be at least 1') WHEN nth_ = 1 THEN gs_regexp_extract_group(substr(x_, CAST(from_ AS BIGINT)), pattern_, group_) ELSE list_extract(gs_regexp_extract_all_group(substr(x_, CAST(from_ AS BIGINT)), pattern_, group_), CAST(nth_ AS BIGINT)) END",
  // Of the pattern's groups the first is the text before a match, the second what comes before the part that is looked for.
  "inner_regexp_instr(x_, pattern_, from_, nth_, after_)":
    "gs_inner_place_of(regexp_extract_all(substr(x_, CAST(from_ AS BIGINT)), pattern_, 0), regexp_extract_all(substr(x_, CAST(from_ AS BIGINT)), pattern_, 1), regexp_extract_all(substr(x_, CAST(from_ AS BIGINT)), pattern_, 2), regexp_extract_all(substr(x_, CAST(from_ AS BIGINT)), pattern_, 3), from_, CAST(nth_ AS BIGINT), after_)",
  "inner_place_of(all_, skipped_, before_, found_, from_, nth_, after_)":
    "CASE WHEN from_ < 1 OR nth_ < 1 OR after_ < 0 OR after_ > 1 THEN CAST(own_error('error: REGEXP_INSTR: the position and occurrence must be at least 1, and the last argument 0 or 1') AS BIGINT) WHEN all_ IS NULL OR nth_ IS NULL OR after_ IS NULL THEN NULL WHEN len(all_) < nth_ THEN 0 WHEN length(all_[nth_]) = length(skipped_[nth_]) THEN CAST(own_error('unsupported: REGEXP_INSTR with a match of no characters') AS BIGINT) ELSE from_ + coalesce(list_sum(list_transform(list_slice(all_, 1, nth_ - 1), lambda text_: length(text_))), 0) + length(skipped_[nth_]) + length(before_[nth_]) + after_ * length(found_[nth_]) END",
  "net_host(x_)": "own_net_host(x_)",
  "net_reg_domain(x_)": "own_net_suffix(x_, 1)",
  "net_public_suffix(x_)": "own_net_suffix(x_, 0)",
  "net_ip_from_string(x_)": "own_ip_from_string(x_)",
  "net_safe_ip_from_string(x_)": "own_safe_ip_from_string(x_)",
  "net_ip_to_string(x_)": "own_ip_to_string(x_)",
  "net_ip_net_mask(bytes_, prefix_)": "own_ip_net_mask(bytes_, prefix_)",
  "net_ip_trunc(x_, prefix_)": "own_ip_trunc(x_, prefix_)",
};
