output "public_base_url" {
  description = "What every address begins with."
  value       = local.public_base_url
}

output "function_urls" {
  description = "Address of each function."
  value       = { for name in keys(local.functions) : name => "${local.public_base_url}/${name}" }
}

output "openapi_url" {
  description = "Paste this into ChatGPT's action editor."
  value       = "${local.public_base_url}/docs/openapi.yaml"
}

output "mcp_url" {
  description = "Paste this into ChatGPT, Claude and every other MCP client."
  value       = "${local.public_base_url}/mcp"
}

output "oauth_endpoints" {
  description = "For a client that does not find them by itself, such as ChatGPT's action editor; null without a database."
  value = local.has_database ? {
    authorization_url = "${local.public_base_url}/oauth/authorize"
    token_url         = "${local.public_base_url}/oauth/token"
    metadata_url      = "${local.public_base_url}/oauth/.well-known/openid-configuration"
  } : null
}

output "owner_url" {
  description = "Where the owner signs in and sees who is connected; null without a database."
  value       = local.has_database ? "${local.public_base_url}/oauth/owner" : null
}

output "domain" {
  description = "What your DNS must say for the domain, and where it then answers; null without a domain."
  value = local.has_domain ? {
    dns_record  = "${var.domain}. A ${google_compute_global_address.domain[0].address}"
    address     = google_compute_global_address.domain[0].address
    url         = "https://${var.domain}"
    openapi_url = "https://${var.domain}/openapi.yaml"
    mcp_url     = "https://${var.domain}/mcp"
    certificate = google_compute_managed_ssl_certificate.domain[0].name
    is_live     = local.is_domain_live
  } : null
}

output "service_accounts" {
  description = "The account that each function acts as; grant query's further datasets to it only through readable_datasets."
  value       = { for name, account in google_service_account.function : name => account.email }
}
