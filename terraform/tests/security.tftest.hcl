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

run "the_edge_is_public_for_chatgpt" {
  command = plan

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.invoker) == 5 && alltrue([for grant in google_cloud_run_v2_service_iam_member.invoker : grant.role == "roles/run.invoker" && grant.member == "allUsers"])
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

run "sign_ins_come_with_a_database" {
  command = plan

  variables {
    secret_versions = {
      CODEX_API_TOKEN        = "1"
      DATABASE_URL           = "2"
      SIGNING_KEY            = "3"
      OAUTH_CLIENT_SECRET    = "4"
      STORAGE_HMAC_ACCESS_ID = "5"
      STORAGE_HMAC_SECRET    = "6"
    }
    oauth_client_id = "chatgpt"
  }

  assert {
    condition     = toset(keys(google_cloudfunctions2_function.function)) == toset(["docs", "execute", "health", "mcp", "oauth", "query"])
    error_message = "A database deploys the authorization server."
  }
  assert {
    condition     = toset([for secret in google_cloudfunctions2_function.function["oauth"].service_config[0].secret_environment_variables : "${secret.key} ${secret.version}"]) == toset(["DATABASE_URL 2", "OAUTH_CLIENT_SECRET 4", "SIGNING_KEY 3"])
    error_message = "oauth reads exactly its own secrets, and no API key."
  }
  assert {
    condition     = alltrue([for name in ["execute", "query", "mcp"] : contains(keys(google_secret_manager_secret_iam_member.function), "${name} DATABASE_URL")]) && !contains(keys(google_secret_manager_secret_iam_member.function), "docs DATABASE_URL")
    error_message = "Who verifies credentials, and nobody else, reads the database's address."
  }
  assert {
    condition     = length([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, " OAUTH_CLIENT_SECRET")]) == 1
    error_message = "Somebody other than oauth reads the secret of ChatGPT's client."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["oauth"].service_config[0].environment_variables["OAUTH_CLIENT_ID"] == "chatgpt"
    error_message = "oauth does not know ChatGPT's client."
  }
}

run "what_the_database_keeps" {
  command = plan

  variables {
    secret_versions = {
      CODEX_API_TOKEN        = "1"
      DATABASE_URL           = "2"
      SIGNING_KEY            = "3"
      STORAGE_HMAC_ACCESS_ID = "5"
      STORAGE_HMAC_SECRET    = "6"
    }
    audit_days               = 30
    audit_text               = true
    database_max_connections = 2
  }

  assert {
    condition     = alltrue([for name in ["execute", "query", "mcp", "oauth"] : google_cloudfunctions2_function.function[name].service_config[0].environment_variables["AUDIT_DAYS"] == "30" && google_cloudfunctions2_function.function[name].service_config[0].environment_variables["AUDIT_TEXT"] == "on"])
    error_message = "A function keeps the audit trail otherwise than it is told."
  }
  assert {
    condition     = alltrue([for name in ["execute", "query", "mcp", "oauth"] : google_cloudfunctions2_function.function[name].service_config[0].environment_variables["DATABASE_MAX_CONNECTIONS"] == "2"])
    error_message = "A function takes more connections than the server has."
  }
  assert {
    condition     = alltrue([for name in ["docs", "health"] : length(setintersection(keys(google_cloudfunctions2_function.function[name].service_config[0].environment_variables), ["AUDIT_DAYS", "AUDIT_TEXT", "DATABASE_MAX_CONNECTIONS"])) == 0])
    error_message = "A function without the database is told about it."
  }
}

run "programs_are_not_kept_unless_asked" {
  command = plan

  variables {
    secret_versions = { CODEX_API_TOKEN = "1", DATABASE_URL = "1", SIGNING_KEY = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : !contains(keys(function.service_config[0].environment_variables), "AUDIT_TEXT")]) && google_cloudfunctions2_function.function["query"].service_config[0].environment_variables["AUDIT_DAYS"] == "90"
    error_message = "Programs and SQL are kept though nobody said so, or the trail for another time than 90 days."
  }
}

run "an_audit_of_no_time_is_refused" {
  command = plan

  variables {
    audit_days = -1
  }

  expect_failures = [var.audit_days]
}

run "a_pool_has_bounds" {
  command = plan

  variables {
    database_max_connections = 101
  }

  expect_failures = [var.database_max_connections]
}

run "no_database_no_authorization_server" {
  command = plan

  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.function), "oauth") && output.owner_url == null
    error_message = "oauth cannot start without a database."
  }
}

run "every_instance_signs_alike" {
  command = plan

  variables {
    secret_versions = { CODEX_API_TOKEN = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }
  }

  expect_failures = [var.secret_versions]
}

run "the_way_to_a_private_database" {
  command = plan

  variables {
    vpc_connector = "projects/demo-project/locations/europe-west1/connectors/database"
  }

  assert {
    condition     = alltrue([for name in ["execute", "query", "mcp"] : google_cloudfunctions2_function.function[name].service_config[0].vpc_connector_egress_settings == "PRIVATE_RANGES_ONLY"])
    error_message = "Who checks credentials reaches the database, and sends nothing else that way."
  }
}

run "half_a_client_is_refused" {
  command = plan

  variables {
    oauth_client_id = "chatgpt"
  }

  expect_failures = [var.oauth_client_id]
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
