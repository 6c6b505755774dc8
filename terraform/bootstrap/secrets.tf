# Empty: the owner adds the value with `gcloud secrets versions add`, so that it never comes near a state.
resource "google_secret_manager_secret" "secret" {
  for_each = var.secrets

  project   = var.project_id
  secret_id = lower(replace(each.value, "_", "-"))

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}
