/** Settings of the seat belts while the checks run, whatever the server's own are. */
export const BELTS = {
  BIGQUERY_LOCATION: "US",
  BIGQUERY_DEFAULT_DATASET: "bigquery-public-data.samples",
  BIGQUERY_ALLOWED_DATASETS: "bigquery-public-data.samples",
  BIGQUERY_MAX_BYTES_BILLED: String(100 * 1024 ** 2),
  BIGQUERY_ALLOW_WRITES: "off",
  BIGQUERY_ALLOW_EXTERNAL: "off",
};
