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
  description = "Secrets to make, empty: CODEX_API_TOKEN and SIGNING_KEY are needed, the two of STORAGE_HMAC for the executor cloud-run-job and, with cloud-run-service, for runs that outlive the instance that started them; the others are optional."
  type        = set(string)
  default     = ["CODEX_API_TOKEN", "SIGNING_KEY", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"]

  validation {
    condition     = contains(var.secrets, "CODEX_API_TOKEN") && contains(var.secrets, "SIGNING_KEY") && length(setsubtract(var.secrets, ["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY", "DATABASE_URL", "DATABASE_CA_BASE64", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"])) == 0
    error_message = "secrets holds CODEX_API_TOKEN, SIGNING_KEY and, if wanted, STORAGE_HMAC_ACCESS_ID, STORAGE_HMAC_SECRET, CODEX_API_TOKENS, GATEWAY_API_KEY, GOOGLE_CREDENTIALS_BASE64, DATABASE_URL, DATABASE_CA_BASE64, OAUTH_CLIENT_SECRET and GOOGLE_OAUTH_CLIENT_SECRET."
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

variable "cloud_sql" {
  description = "Makes a small PostgreSQL server with a private address and a connector to it, for sign-ins and keys of several instances. Both cost money while nobody asks; any other PostgreSQL by DATABASE_URL does as well."
  type        = bool
  default     = false
}

variable "load_balancer" {
  description = "Lets the deployer make a load balancer: for a domain of your own (domain in ../terraform.tfvars). Makes nothing by itself."
  type        = bool
  default     = false
}

variable "billing_account" {
  description = "The billing account that a budget watches, like 012345-6789AB-CDEF01; empty for no budget. Setting one needs a right on the billing account."
  type        = string
  default     = ""

  validation {
    condition     = var.billing_account == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account is written 012345-6789AB-CDEF01."
  }
}

variable "monthly_budget" {
  description = "In the currency of the billing account: its administrators get a mail at half, at all, and at what is forecast to exceed it. It stops nothing."
  type        = number
  default     = 20

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget is a whole number, 1 or more."
  }
}

variable "github_repository" {
  description = "The GitHub repository owner/name whose workflows on the branch main may start builds without a key; empty for none. Guard that branch: who writes to it deploys."
  type        = string
  default     = ""

  validation {
    condition     = var.github_repository == "" || can(regex("^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$", var.github_repository))
    error_message = "github_repository is owner/name."
  }
}

variable "build_repository" {
  description = "A repository that is connected in Cloud Build, as projects/…/locations/…/connections/…/repositories/…: a push to main makes a build that waits for an approval. Empty for none."
  type        = string
  default     = ""

  validation {
    condition     = var.build_repository == "" || can(regex("^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", var.build_repository))
    error_message = "build_repository is projects/…/locations/…/connections/…/repositories/…."
  }
}
