import type { BarSeries, Coordinate, PieSeries, Series } from "./chart.ts";
import {
  isRecord,
  parseCoordinate,
  parseCoordinates,
  parseList,
  parseNumber,
  parseNumbers,
  parseText,
} from "./parse-values.ts";

const MOST_POINTS = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** @returns null when it is no series of a kind that there is */
export function parseSeries(value: unknown): Series | null {
  if (!isRecord(value)) return null;
  const total = value["total_points"];
  const name = {
    label: parseText(value["label"]),
    ...(typeof total === "number" && Number.isSafeInteger(total) && total > 0 ? { total_points: total } : {}),
  };
  const { type } = value;
  if (type === "line" || type === "scatter") {
    const points = parseList(value["points"], MOST_POINTS, parsePoint);
    return points && { type, ...name, points };
  }
  if (type === "bar") {
    const bars = parseList(value["bars"], MOST_POINTS, parseBar);
    return bars && { type, ...name, orientation: parseOrientation(value), bars };
  }
  if (type === "pie") {
    const slices = parseList(value["slices"], MOST_POINTS, parseSlice);
    return slices && { type, ...name, slices };
  }
  if (type === "histogram") return parseHistogram(value, name);
  return type === "box" ? parseBox(value, name) : null;
}

function parsePoint(value: unknown): readonly [Coordinate, Coordinate] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  return [parseCoordinate(value[0]), parseCoordinate(value[1])];
}

function parseBar(value: unknown): BarSeries["bars"][number] | null {
  if (!isRecord(value)) return null;
  const base = parseNumber(value["base"]);
  return {
    category: parseCoordinate(value["category"]),
    value: parseNumber(value["value"]),
    ...(base === null ? {} : { base }),
  };
}

function parseSlice(value: unknown): PieSeries["slices"][number] | null {
  if (!isRecord(value)) return null;
  const [fraction, angle] = [parseNumber(value["fraction"]), parseNumber(value["angle"])];
  if (fraction === null || angle === null) return null;
  return { label: parseText(value["label"]), fraction, angle };
}

function parseHistogram(value: Fields, name: Pick<Series, "label" | "total_points">): Series | null {
  const edges = parseCoordinates(value["edges"], MOST_POINTS + 1);
  const counts = parseNumbers(value["counts"], MOST_POINTS);
  if (edges === null || counts === null || edges.length !== counts.length + 1) return null;
  return { type: "histogram", ...name, orientation: parseOrientation(value), edges, counts };
}

function parseBox(value: Fields, name: Pick<Series, "label" | "total_points">): Series | null {
  const outliers = parseCoordinates(value["outliers"], MOST_POINTS);
  if (outliers === null) return null;
  return {
    type: "box",
    ...name,
    orientation: parseOrientation(value),
    min: parseCoordinate(value["min"]),
    q1: parseCoordinate(value["q1"]),
    median: parseCoordinate(value["median"]),
    q3: parseCoordinate(value["q3"]),
    max: parseCoordinate(value["max"]),
    outliers,
  };
}

function parseOrientation({ orientation }: Fields): "vertical" | "horizontal" {
  return orientation === "horizontal" ? "horizontal" : "vertical";
}
