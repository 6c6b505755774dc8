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
    CODEX_API_TOKEN           = "3"
    GOOGLE_CREDENTIALS_BASE64 = "1"
    SIGNING_KEY               = "1"
    STORAGE_HMAC_ACCESS_ID    = "1"
    STORAGE_HMAC_SECRET       = "2"
  }
  readable_datasets = ["sales", "other-project.web"]
}

run "identities_and_secrets" {
  command = apply

  assert {
    condition     = length(distinct([for function in google_cloudfunctions2_function.function : function.service_config[0].service_account_email])) == 5
    error_message = "Two functions share an account."
  }
  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.function : function.service_config[0].service_account_email == google_service_account.function[name].email])
    error_message = "A function acts as another function's account."
  }
  assert {
    condition     = [for grant in google_project_iam_member.function : grant.role] == ["roles/bigquery.jobUser"] && alltrue([for grant in google_project_iam_member.function : grant.member == google_service_account.function["query"].member])
    error_message = "Only query has a role in the project, and only the right to run BigQuery jobs: execute runs strangers' programs and has none."
  }
  assert {
    condition     = alltrue([for grant in google_bigquery_dataset_iam_member.query_reads : grant.role == "roles/bigquery.dataViewer" && grant.member == google_service_account.function["query"].member])
    error_message = "Somebody other than query reads a dataset, or query may write."
  }
  assert {
    condition     = toset([for grant in google_bigquery_dataset_iam_member.query_reads : "${grant.project}.${grant.dataset_id}"]) == toset(["demo-project.sales", "other-project.web"])
    error_message = "query reads other datasets than the listed ones."
  }
  assert {
    condition     = toset(keys(google_secret_manager_secret_iam_member.function)) == toset(["execute CODEX_API_TOKEN", "execute SIGNING_KEY", "execute STORAGE_HMAC_ACCESS_ID", "execute STORAGE_HMAC_SECRET", "mcp CODEX_API_TOKEN", "query CODEX_API_TOKEN", "query GOOGLE_CREDENTIALS_BASE64", "query SIGNING_KEY"])
    error_message = "A function may read a secret that is not its own."
  }
  assert {
    condition     = alltrue([for key, grant in google_secret_manager_secret_iam_member.function : grant.member == google_service_account.function[split(" ", key)[0]].member && grant.role == "roles/secretmanager.secretAccessor" && grant.secret_id == lower(replace(split(" ", key)[1], "_", "-"))])
    error_message = "A secret is opened to another account than the one of the function that needs it, or opened for more than reading."
  }
  assert {
    condition     = toset(flatten([for name, function in google_cloudfunctions2_function.function : [for secret in function.service_config[0].secret_environment_variables : "${name} ${secret.key}"]])) == toset(keys(google_secret_manager_secret_iam_member.function)) && alltrue(flatten([for function in google_cloudfunctions2_function.function : [for secret in function.service_config[0].secret_environment_variables : secret.secret == lower(replace(secret.key, "_", "-")) && secret.project_id == "demo-project"]]))
    error_message = "A function is given another secret than the ones that its account reads."
  }
  assert {
    condition     = alltrue(flatten([for function in google_cloudfunctions2_function.function : [for secret in function.service_config[0].secret_environment_variables : can(regex("^[0-9]+$", secret.version))]]))
    error_message = "A secret's version is not pinned."
  }
  assert {
    condition     = alltrue(flatten([for function in google_cloudfunctions2_function.function : [for setting in ["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY", "DATABASE_URL", "DATABASE_CA_BASE64", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"] : !contains(keys(function.service_config[0].environment_variables), setting)]]))
    error_message = "A secret is a plain environment variable, and so in the state."
  }
}

run "google_identities" {
  command = plan

  assert {
    condition     = alltrue(flatten([for function in google_cloudfunctions2_function.function : [for setting in ["ALLOWED_GOOGLE_PRINCIPALS", "GOOGLE_TOKEN_AUDIENCES", "ALLOW_GCLOUD_AUDIENCE"] : !contains(keys(function.service_config[0].environment_variables), setting)]]))
    error_message = "A Google account is let in that nobody named."
  }
}

run "google_identities_that_are_named" {
  command = plan

  variables {
    allowed_google_principals = ["noor@example.org", "ada@example.org"]
    allow_gcloud_audience     = true
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].environment_variables["ALLOWED_GOOGLE_PRINCIPALS"] == "ada@example.org,noor@example.org" && function.service_config[0].environment_variables["ALLOW_GCLOUD_AUDIENCE"] == "on"])
    error_message = "The functions do not know whom they may let in."
  }
}

run "refuses_the_sandbox_as_a_caller" {
  command = plan

  variables {
    allowed_google_principals = ["sandbox@demo-project.iam.gserviceaccount.com"]
  }

  expect_failures = [var.allowed_google_principals]
}

run "cost_and_shape" {
  command = plan

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].min_instance_count == 0])
    error_message = "A function costs money while nobody calls it."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].max_instance_count == 5])
    error_message = "A flood would be a bill."
  }
  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.function : function.build_config[0].entry_point == name && function.build_config[0].runtime == "nodejs24"])
    error_message = "A function's entry point is its own name, on Node 24."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].environment_variables["PUBLIC_BASE_URL"] == "https://europe-west1-demo-project.cloudfunctions.net"])
    error_message = "A function does not know its public address."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["query"].service_config[0].environment_variables["BIGQUERY_MAX_BYTES_BILLED"] == "10737418240"
    error_message = "The byte cap does not reach query as plain digits."
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.function["query"].service_config[0].environment_variables), "BIGQUERY_LOCATION")
    error_message = "An unset setting is passed as an empty one."
  }
  assert {
    condition     = output.openapi_url == "https://europe-west1-demo-project.cloudfunctions.net/docs/openapi.yaml"
    error_message = "The address to paste is wrong."
  }
  assert {
    condition     = output.mcp_url == "https://europe-west1-demo-project.cloudfunctions.net/mcp"
    error_message = "The address of the MCP endpoint is wrong."
  }
}

run "the_edge_is_public_for_chatgpt" {
  command = plan

  assert {
    condition     = toset([for grant in google_cloud_run_v2_service_iam_member.invoker : "${grant.name} ${grant.role} ${grant.member}"]) == toset([for name in ["docs", "execute", "health", "mcp", "query"] : "${name} roles/run.invoker allUsers"])
    error_message = "By default exactly the five functions are reachable by everybody, and only that."
  }
}

run "the_edge_can_be_restricted" {
  command = plan

  variables {
    invokers = ["group:analysts@example.com"]
  }

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.invoker) == 5 && alltrue([for grant in google_cloud_run_v2_service_iam_member.invoker : grant.member == "group:analysts@example.com"])
    error_message = "Somebody who is not listed may call a function."
  }
}

run "every_instance_signs_alike" {
  command = plan

  variables {
    secret_versions = { CODEX_API_TOKEN = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }
  }

  expect_failures = [var.secret_versions]
}

run "latest_is_no_version" {
  command = plan

  variables {
    secret_versions = { CODEX_API_TOKEN = "latest", SIGNING_KEY = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }
  }

  expect_failures = [var.secret_versions]
}

run "a_function_without_code_is_refused" {
  command = plan

  variables {
    source_objects = { execute = "functions/execute-latest.zip" }
  }

  expect_failures = [var.source_objects]
}

run "any_google_account_is_no_restriction" {
  command = plan

  variables {
    invokers = ["allAuthenticatedUsers"]
  }

  expect_failures = [var.invokers]
}

run "no_origin_at_all_is_refused" {
  command = plan

  variables {
    cors_allowed_origins = []
  }

  expect_failures = [var.cors_allowed_origins]
}
