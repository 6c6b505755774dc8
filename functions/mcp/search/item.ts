/** A dataset, or one of its tables. */
export interface WarehouseItem {
  readonly project: string;
  readonly dataset: string;
  /** Null for the dataset itself. */
  readonly table: string | null;
}

const ADDRESS = /^warehouse:\/\/([^/?#]+)\/([^/?#]+)(?:\/([^/?#]+))?$/;

/** What names an item everywhere: `warehouse://project/dataset` and `warehouse://project/dataset/table`, each part percent-encoded. */
export function toItemAddress({ project, dataset, table }: WarehouseItem): string {
  return `warehouse://${[project, dataset, ...(table === null ? [] : [table])].map(encodeURIComponent).join("/")}`;
}

/** Reads such an address; null when it is none. */
export function parseItemAddress(address: string): WarehouseItem | null {
  const found = ADDRESS.exec(address);
  if (found?.[1] === undefined || found[2] === undefined) return null;
  try {
    return {
      project: decodeURIComponent(found[1]),
      dataset: decodeURIComponent(found[2]),
      table: found[3] === undefined ? null : decodeURIComponent(found[3]),
    };
  } catch {
    return null;
  }
}

/** The name as SQL writes it, without backticks. */
export function toItemName({ project, dataset, table }: WarehouseItem): string {
  return [project, dataset, ...(table === null ? [] : [table])].join(".");
}

/** The item's page of the public HTTP interface: what a citation points at. */
export function toItemUrl({ project, dataset, table }: WarehouseItem, baseUrl: string): string {
  const tables = `${baseUrl}/query/datasets/${encodeURIComponent(dataset)}/tables`;
  const path = table === null ? tables : `${tables}/${encodeURIComponent(table)}`;
  return `${path}?${new URLSearchParams({ project })}`;
}
