# Runs cloudbuild.yaml: checks, uploads, applies ../. It can deploy anything in this project, so guard who may start it.
resource "google_service_account" "deployer" {
  project      = var.project_id
  account_id   = "deployer"
  display_name = "Deployer"
  description  = "Cloud Build runs as this account and applies Terraform."
}

# Builds a function's image: npm packages run their scripts here, so it may do nothing else.
resource "google_service_account" "function_build" {
  project      = var.project_id
  account_id   = "function-build"
  display_name = "Function build"
  description  = "Cloud Functions builds images as this account."
}

locals {
  deployer_roles = {
    "roles/cloudfunctions.admin"    = null
    "roles/run.admin"               = null
    "roles/iam.serviceAccountAdmin" = null
    "roles/iam.serviceAccountUser"  = null
    "roles/logging.logWriter"       = null
    "roles/artifactregistry.reader" = null
    # It may hand out the right to run BigQuery jobs, and no other role of the project.
    "roles/resourcemanager.projectIamAdmin" = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/bigquery.jobUser'])"
  }
}

resource "google_project_iam_member" "deployer" {
  for_each = local.deployer_roles

  project = var.project_id
  role    = each.key
  member  = google_service_account.deployer.member

  dynamic "condition" {
    for_each = each.value == null ? [] : [each.value]

    content {
      title      = "only_bigquery_job_user"
      expression = condition.value
    }
  }
}

resource "google_project_iam_member" "function_build" {
  for_each = toset(["roles/logging.logWriter", "roles/storage.objectViewer"])

  project = var.project_id
  role    = each.value
  member  = google_service_account.function_build.member
}

resource "google_artifact_registry_repository_iam_member" "function_build" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.functions.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.function_build.member
}

resource "google_storage_bucket_iam_member" "deployer" {
  for_each = google_storage_bucket.bucket

  bucket = each.value.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.deployer.member
}
