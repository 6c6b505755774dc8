locals {
  watched = var.alert_email == "" ? toset([]) : toset(["on"])

  # Every function is a Cloud Run service of its own name.
  services = "resource.type = \"cloud_run_revision\" AND resource.label.\"service_name\" = one_of(${join(", ", [for name in keys(local.functions) : "\"${name}\""])})"

  alerts = merge({
    "errors of ours" = {
      filter    = "${local.services} AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.\"response_code_class\" = \"5xx\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 10
      duration  = "0s"
      meaning   = "More than ten answers of 5xx in five minutes. Read the log: severity ERROR, and the field code."
    }
    "answers that ChatGPT no longer waits for" = {
      filter    = "${local.services} AND metric.type = \"run.googleapis.com/request_latencies\""
      aligner   = "ALIGN_PERCENTILE_95"
      reducer   = "REDUCE_MAX"
      threshold = 42000
      duration  = "300s"
      meaning   = "One answer in twenty takes longer than 42 s; callers give up at 45 s."
    }
    "no sandbox" = {
      filter    = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.refused["sandbox_unavailable"].name}\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 0
      duration  = "0s"
      meaning   = "Programs could not be started: the sentence in the answer says why (a quota, a permission, the image)."
    }
    "a flood of programs" = {
      filter    = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.programs.name}\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = var.alert_programs_per_five_minutes
      duration  = "0s"
      meaning   = "Far more programs than usual: look who calls with npm run audit, and revoke the key if it leaked."
    }
    }, var.executor == "cloud-run-job" ? {
    "executions of the job that failed" = {
      filter    = "resource.type = \"cloud_run_job\" AND resource.label.\"job_name\" = \"sandbox\" AND metric.type = \"run.googleapis.com/job/completed_execution_count\" AND metric.label.\"result\" = \"failed\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 3
      duration  = "0s"
      meaning   = "A program that fails is no failed execution: these are executions that brought no result."
    }
  } : {})
}

# The access log of execute, counted: one line a request. Cloud Run writes another one of its own, which knows no operation.
resource "google_logging_metric" "programs" {
  name        = "programs"
  description = "Programs that somebody with a credential asked for."
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"execute\" AND jsonPayload.operation=\"execute_code\" AND jsonPayload.principal:*"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_logging_metric" "refused" {
  for_each = toset(["sandbox_unavailable", "overloaded", "storage_unavailable"])

  name        = "refused-${each.value}"
  description = "Requests that were answered ${each.value}."
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.code=\"${each.value}\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = local.watched

  display_name = "Owner"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

resource "google_monitoring_alert_policy" "alert" {
  for_each = { for name, alert in local.alerts : name => alert if length(local.watched) > 0 }

  display_name          = each.key
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email["on"].name]

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = each.value.duration

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    content   = "${each.value.meaning}\n\nWhat to do: docs/operations.md."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_uptime_check_config" "health" {
  for_each = local.watched

  display_name = "health"
  timeout      = "30s"
  # Each check wakes an instance, for a fraction of a second.
  period = "300s"

  http_check {
    path           = "/health"
    port           = 443
    use_ssl        = true
    validate_ssl   = true
    request_method = "GET"
  }

  content_matchers {
    content = "healthy"
    matcher = "CONTAINS_STRING"
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = local.public_host }
  }
}

resource "google_monitoring_alert_policy" "down" {
  for_each = local.watched

  display_name          = "not reachable"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email["on"].name]

  conditions {
    display_name = "health does not answer"

    condition_threshold {
      filter          = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.label.\"check_id\" = \"${google_monitoring_uptime_check_config.health["on"].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "600s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    content   = "Two places of the world or more got no answer from /health for ten minutes.\n\nWhat to do: docs/operations.md."
    mime_type = "text/markdown"
  }
}
