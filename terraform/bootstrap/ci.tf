# Two ways to build on a push. With build_repository Cloud Build itself watches the repository, and every build waits for an approval.
resource "google_cloudbuild_trigger" "main" {
  count = var.build_repository == "" ? 0 : 1

  project         = var.project_id
  location        = var.region
  name            = "main"
  description     = "Builds, plans and, once somebody has approved it, applies."
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.deployer.id
  substitutions   = { _APPLY = "yes", _REGION = var.region }

  repository_event_config {
    repository = var.build_repository

    push {
      branch = "^main$"
    }
  }

  approval_config {
    approval_required = true
  }
}

# With github_repository workflows on GitHub start builds as the account ci, without a key that could leak: Google takes GitHub's own
# tokens, of this repository's branch main alone.
locals {
  ci_count = var.github_repository == "" ? 0 : 1
}

resource "google_service_account" "ci" {
  count = local.ci_count

  project      = var.project_id
  account_id   = "ci-builds"
  display_name = "CI"
  description  = "Starts builds from GitHub."

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool" "github" {
  count = local.ci_count

  project                   = var.project_id
  workload_identity_pool_id = "github"
  description               = "Workflows of one GitHub repository."

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count = local.ci_count

  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping                  = { "google.subject" = "assertion.sub", "attribute.repository" = "assertion.repository" }
  attribute_condition                = "assertion.repository == '${var.github_repository}' && assertion.ref == 'refs/heads/main'"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "ci_is_the_workflow" {
  count = local.ci_count

  service_account_id = google_service_account.ci[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github[0].name}/attribute.repository/${var.github_repository}"
}

# What `gcloud builds submit` takes: to start a build that counts for this project, and to look at the bucket that it uploads to.
resource "google_project_iam_member" "ci" {
  for_each = toset(local.ci_count == 0 ? [] : ["roles/cloudbuild.builds.editor", "roles/serviceusage.serviceUsageConsumer"])

  project = var.project_id
  role    = each.value
  member  = google_service_account.ci[0].member
}

resource "google_service_account_iam_member" "ci_starts_the_deployer" {
  count = local.ci_count

  service_account_id = google_service_account.deployer.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.ci[0].member
}

resource "google_storage_bucket_iam_member" "ci" {
  for_each = toset(local.ci_count == 0 ? [] : ["roles/storage.legacyBucketReader", "roles/storage.objectUser"])

  bucket = google_storage_bucket.bucket["function-sources"].name
  role   = each.value
  member = google_service_account.ci[0].member
}
