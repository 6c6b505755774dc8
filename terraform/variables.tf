variable "project_id" {
  description = "The Google Cloud project that everything runs in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is 6 to 30 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "region" {
  description = "Region of the functions; part of their address."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is a Cloud Run region such as europe-west1."
  }
}

variable "source_objects" {
  description = "Function to the object in the source bucket that holds its code. The build writes it; the name carries the content's SHA-256, so an unchanged function is not deployed again."
  type        = map(string)

  validation {
    condition     = toset(keys(var.source_objects)) == toset(["execute", "query", "health", "docs", "mcp", "oauth"])
    error_message = "source_objects names exactly execute, query, health, docs, mcp and oauth."
  }
  validation {
    condition     = alltrue([for name, object in var.source_objects : can(regex("^functions/${name}-[0-9a-f]{64}\\.zip$", object))])
    error_message = "Each object is called functions/<function>-<sha256>.zip."
  }
}

variable "executor" {
  description = "Where programs run. cloud-run-job: a job's execution each, a fresh machine that takes seconds to start and is billed a minute at least. cloud-run-service: a container of a service each, seconds sooner and cheaper; recommended for chats. Both cost nothing while nobody asks (docs/costs.md)."
  type        = string
  default     = "cloud-run-job"

  validation {
    condition     = contains(["cloud-run-job", "cloud-run-service"], var.executor)
    error_message = "executor is cloud-run-job or cloud-run-service."
  }
}

variable "sandbox_image" {
  description = "The sandbox's image by its digest. The build writes it: a tag could be moved to another image behind a plan's back."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+-docker\\.pkg\\.dev/[a-z0-9-]+/[a-z0-9-]+/sandbox@sha256:[0-9a-f]{64}$", var.sandbox_image))
    error_message = "sandbox_image is REGION-docker.pkg.dev/PROJECT/REPOSITORY/sandbox@sha256:… with the whole digest."
  }
}

variable "sandbox_cpu" {
  description = "Processors of a sandbox: 1, 2 or 4."
  type        = string
  default     = "1"

  validation {
    condition     = contains(["1", "2", "4"], var.sandbox_cpu)
    error_message = "sandbox_cpu is 1, 2 or 4."
  }
}

variable "sandbox_memory" {
  description = "Memory of a sandbox, files and interpreter included; a program gets 512 MiB of it."
  type        = string
  default     = "2Gi"

  validation {
    condition     = contains(["1Gi", "2Gi", "4Gi"], var.sandbox_memory)
    error_message = "sandbox_memory is 1Gi, 2Gi or 4Gi."
  }
}

variable "max_sandboxes" {
  description = "Programs that run at the same time at most, with executor cloud-run-service; beyond that callers get 503 overloaded."
  type        = number
  default     = 20

  validation {
    condition     = var.max_sandboxes >= 1 && var.max_sandboxes <= 1000 && floor(var.max_sandboxes) == var.max_sandboxes
    error_message = "max_sandboxes is a whole number from 1 to 1000."
  }
}

variable "warm_sandboxes" {
  description = "Containers that wait for a program, with executor cloud-run-service. Each is paid for while it waits."
  type        = number
  default     = 0

  validation {
    condition     = var.warm_sandboxes >= 0 && var.warm_sandboxes <= var.max_sandboxes && floor(var.warm_sandboxes) == var.warm_sandboxes
    error_message = "warm_sandboxes is a whole number, 0 or more, and not beyond max_sandboxes."
  }
  validation {
    condition     = var.warm_sandboxes == 0 || var.executor == "cloud-run-service"
    error_message = "Only the executor cloud-run-service keeps sandboxes warm."
  }
}

variable "file_hosts" {
  description = "Hosts that programs' files may be fetched from: names, or *.example.org. ChatGPT's own files by default."
  type        = set(string)
  default     = ["*.oaiusercontent.com"]

  validation {
    condition     = length(var.file_hosts) > 0 && alltrue([for host in var.file_hosts : can(regex("^(\\*\\.)?([a-z0-9-]{1,63}\\.)+[a-z][a-z0-9-]{0,62}$", host))])
    error_message = "A host is a name such as files.example.org, or *.example.org; there is at least one."
  }
}

variable "vpc_connector" {
  description = "A Serverless VPC Access connector through which functions reach a database without a public address, as bootstrap's output vpc_connector prints it; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = var.vpc_connector == "" || can(regex("^projects/[a-z0-9-]+/locations/[a-z0-9-]+/connectors/[a-z0-9-]+$", var.vpc_connector))
    error_message = "vpc_connector is projects/PROJECT/locations/REGION/connectors/NAME."
  }
}

variable "alert_email" {
  description = "Who is told when something is wrong; empty makes no alerts and no uptime check."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@,\\s]+@[^@,\\s]+$", var.alert_email))
    error_message = "alert_email is one e-mail address."
  }
}

variable "alert_programs_per_five_minutes" {
  description = "So many programs in five minutes are told to alert_email: a leaked key shows here first."
  type        = number
  default     = 200

  validation {
    condition     = var.alert_programs_per_five_minutes >= 1 && floor(var.alert_programs_per_five_minutes) == var.alert_programs_per_five_minutes
    error_message = "alert_programs_per_five_minutes is a whole number, 1 or more."
  }
}

variable "secret_versions" {
  description = "Setting to the pinned version of its secret. CODEX_API_TOKEN and SIGNING_KEY are required, with executor cloud-run-job also the two of the HMAC key that signs URLs; the others are optional: DATABASE_URL deploys oauth too. The values never come near Terraform."
  type        = map(string)
  default     = { CODEX_API_TOKEN = "1", SIGNING_KEY = "1", STORAGE_HMAC_ACCESS_ID = "1", STORAGE_HMAC_SECRET = "1" }

  validation {
    condition     = contains(keys(var.secret_versions), "CODEX_API_TOKEN")
    error_message = "Without CODEX_API_TOKEN nobody could call the functions."
  }
  validation {
    condition     = contains(keys(var.secret_versions), "SIGNING_KEY")
    error_message = "Links, handles and page tokens are signed with SIGNING_KEY, the same in every instance."
  }
  validation {
    condition     = var.executor != "cloud-run-job" || length(setsubtract(["STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"], keys(var.secret_versions))) == 0
    error_message = "The executor cloud-run-job signs URLs: it needs STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET."
  }
  validation {
    condition     = length(setsubtract(keys(var.secret_versions), ["CODEX_API_TOKEN", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY", "DATABASE_URL", "DATABASE_CA_BASE64", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"])) == 0
    error_message = "Known secrets are CODEX_API_TOKEN, GATEWAY_API_KEY, GOOGLE_CREDENTIALS_BASE64, SIGNING_KEY, DATABASE_URL, DATABASE_CA_BASE64, OAUTH_CLIENT_SECRET, GOOGLE_OAUTH_CLIENT_SECRET, STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET."
  }
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "A version is a number: latest would change a running function without a plan."
  }
}

variable "oauth_client_id" {
  description = "The client identifier that ChatGPT's action editor is given; empty for none. Its secret is OAUTH_CLIENT_SECRET."
  type        = string
  default     = ""

  validation {
    condition     = (var.oauth_client_id != "") == contains(keys(var.secret_versions), "OAUTH_CLIENT_SECRET") && can(regex("^[A-Za-z0-9._~-]{0,128}$", var.oauth_client_id))
    error_message = "oauth_client_id (letters, digits, - . _ ~) and OAUTH_CLIENT_SECRET of secret_versions are set together."
  }
}

variable "google_oauth_client_id" {
  description = "Google's OAuth client with which the owner may sign in; empty for the passphrase alone. Its secret is GOOGLE_OAUTH_CLIENT_SECRET."
  type        = string
  default     = ""

  validation {
    condition     = (var.google_oauth_client_id != "") == contains(keys(var.secret_versions), "GOOGLE_OAUTH_CLIENT_SECRET") && (var.google_oauth_client_id != "") == (length(var.allowed_google_accounts) > 0)
    error_message = "google_oauth_client_id, allowed_google_accounts and GOOGLE_OAUTH_CLIENT_SECRET of secret_versions are set together."
  }
}

variable "allowed_google_accounts" {
  description = "Google accounts that may sign in as the owner."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.allowed_google_accounts : can(regex("^[^@,\\s]+@[^@,\\s]+$", account))])
    error_message = "An account is an e-mail address."
  }
}

variable "invokers" {
  description = "Who may reach the functions at all. allUsers lets every request through to the functions' own key check, which ChatGPT needs; list principals to let Google refuse everybody else before."
  type        = set(string)
  default     = ["allUsers"]

  validation {
    condition     = length(var.invokers) > 0 && alltrue([for member in var.invokers : can(regex("^(allUsers|user:.+|group:.+|serviceAccount:.+|domain:.+)$", member))])
    error_message = "An invoker is allUsers, user:…, group:…, serviceAccount:… or domain:…. (allAuthenticatedUsers is anybody with a Google account: say allUsers.)"
  }
}

variable "allowed_google_principals" {
  description = "E-mail addresses of Google accounts, people's and service accounts', whose identity tokens let in. With invokers other than allUsers Google removes a token's signature before the function sees it, and it is refused: such callers send their token as X-Serverless-Authorization and a key as Authorization."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.allowed_google_principals : can(regex("^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", email)) && !startswith(lower(email), "sandbox@")])
    error_message = "A principal is an e-mail address, and never the sandbox's account: programs can get its tokens."
  }
}

variable "google_token_audiences" {
  description = "What identity tokens may be made for; the public address and those of the functions when empty."
  type        = set(string)
  default     = []
}

variable "allow_gcloud_audience" {
  description = "Takes the tokens of the gcloud CLI (gcloud functions call, gcloud auth print-identity-token). They are not made for this service alone: whoever else is sent such a token of an allowed account could use it here for up to an hour."
  type        = bool
  default     = false
}

variable "readable_datasets" {
  description = "BigQuery datasets that query may read, as dataset or project.dataset. It reads nothing else."
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

variable "max_instances" {
  description = "Instances of each function at most, so that a flood is not a bill. Rate limits count in each instance."
  type        = number
  default     = 5

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances is a whole number from 1 to 100."
  }
}

variable "execute_rate_per_minute" {
  description = "Programs a minute for each key; 0 switches the limit off."
  type        = number
  default     = 10

  validation {
    condition     = var.execute_rate_per_minute >= 0 && floor(var.execute_rate_per_minute) == var.execute_rate_per_minute
    error_message = "A rate is a whole number, 0 or more."
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

variable "mcp_allowed_origins" {
  description = "Origins of web pages that may call the MCP endpoint, beside its own and those on the caller's own machine. ChatGPT, Claude and programs call from servers and need none."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.mcp_allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An origin is https://host or https://host:port, without a path."
  }
}

variable "cors_allowed_origins" {
  description = "Origins whose pages may call the functions from a browser. Any by default: a key comes in a header that a page must have, never in a cookie."
  type        = set(string)
  default     = ["*"]

  validation {
    condition     = length(var.cors_allowed_origins) > 0 && (var.cors_allowed_origins == toset(["*"]) || alltrue([for origin in var.cors_allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))]))
    error_message = "Either [\"*\"], or origins such as https://host or https://host:port, without a path."
  }
}
