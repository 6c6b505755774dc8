variable "project_id" {
  description = "The Google Cloud project to prepare; best one of its own, since the deployer rules over it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is 6 to 30 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "region" {
  description = "Region of the buckets, the registry and, later, the functions."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is a Cloud Run region such as europe-west1."
  }
}

variable "secrets" {
  description = "Secrets to make, empty: CODEX_API_TOKEN is needed, the others are optional."
  type        = set(string)
  default     = ["CODEX_API_TOKEN"]

  validation {
    condition     = contains(var.secrets, "CODEX_API_TOKEN") && length(setsubtract(var.secrets, ["CODEX_API_TOKEN", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY", "DATABASE_URL", "DATABASE_CA_BASE64", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET"])) == 0
    error_message = "secrets holds CODEX_API_TOKEN and, if wanted, GATEWAY_API_KEY, GOOGLE_CREDENTIALS_BASE64, SIGNING_KEY, DATABASE_URL, DATABASE_CA_BASE64, OAUTH_CLIENT_SECRET and GOOGLE_OAUTH_CLIENT_SECRET."
  }
}

variable "readable_datasets" {
  description = "BigQuery datasets, as dataset or project.dataset, that the deployer may share with query. Name the same ones in ../terraform.tfvars."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for dataset in var.readable_datasets : can(regex("^([a-z][a-z0-9-]{4,28}[a-z0-9]\\.)?[A-Za-z0-9_]+$", dataset))])
    error_message = "A dataset is written dataset or project.dataset."
  }
}
