# The deployer lets functions read secrets and datasets: it may set who has access, on the listed ones only.
resource "google_project_iam_custom_role" "secret_sharer" {
  project     = var.project_id
  role_id     = "secretSharer"
  title       = "Secret sharer"
  description = "Sets who may read a secret."
  permissions = ["secretmanager.secrets.get", "secretmanager.secrets.getIamPolicy", "secretmanager.secrets.setIamPolicy"]

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "deployer" {
  for_each = google_secret_manager_secret.secret

  project   = var.project_id
  secret_id = each.value.secret_id
  role      = google_project_iam_custom_role.secret_sharer.name
  member    = google_service_account.deployer.member
}

# A dataset's sharing is part of the dataset itself and only its owner sets it.
resource "google_bigquery_dataset_iam_member" "deployer" {
  for_each = var.readable_datasets

  project    = strcontains(each.value, ".") ? split(".", each.value)[0] : var.project_id
  dataset_id = element(split(".", each.value), length(split(".", each.value)) - 1)
  role       = "roles/bigquery.dataOwner"
  member     = google_service_account.deployer.member
}
