# Whoever may change a dataset needs the scope query:write, too.
resource "google_bigquery_dataset_iam_member" "query_writes" {
  for_each = var.writable_datasets

  project    = strcontains(each.value, ".") ? split(".", each.value)[0] : var.project_id
  dataset_id = element(split(".", each.value), length(split(".", each.value)) - 1)
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.function["query"].member
}

# query reads the listed datasets and no others; the right to run jobs is in identities.tf.
resource "google_bigquery_dataset_iam_member" "query_reads" {
  for_each = var.readable_datasets

  project    = strcontains(each.value, ".") ? split(".", each.value)[0] : var.project_id
  dataset_id = element(split(".", each.value), length(split(".", each.value)) - 1)
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.function["query"].member
}
