mock_provider "google" {}

variables {
  project_id        = "demo-project"
  secrets           = ["CODEX_API_TOKEN", "GOOGLE_CREDENTIALS_BASE64"]
  readable_datasets = ["sales"]
}

run "buckets_are_private" {
  command = apply

  assert {
    condition     = length(google_storage_bucket.bucket) == 2 && alltrue([for bucket in google_storage_bucket.bucket : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "A bucket could be made public."
  }
  assert {
    condition     = alltrue([for grant in google_storage_bucket_iam_member.deployer : grant.member == google_service_account.deployer.member])
    error_message = "Somebody other than the deployer has access to a bucket: allUsers never has."
  }
  assert {
    condition     = google_storage_bucket.bucket["terraform-state"].versioning[0].enabled
    error_message = "A broken state could not be taken back."
  }
}

run "accounts_have_no_more_than_they_need" {
  command = apply

  assert {
    condition     = toset([for grant in google_project_iam_member.function_build : grant.role]) == toset(["roles/logging.logWriter", "roles/storage.objectViewer"])
    error_message = "The account that runs npm packages' scripts may do more than log and read sources."
  }
  assert {
    condition     = length(setintersection(keys(google_project_iam_member.deployer), ["roles/owner", "roles/editor"])) == 0
    error_message = "The deployer has a basic role."
  }
  assert {
    condition     = strcontains(google_project_iam_member.deployer["roles/resourcemanager.projectIamAdmin"].condition[0].expression, "hasOnly(['roles/bigquery.jobUser'])")
    error_message = "The deployer may hand out any role."
  }
  assert {
    condition     = alltrue([for permission in google_project_iam_custom_role.secret_sharer.permissions : !strcontains(permission, "versions")])
    error_message = "The deployer's role reads the values of secrets."
  }
  assert {
    condition     = toset(output.secrets_to_fill) == toset(["codex-api-token", "google-credentials-base64"])
    error_message = "A secret has another name than the functions look for."
  }
}

run "an_unknown_secret_is_refused" {
  command = plan

  variables {
    secrets = ["CODEX_API_TOKEN", "SOMETHING"]
  }

  expect_failures = [var.secrets]
}
