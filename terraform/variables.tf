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

variable "secret_versions" {
  description = "Setting to the pinned version of its secret. CODEX_API_TOKEN and SIGNING_KEY are required, with executor cloud-run-job also the two of the HMAC key that signs URLs; with cloud-run-service those let a run outlive the instance that started it. The others are optional: DATABASE_URL deploys oauth too. The values never come near Terraform."
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
    condition     = length(setintersection(["STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"], keys(var.secret_versions))) != 1
    error_message = "STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET are the halves of one key: name both, or neither."
  }
  validation {
    condition     = length(setsubtract(keys(var.secret_versions), ["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY", "DATABASE_URL", "DATABASE_CA_BASE64", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"])) == 0
    error_message = "Known secrets are CODEX_API_TOKEN, CODEX_API_TOKENS, GATEWAY_API_KEY, GOOGLE_CREDENTIALS_BASE64, SIGNING_KEY, DATABASE_URL, DATABASE_CA_BASE64, OAUTH_CLIENT_SECRET, GOOGLE_OAUTH_CLIENT_SECRET, STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET."
  }
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "A version is a number: latest would change a running function without a plan."
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

variable "max_instances" {
  description = "Instances of each function at most, so that a flood is not a bill. Rate limits count in each instance."
  type        = number
  default     = 5

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances is a whole number from 1 to 100."
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
