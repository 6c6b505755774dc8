# Exactly what execute needs to run one program in the job, and no more; ../sandbox.tf grants it on that job alone. It lies here, not
# there: who may edit roles could widen a role that it has itself.
resource "google_project_iam_custom_role" "sandbox_runner" {
  project     = var.project_id
  role_id     = "sandboxRunner"
  title       = "Sandbox runner"
  description = "Runs a job with overrides, watches its executions and cancels them."
  permissions = [
    "run.executions.cancel",
    "run.executions.get",
    "run.jobs.run",
    "run.jobs.runWithOverrides",
    "run.operations.get",
  ]

  depends_on = [google_project_service.api]
}

# Its HMAC key signs the URLs through which a program reaches the job, and a result comes back when a connection is gone. `gcloud storage hmac create` makes the key: Terraform would
# keep the secret in its state.
resource "google_service_account" "exchange_signer" {
  project      = var.project_id
  account_id   = "exchange-signer"
  display_name = "Exchange signer"
  description  = "Signed URLs carry its rights: to create and read objects of the exchange bucket."

  depends_on = [google_project_service.api]
}
