locals {
  # The one host of all functions: ChatGPT wants every OAuth URL on the host of the API.
  public_host     = local.is_domain_live ? var.domain : "${var.region}-${var.project_id}.cloudfunctions.net"
  public_base_url = "https://${local.public_host}"

  source_bucket = "${var.project_id}-function-sources"
  repository    = "projects/${var.project_id}/locations/${var.region}/repositories/functions"
  build_account = "projects/${var.project_id}/serviceAccounts/function-build@${var.project_id}.iam.gserviceaccount.com"

  common_environment = {
    PUBLIC_BASE_URL      = local.public_base_url
    GOOGLE_CLOUD_PROJECT = var.project_id
    CORS_ALLOWED_ORIGINS = join(",", sort(var.cors_allowed_origins))

    ALLOWED_GOOGLE_PRINCIPALS = join(",", sort(var.allowed_google_principals))
    GOOGLE_TOKEN_AUDIENCES    = join(",", sort(var.google_token_audiences))
    ALLOW_GCLOUD_AUDIENCE     = var.allow_gcloud_audience ? "on" : ""
    # Programs can get tokens of this account: it is refused as a caller, whoever else is let in.
    SANDBOX_SERVICE_ACCOUNT = "sandbox@${var.project_id}.iam.gserviceaccount.com"
  }

  # The image holds both entries; which one starts is said here.
  sandbox_arguments = {
    cloud-run-job     = ["node", "sandbox/entry/job.js"]
    cloud-run-service = ["node", "sandbox/entry/service.js"]
  }

  files_bucket = "${var.project_id}-files"
  # Where programs, claims to them and results change hands.
  exchange_prefixes = ["claims/", "programs/", "results/"]

  # Where execute finds its sandbox.
  executor_environment = merge(
    { EXECUTOR = var.executor, STORAGE_BUCKET = local.files_bucket },
    var.executor == "cloud-run-job" ? {
      SANDBOX_JOB = "projects/${var.project_id}/locations/${var.region}/jobs/sandbox"
      } : {
      SANDBOX_SERVICE_URL = one(google_cloud_run_v2_service.sandbox[*].uri)
    },
  )

  # For every function that reads DATABASE_URL.
  database_environment = {
    DATABASE_MAX_CONNECTIONS = tostring(var.database_max_connections)
    AUDIT_DAYS               = tostring(var.audit_days)
    AUDIT_TEXT               = var.audit_text ? "on" : ""
  }

  # What differs between the functions. `secrets` names what a function may read of var.secret_versions; `project_roles` is all
  # that its account may do in the project.
  all_functions = {
    execute = {
      description     = "Runs programs in a sandbox."
      timeout_seconds = 60
      concurrency     = 20
      secrets = concat(
        ["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY", "SIGNING_KEY", "STORAGE_HMAC_ACCESS_ID", "STORAGE_HMAC_SECRET"],
        local.database_secrets,
      )
      project_roles = []
      environment = {
        EXECUTE_RATE_PER_MINUTE = tostring(var.execute_rate_per_minute)
        FILE_HOSTS              = join(",", sort(var.file_hosts))
      }
    }
    query = {
      description     = "Answers SQL from the data warehouse."
      timeout_seconds = 60
      concurrency     = 40
      secrets         = concat(["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY", "GOOGLE_CREDENTIALS_BASE64", "SIGNING_KEY"], local.database_secrets)
      project_roles   = ["roles/bigquery.jobUser"]
      environment = {
        BIGQUERY_LOCATION        = var.bigquery_location
        BIGQUERY_DEFAULT_DATASET = var.bigquery_default_dataset
        # Its account reads no other dataset of the owner's, but every public one of the world.
        BIGQUERY_ALLOWED_DATASETS = join(",", sort(var.readable_datasets))
        BIGQUERY_MAX_BYTES_BILLED = format("%d", var.bigquery_max_bytes_billed)
        BIGQUERY_PRICE_PER_TIB    = tostring(var.bigquery_price_per_tib)
        BIGQUERY_ALLOW_WRITES     = length(var.writable_datasets) > 0 ? "on" : ""
        BIGQUERY_ALLOW_EXTERNAL   = var.bigquery_allow_external ? "on" : ""
        BIGQUERY_IMPERSONATE      = var.bigquery_impersonate
        QUERY_RATE_PER_MINUTE     = tostring(var.query_rate_per_minute)
      }
    }
    health = {
      description     = "Says that the service is up."
      timeout_seconds = 10
      concurrency     = 80
      secrets         = []
      project_roles   = []
      environment     = {}
    }
    mcp = {
      description     = "Serves the same operations to clients of the Model Context Protocol."
      timeout_seconds = 75
      concurrency     = 20
      secrets         = concat(["CODEX_API_TOKEN", "CODEX_API_TOKENS", "GATEWAY_API_KEY"], local.database_secrets)
      project_roles   = []
      environment = {
        MCP_ALLOWED_ORIGINS = join(",", sort(var.mcp_allowed_origins))
        # Its tools say whether they may change data.
        BIGQUERY_ALLOW_WRITES = length(var.writable_datasets) > 0 ? "on" : ""
      }
    }
    oauth = {
      description     = "Lets clients in for the owner, and shows the owner who is in."
      timeout_seconds = 15
      concurrency     = 40
      secrets         = concat(["SIGNING_KEY", "OAUTH_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET"], local.database_secrets)
      project_roles   = []
      environment = {
        OAUTH_CLIENT_ID         = var.oauth_client_id
        GOOGLE_OAUTH_CLIENT_ID  = var.google_oauth_client_id
        ALLOWED_GOOGLE_ACCOUNTS = join(",", sort(var.allowed_google_accounts))
      }
    }
    docs = {
      description     = "Serves the API pages and the OpenAPI document."
      timeout_seconds = 30
      concurrency     = 80
      secrets         = []
      project_roles   = []
      environment     = {}
    }
  }

  # Sign-ins are kept in a database: without one there is nothing to deploy for them, and keys are the way in.
  has_database = contains(keys(var.secret_versions), "DATABASE_URL")
  functions    = { for name, function in local.all_functions : name => function if name != "oauth" || local.has_database }

  database_secrets = ["DATABASE_URL", "DATABASE_CA_BASE64"]

  # CODEX_API_TOKEN is kept in the secret codex-api-token.
  secret_ids = { for setting in keys(var.secret_versions) : setting => lower(replace(setting, "_", "-")) }
}
