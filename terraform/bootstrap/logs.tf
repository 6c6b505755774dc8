# Cloud Run logs every request with its whole address by itself, and the address of a file is the permission to read it for an hour.
# The functions' own log has the same request without it. This lies here: the deployer hides nothing from the logs.
resource "google_logging_project_exclusion" "addresses_of_files" {
  project     = var.project_id
  name        = "addresses-of-files"
  description = "The address of a file is the permission to read it."
  filter      = "resource.type=\"cloud_run_revision\" AND log_id(\"run.googleapis.com/requests\") AND httpRequest.requestUrl=~\"/files/\""

  depends_on = [google_project_service.api]
}
