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

output "exchange_signer" {
  description = "Whose HMAC key signs URLs: gcloud storage hmac create prints its two halves."
  value       = google_service_account.exchange_signer.email
}

output "vpc_connector" {
  description = "For vpc_connector in ../terraform.tfvars; null without cloud_sql."
  value       = one(google_vpc_access_connector.database[*].id)
}

output "database_address" {
  description = "The host of DATABASE_URL; null without cloud_sql."
  value       = one(google_sql_database_instance.database[*].private_ip_address)
}

output "workload_identity_provider" {
  description = "For google-github-actions/auth; null without github_repository."
  value       = one(google_iam_workload_identity_pool_provider.github[*].name)
}
