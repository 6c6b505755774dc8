/** A place on an axis: a number, or where the axis has dates or categories a date (ISO 8601) or a category's name. Null where nothing is. */
export type Coordinate = number | string | null;

interface NamedSeries {
  /** As the legend has it. */
  readonly label: string | null;
  /** There when evenly chosen points stand for all: how many there were. */
  readonly total_points?: number;
}

/** Points, in the order in which they were plotted: joined by a line, or not. */
export interface PointSeries extends NamedSeries {
  readonly type: "line" | "scatter";
  readonly points: readonly (readonly [x: Coordinate, y: Coordinate])[];
}

/** Bars of one colour. */
export interface BarSeries extends NamedSeries {
  readonly type: "bar";
  readonly orientation: "vertical" | "horizontal";
  /** `base` is where a bar begins when that is not 0: on top of another one. */
  readonly bars: readonly {
    readonly category: Coordinate;
    readonly value: number | null;
    readonly base?: number;
  }[];
}

/** Bars that touch: bin i is from edge i to edge i + 1. */
export interface HistogramSeries extends NamedSeries {
  readonly type: "histogram";
  readonly orientation: "vertical" | "horizontal";
  readonly edges: readonly Coordinate[];
  readonly counts: readonly (number | null)[];
}

/** A pie. Matplotlib keeps shares of the whole, not the values. */
export interface PieSeries extends NamedSeries {
  readonly type: "pie";
  /** Fractions of 1, and degrees. */
  readonly slices: readonly {
    readonly label: string | null;
    readonly fraction: number;
    readonly angle: number;
  }[];
}

/** One box with its whiskers, which end at `min` and `max`. */
export interface BoxSeries extends NamedSeries {
  readonly type: "box";
  readonly orientation: "vertical" | "horizontal";
  readonly min: Coordinate;
  readonly q1: Coordinate;
  readonly median: Coordinate;
  readonly q3: Coordinate;
  readonly max: Coordinate;
  readonly outliers: readonly Coordinate[];
}

/** What was plotted with one call, or one line of it. */
export type Series = PointSeries | BarSeries | HistogramSeries | PieSeries | BoxSeries;

/** What a chart mainly is: of bars with a line above them, `bar`. */
export type ChartType = Series["type"] | "other";

/** One pair of axes of a figure; several may share an image. */
export interface Chart {
  readonly type: ChartType;
  readonly title: string | null;
  readonly x_label: string | null;
  readonly y_label: string | null;
  /** linear, log, symlog, …; of a chart without axes null. */
  readonly x_scale: string | null;
  readonly y_scale: string | null;
  /** Empty for `other`, and where the data were too many to be handed over (then it is `thinned`). */
  readonly series: readonly Series[];
  /** The image's file name: chart-1.png. */
  readonly image: string;
  /** chart-1.svg when it was asked for. */
  readonly svg: string | null;
  /** Which of the figure's axes it is, from 0. */
  readonly axes: number;
  /** True when not all that was plotted is in `series`. */
  readonly thinned: boolean;
}
