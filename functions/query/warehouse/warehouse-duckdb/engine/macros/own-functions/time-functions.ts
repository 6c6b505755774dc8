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

/** `1-2 3 4:5:6.789`: each of the three groups has its own sign. */
function intervalText(months: bigint, days: bigint, micros: bigint): string {
  const size = (value: bigint) => (value < 0n ? -value : value);
  const sign = (value: bigint) => (value < 0n ? "-" : "");
  const clock = size(micros);
  const seconds = clock / 1_000_000n;
  const fraction = (clock % 1_000_000n).toString().padStart(6, "0");
  const kept = fraction === "000000" ? "" : `.${fraction.endsWith("000") ? fraction.slice(0, 3) : fraction}`;
  const yearMonth = `${sign(months)}${size(months) / 12n}-${size(months) % 12n}`;
  const time = `${seconds / 3600n}:${(seconds / 60n) % 60n}:${seconds % 60n}${kept}`;
  return `${yearMonth} ${days} ${sign(micros)}${time}`;
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
    name: "own_interval_text",
    parameters: [BIGINT, BIGINT, BIGINT],
    returns: VARCHAR,
    compute: ([months, days, micros]) =>
      intervalText(BigInt(months as bigint), BigInt(days as bigint), BigInt(micros as bigint)),
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
