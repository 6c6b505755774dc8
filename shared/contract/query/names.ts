import { LIST_LIMIT } from "../limits.ts";

/** A dataset in the path. */
export const DATASET_NAME = {
  schema: { type: "string", pattern: "^[\\p{L}\\p{N}_][\\p{L}\\p{N}_-]{0,255}$" },
  description: "Name of the dataset, without its project.",
} as const;

/** A table in the path: https://cloud.google.com/bigquery/docs/tables#table_naming. */
export const TABLE_NAME = {
  schema: { type: "string", pattern: "^[\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd}\\p{Zs}]{1,256}$" },
  description: "Name of the table, without its dataset.",
} as const;

/** The project of a dataset. */
export const PROJECT_NAME = {
  schema: { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$" },
  description: "Project of the dataset; the warehouse's own when left out.",
} as const;

/** Which part of a list of names is asked for. */
export const LIST_QUERY = {
  limit: { schema: { type: "integer", ...LIST_LIMIT }, description: "How many at most, 1 to 1000." },
  after: {
    schema: { type: "string", minLength: 1, maxLength: 400 },
    description: "next_after of the answer before.",
  },
} as const;

/** Fields of an answer that is a part of a list. */
export const LIST_FIELDS = {
  next_after: {
    type: ["string", "null"],
    description: "Send it as `after` for what follows; null at the end.",
  },
  request_id: { type: "string", description: "Names this request in the logs." },
} as const;
