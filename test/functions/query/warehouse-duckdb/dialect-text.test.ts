import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "GoogleSQL's functions of text, bytes and JSON", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["FORMAT('%d|%5d|%-5d|%05d|%+d', 1, 2, 3, 4, 5)", "1|    2|3    |00004|+5"],
    ['FORMAT("%\'d %x %X %o %#x", -1234567, 255, 255, 8, 255)', "-1,234,567 ff FF 10 0xff"],
    [
      "FORMAT('%.2f %f %e %.3g %g', 2.345, 1.5, 12345.678, 1234.5, 0.0001)",
      "2.35 1.500000 1.234568e+04 1.23e+03 0.0001",
    ],
    ["FORMAT('%.0f %.0f', 0.5, 1.5)", "0 2"],
    ["FORMAT('%.1f', NUMERIC '0.25')", "0.3"],
    ["FORMAT('%t %T', 1.0, 'it\\'s')", '1.0 "it\'s"'],
    ["FORMAT('%T', [1, NULL])", "[1, NULL]"],
    ["FORMAT('%T', DATE '2024-01-05')", 'DATE "2024-01-05"'],
    ["FORMAT('%s', CAST(NULL AS STRING))", null],
    ["FORMAT('a%ta', NULL)", "aNULLa"],
    ["FORMAT('%*d|%.*f', 4, 7, 1, 2.55)", "   7|2.5"],
    ["FORMAT('100%%')", "100%"],
    ["FORMAT('%t %T', STRUCT(1 AS a, NULL AS b), [NULL])", "(1, NULL) [NULL]"],
    ["OCTET_LENGTH('añ')", 3],
    ["SAFE_CONVERT_BYTES_TO_STRING(b'a\\xff\\xe2\\x82z')", "a\ufffd\ufffdz"],
    ["REGEXP_INSTR('a@cd-ef b@cd-ef', '@[^-]*', 3)", 10],
    ["REGEXP_INSTR('a@cd-ef b@cd-ef c@cd-ef', '@[^-]*', 1, 3)", 18],
    ["REGEXP_INSTR('a@cd-ef', '@[^-]*', 1, 1, 1)", 5],
    ["REGEXP_INSTR('x12 y34', r'[a-z](\\d+)')", 2],
    ["REGEXP_INSTR('x12 y34', r'[a-z](\\d+)', 2, 1, 1)", 8],
    ["REGEXP_INSTR('añb1 çB2', r'(?i)B(\\d)', 1, 2)", 8],
    ["REGEXP_INSTR('abc', r'^b')", 0],
    ["REGEXP_INSTR('a(b', r'[(](b)')", 3],
    ["REGEXP_INSTR(CAST(NULL AS STRING), 'a')", null],
    ["REGEXP_EXTRACT('Hello Helloo and Hellooo', 'H?ello+', 3, 1)", "Helloo"],
    ["REGEXP_EXTRACT('Hello Helloo and Hellooo', 'H?ello+', 1, 3)", "Hellooo"],
    ["REGEXP_EXTRACT('Hello', r'^H', 1, 1)", "H"],
    ["REGEXP_EXTRACT('abc', '.*', 2)", "bc"],
    ["REGEXP_SUBSTR('Hello World Helloo', 'H?ello+', 1, 2)", "Helloo"],
    ["REGEXP_EXTRACT_ALL('baab', 'b+')", ["b", "b"]],
    ["INITCAP('o\\'neil-SMITH élan')", "O'neil-Smith Élan"],
    ["INITCAP('a-b c', '-')", "A-B c"],
    ["INSTR('banana', 'ana', 1, 2)", 4],
    ["INSTR('banana', 'an', -1, 1)", 4],
    ["INSTR('banana', 'x')", 0],
    ["STRPOS('héllo', 'l')", 3],
    ["SOUNDEX('Ashcraft')", "A261"],
    ["TO_CODE_POINTS('é')", [233]],
    ["CODE_POINTS_TO_STRING([72, NULL])", null],
    ["FARM_FINGERPRINT('1footrue')", "-1541654101129638711"],
    ["NET.HOST('//user:password@a.b:80/path?query')", "a.b"],
    ["NET.HOST('mailto:?to=&subject=&body=')", "mailto"],
    ["NET.REG_DOMAIN('http://www.Example.Co.UK/x')", "Example.Co.UK"],
    ["NET.IP_TO_STRING(NET.IP_FROM_STRING('48::'))", "48::"],
    ["NORMALIZE('\\u00ea') = NORMALIZE('\\u0065\\u0302')", true],
    ["JSON_VALUE('{\"a\": 1.50}', '$.a')", "1.50"],
    ["JSON_VALUE('{\"a\": [1]}', '$.a')", null],
    ["JSON_VALUE('no json', '$.a')", null],
    ['JSON_QUERY(\'{"b": 1, "a": [1.0, "x"]}\', \'$\')', '{"b":1,"a":[1.0,"x"]}'],
    ["JSON_QUERY('{\"a\": null}', '$.a')", null],
    ["JSON_QUERY_ARRAY('[1, {\"a\": 2}]')", ["1", '{"a":2}']],
    ["JSON_VALUE_ARRAY('[1, null, \"x\"]')[OFFSET(1)]", null],
    ["JSON_VALUE_ARRAY('[1, [2]]') IS NULL", true],
    ['JSON_EXTRACT(\'{"a b": {"c": 1}}\', "$[\'a b\'].c")', "1"],
    ["TO_JSON_STRING(STRUCT(2 AS b, 1 AS a))", '{"b":2,"a":1}'],
    ["TO_JSON_STRING(STRUCT(2 AS b, 1 AS `1`))", '{"b":2,"1":1}'],
    ["TO_JSON_STRING(NUMERIC '1.50')", '"1.5"'],
    ["TO_JSON_STRING(STRUCT(1 AS a, NULL AS d, [NULL] AS e))", '{"a":1,"d":null,"e":[null]}'],
    ["TO_JSON_STRING(TO_JSON(STRUCT([STRUCT(NULL AS e)] AS a)))", '{"a":[{"e":null}]}'],
    ["TO_JSON_STRING([])", "[]"],
    ["JSON_ARRAY(NULL, STRUCT(NULL AS x))", '[null,{"x":null}]'],
    ["JSON_QUERY(NULL, '$.a')", null],
    ["TO_JSON_STRING(9007199254740993)", '"9007199254740993"'],
    ["TO_JSON_STRING(TIMESTAMP '2024-01-05 10:00:00.5+00')", '"2024-01-05T10:00:00.500Z"'],
    ['TO_JSON_STRING(PARSE_JSON(\'{"b": 1.0, "a": 2}\'))', '{"a":2,"b":1.0}'],
    ["TO_JSON_STRING(JSON_OBJECT('k', NULL, 'd', DATE '2024-01-05'))", '{"d":"2024-01-05","k":null}'],
    ["INT64(PARSE_JSON('{\"n\": 7}').n)", 7],
    ["(JSON '[1, 2]')[0]", "1"],
    ['STRING(JSON \'{"a": [{"b": ["x"]}]}\'.a[0].b[0])', "x"],
    ["JSON_VALUE(JSON '{\"a\": [7]}'['a'][0])", "7"],
    ["JSON '[1]'[5] IS NULL", true],
    // Each level must not be written out once more for each time that the next one names it.
    ['INT64(JSON \'{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[7]}]}]}]}]}]}\'.a[0].a[0].a[0].a[0].a[0].a[0])', 7],
    ["[STRUCT([STRUCT([1, 5] AS c)] AS b)][0].b[0].c[1]", 5],
    ["JSON '{\"a\": 1}'[0] IS NULL", true],
    ["JSON_QUERY_ARRAY(JSON '[{\"a\": 5}]')[0].a", "5"],
    ["[STRUCT(b'a' AS s)][0].s", "YQ=="],
    ["SAFE.INT64(JSON '\"7\"')", null],
    ["LAX_INT64(JSON '\"7\"')", 7],
    ["STRING(JSON '\"a\"')", "a"],
    ["JSON_TYPE(JSON 'null')", "null"],
    ["JSON_QUERY(JSON '{\"a\": null}', '$.a') IS NULL", false],
    ["TO_JSON_STRING(TO_JSON(1e15))", "1e+15"],
    ["UPPER('straße')", "STRASSE"],
    ["REVERSE('e\\u0301a')", "a\u0301e"],
    ["EDIT_DISTANCE('é', 'e')", 1],
    ["LENGTH(CAST('é' AS BYTES))", 2],
    ["TO_HEX(b'\\xff\\x00é')", "ff00c3a9"],
    ["TO_BASE32(b'abcde\\xff')", "MFRGGZDF74======"],
    ["'a_b' LIKE r'a\\_b'", true],
    ["'axb' LIKE r'a\\_b'", false],
    ["'50%' NOT LIKE '%\\\\%'", false],
    ["REGEXP_EXTRACT('Hello Helloo', 'H?ello+', 2)", "ello"],
    ["REGEXP_EXTRACT('Hello Helloo', 'H?ello+', 1, 2)", "Helloo"],
    ["REGEXP_INSTR('a@cd-ef b@cd-ef', '@[^-]*', 3)", 10],
    ["REGEXP_SUBSTR('abc', 'x')", null],
  ])("%s is %j", async (expression, value) => {
    expect(await at.rows(`SELECT ${expression} AS v`)).toEqual([{ v: value }]);
  });

  it.each([
    ["REGEXP_INSTR('abc', r'^b', 2)", "unsupported_sql"],
    ["REGEXP_INSTR('abc', r'(a)|b')", "unsupported_sql"],
    ["REGEXP_INSTR('abc', r'x*')", "unsupported_sql"],
    ["REGEXP_INSTR('abc', r'b', 0)", "query_failed"],
    ["REGEXP_INSTR('abc', r'b', 1, 1, 2)", "query_failed"],
    ["REGEXP_EXTRACT_ALL('baab', 'b*')", "unsupported_sql"],
    ["COLLATE('a', 'und:ci') = 'A'", "unsupported_sql"],
    ["SESSION_USER()", "unsupported_sql"],
    ["FORMAT('%d', 1.5)", "query_failed"],
    ["FORMAT('%d')", "query_failed"],
    ["FORMAT('%d', 1, 2)", "query_failed"],
    ["INT64(JSON '1.5')", "query_failed"],
    ["JSON_VALUE('{}', 'a')", "query_failed"],
    ["PARSE_JSON('{a}')", "query_failed"],
    ["INSTR('a', 'a', 0)", "query_failed"],
    ["(JSON '[1, 2]')[OFFSET(0)]", "unsupported_sql"],
    ["'abc'[0]", "unsupported_sql"],
    ["FORMAT('%t', STRUCT('a', 1))", "unsupported_sql"],
    ["REGEXP_EXTRACT('abc', '^b', 2)", "unsupported_sql"],
    ["REGEXP_EXTRACT('abc', '(a)(b)')", "unsupported_sql"],
    ["NET.REG_DOMAIN('http://a.example.museum')", "unsupported_sql"],
  ])("%s fails with %s", async (expression, code) => {
    expect(await at.query(`SELECT ${expression} AS v`)).toMatchObject({ kind: "failure", code });
  });

  it("ends a statement early although DuckDB waits for one of our own functions", async () => {
    const numbers = (name: string) => `UNNEST(GENERATE_ARRAY(1, 100000)) AS ${name}`;
    const sql = `SELECT FORMAT('%d', x) AS v FROM ${numbers("x")}, ${numbers("y")}`;
    const early = await at.query(sql, { maxRows: 1, timeoutMs: 3000 });
    expect(early).toMatchObject({ kind: "rows", rows: [{ v: "1" }] });
    expect(await at.rows("SELECT 1 AS v")).toEqual([{ v: 1 }]);
  });
});
