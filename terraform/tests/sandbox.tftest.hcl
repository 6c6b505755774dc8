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

run "a_job_by_default" {
  command = apply

  assert {
    condition     = length(google_cloud_run_v2_job.sandbox) == 1 && length(google_cloud_run_v2_service.sandbox) == 0
    error_message = "The default executor is the job, and that alone."
  }
  assert {
    condition     = google_cloud_run_v2_job.sandbox[0].template[0].template[0].max_retries == 0 && google_cloud_run_v2_job.sandbox[0].template[0].task_count == 1
    error_message = "A program could run twice."
  }
  assert {
    condition     = google_cloud_run_v2_job.sandbox[0].template[0].template[0].service_account == google_service_account.sandbox.email && google_cloud_run_v2_job.sandbox[0].template[0].template[0].containers[0].args == tolist(["node", "sandbox/entry/job.js"])
    error_message = "Programs run beside another account than the one without rights."
  }
  assert {
    condition     = length(google_cloud_run_v2_job.sandbox[0].template[0].template[0].containers[0].env) == 0 && length(google_cloud_run_v2_job.sandbox[0].template[0].template[0].vpc_access) == 0 && length(google_cloud_run_v2_job.sandbox[0].template[0].template[0].volumes) == 0
    error_message = "The sandbox is given a variable, a network or a volume."
  }
  assert {
    condition     = google_cloud_run_v2_job_iam_member.execute[0].role == "projects/demo-project/roles/sandboxRunner" && google_cloud_run_v2_job_iam_member.execute[0].name == "sandbox" && google_cloud_run_v2_job_iam_member.execute[0].member == google_service_account.function["execute"].member
    error_message = "Somebody other than execute runs the job, or with another role than the one of five permissions."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["execute"].service_config[0].environment_variables["EXECUTOR"] == "cloud-run-job" && google_cloudfunctions2_function.function["execute"].service_config[0].environment_variables["SANDBOX_JOB"] == "projects/demo-project/locations/europe-west1/jobs/sandbox" && google_cloudfunctions2_function.function["execute"].service_config[0].environment_variables["STORAGE_BUCKET"] == google_storage_bucket.files.name
    error_message = "execute does not find its job."
  }
  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.function : name == "execute" || length(setintersection(keys(function.service_config[0].environment_variables), ["EXECUTOR", "SANDBOX_JOB", "SANDBOX_SERVICE_URL", "STORAGE_BUCKET"])) == 0])
    error_message = "Another function than execute is told about the sandbox."
  }
}

run "a_service_where_it_is_chosen" {
  command = apply

  variables {
    executor        = "cloud-run-service"
    secret_versions = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }
  }

  assert {
    condition     = length(google_cloud_run_v2_job.sandbox) == 0 && length(google_cloud_run_v2_service.sandbox) == 1 && length(google_cloud_run_v2_job_iam_member.execute) == 0
    error_message = "A job is left beside the service."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].template[0].max_instance_request_concurrency == 1
    error_message = "Two programs could share a container."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].template[0].containers[0].ports[0].name == "h2c"
    error_message = "The sandbox speaks HTTP/2 alone."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].invoker_iam_disabled == false && google_cloud_run_v2_service_iam_member.execute[0].role == "roles/run.invoker" && google_cloud_run_v2_service_iam_member.execute[0].member == google_service_account.function["execute"].member && google_cloud_run_v2_service_iam_member.execute[0].member != "allUsers"
    error_message = "Somebody other than execute may call the sandbox."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].template[0].service_account == google_service_account.sandbox.email && length(google_cloud_run_v2_service.sandbox[0].template[0].containers[0].env) == 0 && length(google_cloud_run_v2_service.sandbox[0].template[0].vpc_access) == 0
    error_message = "The sandbox has another account, a variable or a network."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].template[0].scaling[0].min_instance_count == 0 && google_cloud_run_v2_service.sandbox[0].template[0].scaling[0].max_instance_count == 20
    error_message = "The sandbox costs while nobody asks, or has no bound."
  }
  assert {
    condition     = google_cloud_run_v2_service.sandbox[0].template[0].containers[0].resources[0].cpu_idle == true
    error_message = "The sandbox is billed by the instance, not by the request."
  }
  assert {
    condition     = length(google_storage_bucket_iam_member.signer) == 2
    error_message = "A run ends with the instance that started it, although there is a key."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["execute"].service_config[0].environment_variables["EXECUTOR"] == "cloud-run-service" && google_cloudfunctions2_function.function["execute"].service_config[0].environment_variables["SANDBOX_SERVICE_URL"] == google_cloud_run_v2_service.sandbox[0].uri
    error_message = "execute does not find its service."
  }
  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if strcontains(key, "STORAGE_HMAC")]) == toset(["execute STORAGE_HMAC_ACCESS_ID", "execute STORAGE_HMAC_SECRET"])
    error_message = "The key is not the one of execute, and of nobody else."
  }
}

run "the_sandbox_is_in_no_binding" {
  command = apply

  variables {
    readable_datasets = ["sales", "web"]
    writable_datasets = ["web"]
  }

  assert {
    condition = !contains(concat(
      [for grant in google_project_iam_member.function : grant.member],
      [for grant in google_secret_manager_secret_iam_member.function : grant.member],
      [google_storage_bucket_iam_member.execute.member],
      [for grant in google_storage_bucket_iam_member.signer : grant.member],
      [for grant in google_cloud_run_v2_service_iam_member.invoker : grant.member],
      [for grant in google_cloud_run_v2_service_iam_member.execute : grant.member],
      [for grant in google_cloud_run_v2_job_iam_member.execute : grant.member],
      [for grant in google_bigquery_dataset_iam_member.query_reads : grant.member],
      [for grant in google_bigquery_dataset_iam_member.query_writes : grant.member],
    ), google_service_account.sandbox.member)
    error_message = "The account of strangers' programs has a right."
  }
  assert {
    condition = length(setintersection(concat(
      [for grant in google_project_iam_member.function : grant.member],
      [for grant in google_secret_manager_secret_iam_member.function : grant.member],
      [google_storage_bucket_iam_member.execute.member],
      [for grant in google_storage_bucket_iam_member.signer : grant.member],
      [for grant in google_cloud_run_v2_service_iam_member.execute : grant.member],
      [for grant in google_cloud_run_v2_job_iam_member.execute : grant.member],
      [for grant in google_bigquery_dataset_iam_member.query_reads : grant.member],
      [for grant in google_bigquery_dataset_iam_member.query_writes : grant.member],
    ), ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "Something beside the functions is public."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].environment_variables["SANDBOX_SERVICE_ACCOUNT"] == "sandbox@demo-project.iam.gserviceaccount.com"]) && google_service_account.sandbox.account_id == "sandbox"
    error_message = "A function would take the sandbox's tokens as a credential."
  }
}

run "the_sandbox_of_a_service_is_in_no_binding" {
  command = apply

  variables {
    executor        = "cloud-run-service"
    secret_versions = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1" }
  }

  assert {
    condition = !contains(concat(
      [for grant in google_project_iam_member.function : grant.member],
      [for grant in google_secret_manager_secret_iam_member.function : grant.member],
      [google_storage_bucket_iam_member.execute.member],
      [for grant in google_cloud_run_v2_service_iam_member.invoker : grant.member],
      [for grant in google_cloud_run_v2_service_iam_member.execute : grant.member],
    ), google_service_account.sandbox.member)
    error_message = "The account of strangers' programs has a right beside the service."
  }
  assert {
    condition     = length(google_storage_bucket_iam_member.signer) == 0
    error_message = "Somebody signs addresses without a key."
  }
}

run "the_bucket_is_private_and_forgets" {
  command = apply

  assert {
    condition     = google_storage_bucket.files.public_access_prevention == "enforced" && google_storage_bucket.files.uniform_bucket_level_access
    error_message = "The bucket could be made public."
  }
  assert {
    condition     = one(google_storage_bucket.files.soft_delete_policy).retention_duration_seconds == 0 && !one(google_storage_bucket.files.versioning).enabled
    error_message = "What is deleted is kept all the same."
  }
  assert {
    condition     = alltrue([for rule in google_storage_bucket.files.lifecycle_rule : one(rule.action).type == "Delete"]) && one(google_storage_bucket.files.lifecycle_rule[0].condition).days_since_custom_time == 1 && one(google_storage_bucket.files.lifecycle_rule[1].condition).age == 1 && one(google_storage_bucket.files.lifecycle_rule[2].condition).age == 2
    error_message = "A program or its result outlives its time."
  }
  assert {
    condition     = google_storage_bucket_iam_member.execute.role == "roles/storage.objectUser" && google_storage_bucket_iam_member.execute.member == google_service_account.function["execute"].member
    error_message = "Somebody other than execute reads results."
  }
  assert {
    condition     = toset([for grant in google_storage_bucket_iam_member.signer : "${grant.role} ${grant.member}"]) == toset(["roles/storage.objectCreator serviceAccount:exchange-signer@demo-project.iam.gserviceaccount.com", "roles/storage.objectViewer serviceAccount:exchange-signer@demo-project.iam.gserviceaccount.com"])
    error_message = "A signed URL carries more than creating and reading."
  }
  assert {
    condition     = alltrue([for grant in google_storage_bucket_iam_member.signer : one(grant.condition).expression == "resource.name.startsWith('projects/_/buckets/demo-project-files/objects/claims/') || resource.name.startsWith('projects/_/buckets/demo-project-files/objects/programs/') || resource.name.startsWith('projects/_/buckets/demo-project-files/objects/results/')"])
    error_message = "A signed URL could reach people's files."
  }
}

run "a_tag_is_no_image" {
  command = plan

  variables {
    sandbox_image = "europe-west1-docker.pkg.dev/demo-project/sandbox/sandbox:latest"
  }

  expect_failures = [var.sandbox_image]
}

run "no_third_executor" {
  command = plan

  variables {
    executor = "local"
  }

  expect_failures = [var.executor]
}

run "a_job_needs_the_key_of_its_urls" {
  command = plan

  variables {
    secret_versions = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1" }
  }

  expect_failures = [var.secret_versions]
}

run "half_a_key_is_none" {
  command = plan

  variables {
    executor        = "cloud-run-service"
    secret_versions = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1", STORAGE_HMAC_ACCESS_ID = "1" }
  }

  expect_failures = [var.secret_versions]
}

run "a_job_is_never_warm" {
  command = plan

  variables {
    warm_sandboxes = 1
  }

  expect_failures = [var.warm_sandboxes]
}

run "every_host_is_no_list" {
  command = plan

  variables {
    file_hosts = ["*"]
  }

  expect_failures = [var.file_hosts]
}
