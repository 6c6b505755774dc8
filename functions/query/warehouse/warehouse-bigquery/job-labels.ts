import type { Asker } from "../warehouse.ts";

const LONGEST = 63;

/**
 * Labels of a job, for the owner's billing export (https://cloud.google.com/bigquery/docs/labels-intro).
 * @param own the owner's labels; those of the caller win
 */
export function toJobLabels(asker: Asker, own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...own,
    principal: toLabel(asker.owner),
    request_id: toLabel(asker.requestId),
    tool: toLabel(asker.tool),
  };
}

/** Labels hold lower-case letters, digits, `_` and `-`, 63 at most. */
function toLabel(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-")
    .slice(0, LONGEST);
}
