import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadBigquerySettings } from "#functions/query/config.ts";
import type { Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { createDuckdbWarehouse } from "#functions/query/warehouse/warehouse-duckdb/warehouse-duckdb.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { LocalSettings } from "./local-settings.ts";
import { writeSampleWarehouse } from "./sample-warehouse.ts";

/**
 * The warehouse that the settings ask for. The embedded one lives in `warehouse/` of the data folder; its first start puts a sample
 * project there.
 * @param objects keeps the pages of results that are longer than an answer
 * @throws SettingsError when BigQuery's settings are wrong
 */
export async function createLocalWarehouse(
  settings: LocalSettings,
  objects: ObjectStore,
  logger: Logger,
): Promise<Warehouse> {
  if (settings.warehouse === "bigquery")
    return createBigqueryWarehouse({ ...loadBigquerySettings(), logger });
  const folder = join(settings.dataFolder, "warehouse");
  if (!existsSync(folder)) await writeSampleWarehouse(folder);
  const warehouse = createDuckdbWarehouse({
    folder,
    project: settings.edge.projectId,
    results: objects,
    logger,
  });
  // The first statement need not wait for the engine; one that cannot start says why to the first caller.
  warehouse.warm().catch(() => undefined);
  return warehouse;
}
