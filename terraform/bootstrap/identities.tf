# Runs cloudbuild.yaml: checks, uploads, applies ../. It can deploy anything in this project, so guard who may start it.
resource "google_service_account" "deployer" {
  project      = var.project_id
  account_id   = "deployer"
  display_name = "Deployer"
  description  = "Cloud Build runs as this account and applies Terraform."

  depends_on = [google_project_service.api]
}

# Builds a function's image: npm packages run their scripts here, so it may do nothing else.
resource "google_service_account" "function_build" {
  project      = var.project_id
  account_id   = "function-build"
  display_name = "Function build"
  description  = "Cloud Functions builds images as this account."

  depends_on = [google_project_service.api]
}

locals {
  deployer_roles = merge({
    "roles/cloudfunctions.admin"    = null
    "roles/run.admin"               = null
    "roles/iam.serviceAccountAdmin" = null
    "roles/iam.serviceAccountUser"  = null
    "roles/logging.logWriter"       = null
    # Alerts and the uptime check; nothing of what they watch.
    "roles/monitoring.alertPolicyEditor"         = null
    "roles/monitoring.notificationChannelEditor" = null
    "roles/monitoring.uptimeCheckConfigEditor"   = null
    "roles/artifactregistry.reader"              = null
    # It may hand out the right to run BigQuery jobs, and no other role of the project.
    "roles/resourcemanager.projectIamAdmin" = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/bigquery.jobUser'])"
  }, var.cloud_sql ? { "roles/vpcaccess.user" = null } : {})
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

# Buckets and log metrics as such: neither objects nor log entries.
resource "google_project_iam_custom_role" "keeper" {
  project     = var.project_id
  role_id     = "bucketAndMetricKeeper"
  title       = "Bucket and metric keeper"
  description = "Makes and changes buckets and log metrics, without reading what is in them."
  permissions = [
    "logging.logMetrics.create",
    "logging.logMetrics.delete",
    "logging.logMetrics.get",
    "logging.logMetrics.list",
    "logging.logMetrics.update",
    "storage.buckets.create",
    "storage.buckets.delete",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.list",
    "storage.buckets.setIamPolicy",
    "storage.buckets.update",
  ]

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "deployer_keeper" {
  project = var.project_id
  role    = google_project_iam_custom_role.keeper.name
  member  = google_service_account.deployer.member
}

# The build pushes the sandbox's image, beside those of the functions.
resource "google_artifact_registry_repository_iam_member" "deployer" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.sandbox.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.deployer.member
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
