variable "readable_datasets" {
  description = "BigQuery datasets that query may read, as dataset or project.dataset. With none it reads no data of yours: what Google publishes is open to everybody, and counts against bigquery_max_bytes_billed."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for dataset in var.readable_datasets : can(regex("^([a-z][a-z0-9-]{4,28}[a-z0-9]\\.)?[A-Za-z0-9_]+$", dataset))])
    error_message = "A dataset is written dataset or project.dataset."
  }
}

variable "writable_datasets" {
  description = "Those of readable_datasets that credentials with the scope query:write may change. Empty: query only reads, whoever asks."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.writable_datasets, var.readable_datasets)) == 0
    error_message = "A dataset of writable_datasets is also one of readable_datasets, written the same."
  }
}

variable "bigquery_location" {
  description = "Where BigQuery jobs run, such as EU or europe-west1; empty lets BigQuery find it from the tables."
  type        = string
  default     = ""
}

variable "bigquery_default_dataset" {
  description = "The dataset of tables that a statement names without one, written as in readable_datasets; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = var.bigquery_default_dataset == "" || length(var.readable_datasets) == 0 || contains(var.readable_datasets, var.bigquery_default_dataset)
    error_message = "bigquery_default_dataset is one of readable_datasets, written the same: query would not start."
  }
}

variable "bigquery_max_bytes_billed" {
  description = "Bytes that one statement may bill at most; 10 GiB by default."
  type        = number
  default     = 10737418240

  validation {
    condition     = var.bigquery_max_bytes_billed >= 10485760 && floor(var.bigquery_max_bytes_billed) == var.bigquery_max_bytes_billed
    error_message = "BigQuery bills at least 10 MiB (10485760 bytes) a statement: set that or more, in whole bytes."
  }
}

variable "bigquery_price_per_tib" {
  description = "US dollars for a TiB that BigQuery reads, for the estimates in answers; 6.25 is Google's list price in most regions."
  type        = number
  default     = 6.25

  validation {
    condition     = var.bigquery_price_per_tib >= 0 && var.bigquery_price_per_tib <= 1000
    error_message = "A price is a number of dollars from 0 to 1000."
  }
}

variable "bigquery_allow_external" {
  description = "Lets statements hand rows to services beside BigQuery (AI functions, remote functions, EXTERNAL_QUERY). The byte cap does not bound what those cost."
  type        = bool
  default     = false
}

variable "bigquery_impersonate" {
  description = "E-mail address of a service account that query acts as in BigQuery; empty for fn-query itself. Its owner grants it what it needs there, and fn-query roles/iam.serviceAccountTokenCreator on it."
  type        = string
  default     = ""

  validation {
    condition     = var.bigquery_impersonate == "" || can(regex("^[^@]+@[a-z0-9.-]+\\.gserviceaccount\\.com$", var.bigquery_impersonate))
    error_message = "bigquery_impersonate is a service account's e-mail address."
  }
}

variable "query_rate_per_minute" {
  description = "Statements a minute for each key; 0 switches the limit off."
  type        = number
  default     = 60

  validation {
    condition     = var.query_rate_per_minute >= 0 && floor(var.query_rate_per_minute) == var.query_rate_per_minute
    error_message = "A rate is a whole number, 0 or more."
  }
}
