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

variable "mcp_allowed_origins" {
  description = "Origins of web pages that may call the MCP endpoint, beside its own and those on the caller's own machine. ChatGPT, Claude and programs call from servers and need none."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.mcp_allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An origin is https://host or https://host:port, without a path."
  }
}
