const MIB = 1024 ** 2;
const TIB = 1024 ** 4;
/** Each table that a statement reads is billed with at least so much. */
const LEAST_BYTES_A_TABLE = 10 * MIB;

/** Google's list price on demand in US dollars for a TiB, in most regions of the US and the EU. */
export const DEFAULT_PRICE_PER_TIB = 6.25;

/**
 * Bytes that BigQuery bills for, on demand: rounded up to the next MiB, and 10 MiB for each table at least
 * (https://cloud.google.com/bigquery/pricing#on_demand_pricing). Under a capacity reservation nothing is billed by bytes.
 * @param tables how many the statement reads
 */
export function toBilledBytes(processedBytes: number, tables: number): number {
  if (processedBytes === 0) return 0;
  return Math.max(Math.ceil(processedBytes / MIB) * MIB, Math.max(1, tables) * LEAST_BYTES_A_TABLE);
}

/** US dollars for billed bytes, to a ten-thousandth of a cent. */
export function toUsd(billedBytes: number, pricePerTib: number): number {
  return Math.round((billedBytes / TIB) * pricePerTib * 1e6) / 1e6;
}

/** A size for people: `10 GiB`, `1.25 TiB`. */
export function toSize(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toFixed(2))} ${units[unit]}`;
}
