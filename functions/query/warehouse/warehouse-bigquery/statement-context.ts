import type { BigQuery } from "@google-cloud/bigquery";
import type { Logger } from "#shared/observability/logger.ts";
import type { AllowedDatasets } from "./gates/allowed-datasets.ts";
import type { DryRunCache } from "./gates/dry-run-cache.ts";

/** What every statement of one warehouse shares. */
export interface StatementContext {
  readonly client: BigQuery;
  /** Where jobs run; BigQuery finds it from the tables when undefined. */
  readonly location: string | undefined;
  /** `dataset` or `project.dataset` for tables that a statement names without one. */
  readonly defaultDataset: string | undefined;
  readonly maximumBytesBilled: number;
  /** US dollars for a TiB. */
  readonly pricePerTib: number;
  readonly allowed: AllowedDatasets;
  readonly allowWrites: boolean;
  readonly allowExternal: boolean;
  readonly dryRuns: DryRunCache;
  /** The owner's own labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly logger: Logger | undefined;
  /** Keeps work that outlives its statement until the warehouse closes. */
  track(work: Promise<unknown>): void;
}
