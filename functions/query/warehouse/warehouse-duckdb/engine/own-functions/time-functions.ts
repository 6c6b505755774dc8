import { BIGINT, type DuckDBValue, VARCHAR } from "@duckdb/node-api";
import { castFormat, castParse } from "./cast-format.ts";
import type { OwnFunction } from "./own-function.ts";
import { type Formatted, formatTime, offsetText } from "./time-format.ts";
import { parseTime } from "./time-parse.ts";
import { momentText } from "./value-text.ts";
import { parseOffset } from "./zone-offset.ts";

const text = (value: DuckDBValue | undefined) => String(value);

/** The local time of a text, in microseconds: for types without a zone. */
function parseLocal(format: string, source: string): bigint {
  return parseTime(format, source).local;
}

/** Functions of dates and times: moments come and go as microseconds of the local calendar since 1970. */
export const TIME_FUNCTIONS: readonly OwnFunction[] = [
  {
    name: "own_format_time",
    parameters: [VARCHAR, VARCHAR, BIGINT, BIGINT],
    returns: VARCHAR,
    compute: ([type, format, local, offset]) =>
      formatTime(text(type) as Formatted, text(format), BigInt(local as bigint), Number(offset)),
  },
  {
    name: "own_parse_time",
    parameters: [VARCHAR, VARCHAR],
    returns: BIGINT,
    compute: ([format, x]) => parseLocal(text(format), text(x)),
  },
  {
    // The zone that the text itself names; an offset as `+05:30`, none as ''.
    name: "own_parse_zone",
    parameters: [VARCHAR, VARCHAR],
    returns: VARCHAR,
    compute: ([format, x]) => {
      const { zone } = parseTime(text(format), text(x));
      if (zone === null) return "";
      return typeof zone === "number" ? offsetText(zone, ":") : zone;
    },
  },
  {
    // Minutes of an offset; 2000 for what is the name of a zone.
    name: "own_zone_minutes",
    parameters: [VARCHAR],
    returns: BIGINT,
    compute: ([zone]) => BigInt(parseOffset(text(zone)) ?? 2000),
  },
  {
    name: "own_moment_text",
    parameters: [BIGINT, BIGINT],
    returns: VARCHAR,
    compute: ([local, offset]) => {
      const zone = offsetText(Number(offset), ":").replace(/:00$/, "");
      return `${momentText(BigInt(local as bigint), " ")}${zone}`;
    },
  },
  {
    name: "own_cast_format",
    parameters: [VARCHAR, VARCHAR, BIGINT, BIGINT],
    returns: VARCHAR,
    compute: ([type, format, local, offset]) =>
      castFormat(text(type) as Formatted, text(format), BigInt(local as bigint), Number(offset)),
  },
  {
    name: "own_cast_parse",
    parameters: [VARCHAR, VARCHAR],
    returns: BIGINT,
    compute: ([format, x]) => castParse(text(format), text(x)),
  },
];
