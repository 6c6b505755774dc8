mock_provider "google" {}
mock_provider "google" {
  alias = "budget"
}

variables {
  project_id        = "demo-project"
  secrets           = ["CODEX_API_TOKEN", "SIGNING_KEY", "GOOGLE_CREDENTIALS_BASE64"]
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
    condition     = toset(output.secrets_to_fill) == toset(["codex-api-token", "google-credentials-base64", "signing-key"])
    error_message = "A secret has another name than the functions look for."
  }
}

run "links_to_files_are_in_no_log" {
  command = apply

  assert {
    condition     = google_logging_project_exclusion.addresses_of_files.filter == "resource.type=\"cloud_run_revision\" AND log_id(\"run.googleapis.com/requests\") AND httpRequest.requestUrl=~\"/files/\"" && !google_logging_project_exclusion.addresses_of_files.disabled
    error_message = "Who reads logs may read people's files, or more than those lines are hidden."
  }
}

run "nobody_comes_unnamed" {
  command = apply

  variables {
    github_repository = "acme/bundle"
    load_balancer     = true
  }

  assert {
    condition = length(setsubtract(concat(
      [for grant in google_project_iam_member.deployer : grant.member],
      [google_project_iam_member.deployer_keeper.member],
      [for grant in google_project_iam_member.deployer_load_balancer : grant.member],
      [for grant in google_project_iam_member.function_build : grant.member],
      [for grant in google_project_iam_member.ci : grant.member],
      [google_artifact_registry_repository_iam_member.deployer.member],
      [google_artifact_registry_repository_iam_member.function_build.member],
      [for grant in google_storage_bucket_iam_member.deployer : grant.member],
      [for grant in google_storage_bucket_iam_member.ci : grant.member],
      [for grant in google_secret_manager_secret_iam_member.deployer : grant.member],
      [for grant in google_bigquery_dataset_iam_member.deployer : grant.member],
      [for grant in google_service_account_iam_member.ci_starts_the_deployer : grant.member],
      ), [google_service_account.deployer.member, google_service_account.function_build.member, google_service_account.ci[0].member]
    )) == 0
    error_message = "Somebody other than the deployer, the build and CI has a right: the world, strangers' programs, or the account that signs addresses."
  }
  assert {
    condition     = google_project_iam_member.deployer_keeper.role == google_project_iam_custom_role.keeper.name && google_artifact_registry_repository_iam_member.function_build.repository == google_artifact_registry_repository.functions.name && google_artifact_registry_repository_iam_member.deployer.repository == google_artifact_registry_repository.sandbox.name
    error_message = "What builds functions could replace the sandbox's image."
  }
}

run "a_load_balancer_is_all_that_it_may_make" {
  command = apply

  variables {
    load_balancer = true
  }

  assert {
    condition     = alltrue([for permission in google_project_iam_custom_role.load_balancer_keeper[0].permissions : can(regex("^compute\\.(projects\\.get$|(backendServices|global(Addresses|ForwardingRules)|(global|region)Operations|regionNetworkEndpointGroups|securityPolicies|ssl(Certificates|Policies)|targetHttps?Proxies|urlMaps)\\.)", permission))])
    error_message = "The deployer reaches machines, networks or firewalls."
  }
  assert {
    condition     = google_project_iam_member.deployer_load_balancer[0].role == google_project_iam_custom_role.load_balancer_keeper[0].name && google_project_service.api["compute.googleapis.com"].service == "compute.googleapis.com"
    error_message = "The deployer cannot make the load balancer."
  }
}

run "who_runs_the_sandbox_may_run_it_and_no_more" {
  command = plan

  assert {
    condition     = google_project_iam_custom_role.sandbox_runner.role_id == "sandboxRunner" && toset(google_project_iam_custom_role.sandbox_runner.permissions) == toset(["run.executions.cancel", "run.executions.get", "run.jobs.run", "run.jobs.runWithOverrides", "run.operations.get"])
    error_message = "The role of execute has other permissions than the five."
  }
  assert {
    condition     = alltrue([for permission in google_project_iam_custom_role.keeper.permissions : startswith(permission, "storage.buckets.") || startswith(permission, "logging.logMetrics.")])
    error_message = "The deployer's role reads objects or log entries."
  }
  assert {
    condition     = length([for role in keys(google_project_iam_member.deployer) : role if endswith(role, ".roleAdmin") || role == "roles/iam.securityAdmin"]) == 0
    error_message = "The deployer may edit roles, and so its own."
  }
}

run "the_database_is_private_and_safe" {
  command = apply

  variables {
    cloud_sql = true
  }

  assert {
    condition     = google_sql_database_instance.database[0].settings[0].ip_configuration[0].ipv4_enabled == false && google_sql_database_instance.database[0].settings[0].ip_configuration[0].ssl_mode == "ENCRYPTED_ONLY"
    error_message = "The database has a public address, or takes connections in the clear."
  }
  assert {
    condition     = google_sql_database_instance.database[0].deletion_protection && google_sql_database_instance.database[0].settings[0].backup_configuration[0].enabled
    error_message = "One slip would lose the database."
  }
  assert {
    condition     = tonumber(one([for flag in google_sql_database_instance.database[0].settings[0].database_flags : flag.value if flag.name == "max_connections"])) >= 4 * 5 * 4
    error_message = "Four functions of five instances with four connections each find no room."
  }
  assert {
    condition     = output.vpc_connector != null
    error_message = "Nobody is told how functions reach the database."
  }
}

run "nothing_that_costs_by_default" {
  command = plan

  assert {
    condition     = length(google_sql_database_instance.database) + length(google_vpc_access_connector.database) + length(google_billing_budget.monthly) + length(google_cloudbuild_trigger.main) + length(google_service_account.ci) + length(google_project_iam_custom_role.load_balancer_keeper) == 0
    error_message = "Something is made that nobody asked for."
  }
}

run "a_budget" {
  command = plan

  variables {
    billing_account = "012345-6789AB-CDEF01"
    monthly_budget  = 35
  }

  assert {
    condition     = google_billing_budget.monthly[0].amount[0].specified_amount[0].units == "35" && google_billing_budget.monthly[0].budget_filter[0].projects == toset(["projects/demo-project"])
    error_message = "The budget is another one, or watches more than this project."
  }
}

run "builds_wait_for_an_approval" {
  command = plan

  variables {
    region           = "us-central1"
    build_repository = "projects/demo-project/locations/us-central1/connections/github/repositories/bundle"
  }

  assert {
    condition     = google_cloudbuild_trigger.main[0].approval_config[0].approval_required && google_cloudbuild_trigger.main[0].repository_event_config[0].push[0].branch == "^main$"
    error_message = "A push deploys without anybody's approval, or from another branch."
  }
  assert {
    condition     = google_cloudbuild_trigger.main[0].location == "us-central1" && google_cloudbuild_trigger.main[0].substitutions == tomap({ _APPLY = "yes", _REGION = "us-central1" })
    error_message = "A build on a push works in another region than the registry, or only plans."
  }
}

run "github_comes_without_a_key_from_one_branch" {
  command = apply

  variables {
    github_repository = "acme/bundle"
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.repository == 'acme/bundle' && assertion.ref == 'refs/heads/main'"
    error_message = "Another repository or branch could start builds."
  }
  assert {
    condition     = toset(keys(google_project_iam_member.ci)) == toset(["roles/cloudbuild.builds.editor", "roles/serviceusage.serviceUsageConsumer"]) && endswith(google_service_account_iam_member.ci_is_the_workflow[0].member, "/attribute.repository/acme/bundle")
    error_message = "CI may do more than start builds, or somebody else is CI."
  }
  assert {
    condition     = toset(keys(google_storage_bucket_iam_member.ci)) == toset(["roles/storage.legacyBucketReader", "roles/storage.objectUser"]) && alltrue([for grant in google_storage_bucket_iam_member.ci : grant.bucket == "demo-project-function-sources"])
    error_message = "CI cannot upload what it builds, or reaches another bucket."
  }
}

run "a_condition_cannot_be_smuggled_in" {
  command = plan

  variables {
    github_repository = "acme/bundle' || true || 'x"
  }

  expect_failures = [var.github_repository]
}

run "an_unknown_secret_is_refused" {
  command = plan

  variables {
    secrets = ["CODEX_API_TOKEN", "SIGNING_KEY", "SOMETHING"]
  }

  expect_failures = [var.secrets]
}
