# Where strangers' programs run. The account has no role anywhere: a token that a program got hold of opens nothing, and the
# functions refuse it as a credential (SANDBOX_SERVICE_ACCOUNT).
resource "google_service_account" "sandbox" {
  account_id   = "sandbox"
  display_name = "Sandbox"
  description  = "Programs run beside this account. Grant it nothing."
}

# One execution a program: always a fresh machine, seconds to start, a minute billed at least.
resource "google_cloud_run_v2_job" "sandbox" {
  count = var.executor == "cloud-run-job" ? 1 : 0

  name                = "sandbox"
  location            = var.region
  deletion_protection = false

  template {
    task_count  = 1
    parallelism = 1

    template {
      service_account       = google_service_account.sandbox.email
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
      timeout               = "120s"
      # A program runs once or not at all.
      max_retries = 0

      # No variable here: an execution is told where its program lies by its own overrides.
      containers {
        name  = "sandbox"
        image = var.sandbox_image
        args  = local.sandbox_arguments["cloud-run-job"]

        resources {
          limits = { cpu = var.sandbox_cpu, memory = var.sandbox_memory }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version]
  }
}

# One container a program: it serves one request and exits. Only execute may call it.
resource "google_cloud_run_v2_service" "sandbox" {
  count = var.executor == "cloud-run-service" ? 1 : 0

  name                 = "sandbox"
  location             = var.region
  deletion_protection  = false
  ingress              = "INGRESS_TRAFFIC_ALL"
  invoker_iam_disabled = false

  template {
    service_account                  = google_service_account.sandbox.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    timeout                          = "120s"
    max_instance_request_concurrency = 1

    scaling {
      min_instance_count = var.warm_sandboxes
      max_instance_count = var.max_sandboxes
    }

    containers {
      name  = "sandbox"
      image = var.sandbox_image
      args  = local.sandbox_arguments["cloud-run-service"]

      # HTTP/2 end to end: over HTTP/1 Cloud Run takes no more than 32 MiB, and a session holds 100.
      ports {
        name           = "h2c"
        container_port = 8080
      }

      # Billed by the request: without cpu_idle beside limits, Cloud Run bills a container from its start to its end, a warm one at full price.
      resources {
        cpu_idle = true
        limits   = { cpu = var.sandbox_cpu, memory = var.sandbox_memory }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version]
  }
}

# bootstrap/ makes the role: run, run with overrides, look at the execution, cancel it. It is granted on this job alone.
resource "google_cloud_run_v2_job_iam_member" "execute" {
  count = var.executor == "cloud-run-job" ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_job.sandbox[0].name
  role     = "projects/${var.project_id}/roles/sandboxRunner"
  member   = google_service_account.function["execute"].member
}

resource "google_cloud_run_v2_service_iam_member" "execute" {
  count = var.executor == "cloud-run-service" ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_service.sandbox[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.function["execute"].member
}
