mock_provider "google" {}

variables {
  project_id = "demo-project"
  source_objects = {
    execute = "functions/execute-0000000000000000000000000000000000000000000000000000000000000000.zip"
    query   = "functions/query-1111111111111111111111111111111111111111111111111111111111111111.zip"
    health  = "functions/health-2222222222222222222222222222222222222222222222222222222222222222.zip"
    docs    = "functions/docs-3333333333333333333333333333333333333333333333333333333333333333.zip"
    mcp     = "functions/mcp-4444444444444444444444444444444444444444444444444444444444444444.zip"
    oauth   = "functions/oauth-5555555555555555555555555555555555555555555555555555555555555555.zip"
  }
  sandbox_image = "europe-west1-docker.pkg.dev/demo-project/sandbox/sandbox@sha256:6666666666666666666666666666666666666666666666666666666666666666"
  secret_versions = {
    CODEX_API_TOKEN        = "3"
    SIGNING_KEY            = "1"
    STORAGE_HMAC_ACCESS_ID = "1"
    STORAGE_HMAC_SECRET    = "2"
  }
}

run "bigquery_is_read_only_by_default" {
  command = plan

  variables {
    readable_datasets = ["sales", "other-project.web"]
  }

  assert {
    condition     = google_cloudfunctions2_function.function["query"].service_config[0].environment_variables["BIGQUERY_ALLOWED_DATASETS"] == "other-project.web,sales"
    error_message = "query opens other datasets than its account may read."
  }
  assert {
    condition     = alltrue([for setting in ["BIGQUERY_ALLOW_WRITES", "BIGQUERY_ALLOW_EXTERNAL", "BIGQUERY_IMPERSONATE"] : !contains(keys(google_cloudfunctions2_function.function["query"].service_config[0].environment_variables), setting)]) && length(google_bigquery_dataset_iam_member.query_writes) == 0
    error_message = "query may do more than read, though nobody said so."
  }
}

run "bigquery_writes_where_it_is_told" {
  command = plan

  variables {
    readable_datasets = ["sales", "other-project.web"]
    writable_datasets = ["other-project.web"]
  }

  assert {
    condition     = google_cloudfunctions2_function.function["query"].service_config[0].environment_variables["BIGQUERY_ALLOW_WRITES"] == "on" && [for grant in google_bigquery_dataset_iam_member.query_writes : "${grant.project}.${grant.dataset_id}"] == ["other-project.web"]
    error_message = "query may write elsewhere than in the named dataset."
  }
}

run "refuses_writes_to_what_is_not_open" {
  command = plan

  variables {
    writable_datasets = ["secret"]
  }

  expect_failures = [var.writable_datasets]
}

run "refuses_a_default_dataset_that_is_not_open" {
  command = plan

  variables {
    readable_datasets        = ["sales"]
    bigquery_default_dataset = "web"
  }

  expect_failures = [var.bigquery_default_dataset]
}
