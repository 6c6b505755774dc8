resource "google_project_service" "api" {
  for_each = toset(concat([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    ],
    var.cloud_sql ? ["compute.googleapis.com", "servicenetworking.googleapis.com", "sqladmin.googleapis.com", "vpcaccess.googleapis.com"] : [],
    var.load_balancer ? ["compute.googleapis.com"] : [],
    var.billing_account == "" ? [] : ["billingbudgets.googleapis.com"],
    var.github_repository == "" ? [] : ["iamcredentials.googleapis.com", "sts.googleapis.com"],
  ))

  project = var.project_id
  service = each.value

  # Another product of the project may need it too.
  disable_on_destroy = false
}
