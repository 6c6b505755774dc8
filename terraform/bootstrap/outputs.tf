output "state_bucket" {
  description = "For terraform init -backend-config=bucket=… in ../ and for the build's _STATE_BUCKET."
  value       = google_storage_bucket.bucket["terraform-state"].name
}

output "source_bucket" {
  description = "Where builds put the functions' code."
  value       = google_storage_bucket.bucket["function-sources"].name
}

output "deployer" {
  description = "The account that Cloud Build runs as."
  value       = google_service_account.deployer.email
}

output "secrets_to_fill" {
  description = "Each needs a first version: gcloud secrets versions add NAME --data-file=-"
  value       = [for secret in google_secret_manager_secret.secret : secret.secret_id]
}
