resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  name        = each.key
  location    = var.region
  description = each.value.description

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    service_account   = local.build_account
    docker_repository = local.repository

    source {
      storage_source {
        bucket = local.source_bucket
        object = var.source_objects[each.key]
      }
    }

    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    timeout_seconds                  = each.value.timeout_seconds
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    min_instance_count               = 0
    max_instance_count               = var.max_instances
    max_instance_request_concurrency = each.value.concurrency
    # With a domain nobody comes past the load balancer, nor past its limits.
    ingress_settings               = local.is_domain_live ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL"
    all_traffic_on_latest_revision = true

    # The way to a database without a public address; empty for none.
    vpc_connector                 = contains(each.value.secrets, "DATABASE_URL") && var.vpc_connector != "" ? var.vpc_connector : null
    vpc_connector_egress_settings = contains(each.value.secrets, "DATABASE_URL") && var.vpc_connector != "" ? "PRIVATE_RANGES_ONLY" : null

    # An empty setting means unset: it is left out.
    environment_variables = merge(
      { for name, value in merge(
        local.common_environment,
        each.value.environment,
        local.has_database && contains(each.value.secrets, "DATABASE_URL") ? local.database_environment : {},
      ) : name => value if value != "" },
      each.key == "execute" ? local.executor_environment : {},
    )

    dynamic "secret_environment_variables" {
      for_each = { for setting in each.value.secrets : setting => var.secret_versions[setting] if contains(keys(var.secret_versions), setting) }

      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = local.secret_ids[secret_environment_variables.key]
        version    = secret_environment_variables.value
      }
    }
  }

  # A function whose account cannot read its secrets yet would fail to start.
  depends_on = [google_secret_manager_secret_iam_member.function, google_storage_bucket.files]
}
