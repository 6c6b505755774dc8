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

output "service_accounts" {
  description = "The account that each function acts as; grant query's further datasets to it only through readable_datasets."
  value       = { for name, account in google_service_account.function : name => account.email }
}
