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
