import type { Execution } from "#shared/contract/execute/execution.ts";
import type { StoredChart, StoredFile, StoredResults } from "./execution-record.ts";
import { fitCharts } from "./fit-charts.ts";

type ResultFields = Pick<Execution, "files" | "skipped_files" | "charts" | "markdown" | "openaiFileResponse">;

/** How links are made. */
export interface LinkMaker {
  readonly baseUrl: string;
  /** @returns the token of a link to the file */
  sign(file: StoredFile): string;
  /** True when the files are gone. */
  readonly isExpired: boolean;
}

/** ChatGPT takes ten files, and no images or videos. */
const CHATGPT_FILES = 10;
/** What charts' data may take of an answer; the largest lose points first. */
const CHART_CHARACTERS = 40_000;
const ALT_TEXT_CHARACTERS = 100;

/** The fields of an answer that tell of files, charts and tables; those that would be empty are left out. */
export function toResultFields(results: StoredResults, links: LinkMaker): ResultFields {
  const { skippedFiles } = results;
  const toUrl = (file: StoredFile) =>
    `${links.baseUrl}/execute/files/${links.sign(file)}/${file.name.split("/").map(encodeURIComponent).join("/")}`;
  const stored = links.isExpired ? { files: [], charts: [] } : results;
  const files = stored.files.map((file) => ({
    name: file.name,
    mime_type: file.mimeType,
    size_bytes: file.sizeBytes,
    url: toUrl(file),
  }));
  const charts = fitCharts(
    stored.charts.map((chart) => toChart(chart, toUrl)),
    CHART_CHARACTERS,
  );
  const markdown = [...charts.map(toImage), results.tableMarkdown ?? ""].filter((part) => part !== "");
  const forChatGpt = files.filter(({ mime_type }) => !/^(?:image|video)\//.test(mime_type));
  return {
    ...(files.length > 0 ? { files } : {}),
    ...(skippedFiles.length > 0 ? { skipped_files: [...skippedFiles] } : {}),
    ...(charts.length > 0 ? { charts } : {}),
    ...(markdown.length > 0 ? { markdown: [...new Set(markdown)].join("\n\n") } : {}),
    ...(forChatGpt.length > 0
      ? { openaiFileResponse: forChatGpt.slice(0, CHATGPT_FILES).map(({ url }) => url) }
      : {}),
  };
}

type ChartField = NonNullable<Execution["charts"]>[number];

function toChart({ chart, image, svg }: StoredChart, toUrl: (file: StoredFile) => string): ChartField {
  return {
    type: chart.type,
    title: chart.title,
    x_label: chart.x_label,
    y_label: chart.y_label,
    x_scale: chart.x_scale,
    y_scale: chart.y_scale,
    series: chart.series.map((series) => ({ ...series })),
    ...(chart.thinned ? { thinned: true } : {}),
    image_url: toUrl(image),
    ...(svg === null ? {} : { svg_url: toUrl(svg) }),
  };
}

/** The title is the program's text: nothing of it may end the alternative text. */
function toImage({ title, image_url }: ChartField): string {
  const text = (title ?? "Chart").replaceAll(/[^\p{L}\p{N} .,:;%()+-]/gu, " ").trim();
  return `![${text.slice(0, ALT_TEXT_CHARACTERS).toWellFormed() || "Chart"}](${image_url})`;
}
