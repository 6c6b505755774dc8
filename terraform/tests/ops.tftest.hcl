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

run "silent_by_default" {
  command = plan

  assert {
    condition     = length(google_monitoring_alert_policy.alert) + length(google_monitoring_alert_policy.down) + length(google_monitoring_uptime_check_config.health) == 0
    error_message = "Alarms are made that reach nobody."
  }
}

run "alarms_reach_the_owner" {
  command = apply

  variables {
    alert_email = "ada@example.org"
  }

  assert {
    condition     = google_monitoring_notification_channel.email["on"].labels["email_address"] == "ada@example.org"
    error_message = "Alarms go to somebody else."
  }
  assert {
    condition     = length(google_monitoring_alert_policy.alert) == 5 && alltrue([for policy in google_monitoring_alert_policy.alert : policy.notification_channels == tolist([google_monitoring_notification_channel.email["on"].name])])
    error_message = "An alarm is missing, or tells nobody."
  }
  assert {
    condition     = one(google_monitoring_uptime_check_config.health["on"].http_check).path == "/health" && one(google_monitoring_uptime_check_config.health["on"].monitored_resource).labels["host"] == "europe-west1-demo-project.cloudfunctions.net"
    error_message = "The check asks another address."
  }
  assert {
    condition     = google_logging_metric.programs.filter == "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"execute\" AND jsonPayload.operation=\"execute_code\" AND jsonPayload.principal:*"
    error_message = "A program is counted twice, or a request that was refused counts as one."
  }
}

run "the_service_has_no_executions" {
  command = plan

  variables {
    alert_email     = "ada@example.org"
    executor        = "cloud-run-service"
    secret_versions = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1" }
  }

  assert {
    condition     = length(google_monitoring_alert_policy.alert) == 4 && !contains(keys(google_monitoring_alert_policy.alert), "executions of the job that failed")
    error_message = "An alarm watches what is not there."
  }
}
