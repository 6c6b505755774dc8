import type { Query } from "@google-cloud/bigquery";
import type { Asker, Statement } from "../warehouse.ts";
import { toJobLabels } from "./job-labels.ts";
import type { StatementContext } from "./statement-context.ts";
import { toQueryParameters } from "./to-query-parameters.ts";

/** A statement as a job of the REST API, for its dry run and for itself alike but for the cap, which a dry run leaves to us. */
export function toQuery(
  context: StatementContext,
  { sql, parameters, defaultDataset }: Statement,
  asker: Asker,
): Query {
  const dataset = defaultDataset ?? context.defaultDataset;
  return {
    query: sql,
    useLegacySql: false,
    useQueryCache: true,
    labels: toJobLabels(asker, context.labels),
    ...(context.location === undefined ? {} : { location: context.location }),
    ...(dataset === undefined ? {} : { defaultDataset: toDataset(dataset) }),
    ...toQueryParameters(parameters),
  };
}

function toDataset(name: string): { datasetId: string; projectId?: string } {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? { datasetId: name } : { projectId: name.slice(0, dot), datasetId: name.slice(dot + 1) };
}
