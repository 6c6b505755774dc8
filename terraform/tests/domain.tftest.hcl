mock_provider "google" {}

variables {
  project_id = "demo-project"
  source_objects = {
    execute = "functions/execute-0000000000000000000000000000000000000000000000000000000000000000.zip"
    query   = "functions/query-1111111111111111111111111111111111111111111111111111111111111111.zip"
    health  = "functions/health-2222222222222222222222222222222222222222222222222222222222222222.zip"
    docs    = "functions/docs-3333333333333333333333333333333333333333333333333333333333333333.zip"
    mcp     = "functions/mcp-4444444444444444444444444444444444444444444444444444444444444444.zip"
    oauth   = "functions/oauth-5555555555555555555555555555555555555555555555555555555555555555.zip"
  }
  sandbox_image = "europe-west1-docker.pkg.dev/demo-project/sandbox/sandbox@sha256:6666666666666666666666666666666666666666666666666666666666666666"
  secret_versions = {
    CODEX_API_TOKEN        = "3"
    SIGNING_KEY            = "1"
    STORAGE_HMAC_ACCESS_ID = "1"
    STORAGE_HMAC_SECRET    = "2"
  }
}

run "no_balancer_by_default" {
  command = plan

  assert {
    condition     = length(google_compute_global_address.domain) + length(google_compute_global_forwarding_rule.domain) + length(google_compute_global_forwarding_rule.to_https) + length(google_compute_backend_service.function) + length(google_compute_security_policy.domain) == 0
    error_message = "A load balancer costs money, though nobody asked for it."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].ingress_settings == "ALLOW_ALL"]) && output.domain == null
    error_message = "Nobody could reach the functions."
  }
}

run "the_domain_is_the_only_door" {
  command = apply

  variables {
    domain      = "api.example.org"
    alert_email = "ada@example.org"
    secret_versions = {
      CODEX_API_TOKEN        = "1"
      DATABASE_URL           = "1"
      SIGNING_KEY            = "1"
      STORAGE_HMAC_ACCESS_ID = "1"
      STORAGE_HMAC_SECRET    = "1"
    }
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].ingress_settings == "ALLOW_INTERNAL_AND_GCLB"])
    error_message = "A function is reached past the load balancer."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].environment_variables["PUBLIC_BASE_URL"] == "https://api.example.org"])
    error_message = "A function does not know the domain: links, sign-ins and tokens would be for another address."
  }
  assert {
    condition     = output.public_base_url == "https://api.example.org" && output.mcp_url == "https://api.example.org/mcp" && output.openapi_url == "https://api.example.org/docs/openapi.yaml" && output.oauth_endpoints.token_url == "https://api.example.org/oauth/token" && output.owner_url == "https://api.example.org/oauth/owner"
    error_message = "An address to paste is not below the domain."
  }
  assert {
    condition     = output.domain.dns_record == "api.example.org. A ${google_compute_global_address.domain[0].address}" && output.domain.url == "https://api.example.org" && output.domain.is_live
    error_message = "Nobody is told what the DNS must say."
  }
  assert {
    condition     = one(google_monitoring_uptime_check_config.health["on"].monitored_resource).labels["host"] == "api.example.org"
    error_message = "The uptime check asks where nobody may come any more."
  }
  assert {
    condition     = toset([for group in google_compute_region_network_endpoint_group.function : "${group.network_endpoint_type} ${group.region} ${group.cloud_run[0].service}"]) == toset([for name in ["docs", "execute", "health", "mcp", "oauth", "query"] : "SERVERLESS europe-west1 ${name}"])
    error_message = "The load balancer leads elsewhere than to the six functions, such as to the sandbox."
  }
  assert {
    condition     = alltrue([for name, service in google_compute_backend_service.function : service.load_balancing_scheme == "EXTERNAL_MANAGED" && one(service.backend).group == google_compute_region_network_endpoint_group.function[name].id])
    error_message = "A function's requests are handed to another one."
  }
  assert {
    condition     = alltrue([for service in google_compute_backend_service.function : !service.log_config[0].enable])
    error_message = "Logs hold whole addresses, and so the permission to read files."
  }
  assert {
    condition     = length(google_compute_security_policy.domain) == 0
    error_message = "Cloud Armor is paid for, though nobody asked for it."
  }
}

run "the_paths_are_those_of_one_machine" {
  command = apply

  variables {
    domain = "api.example.org"
  }

  assert {
    condition     = google_compute_url_map.domain[0].default_service == google_compute_backend_service.function["docs"].id && google_compute_url_map.domain[0].path_matcher[0].default_service == google_compute_backend_service.function["docs"].id && one(google_compute_url_map.domain[0].host_rule).hosts == toset(["*"]) && one(google_compute_url_map.domain[0].host_rule).path_matcher == google_compute_url_map.domain[0].path_matcher[0].name
    error_message = "What is no path of a function is answered by another one than docs."
  }
  assert {
    condition     = alltrue([for name in ["docs", "execute", "health", "mcp", "query"] : anytrue([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : rule.service == google_compute_backend_service.function[name].id && length(setsubtract(["/${name}", "/${name}/*"], rule.paths)) == 0])])
    error_message = "A function does not get the paths of its name."
  }
  assert {
    condition     = one([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : rule.service if contains(rule.paths, "/query_bigquery")]) == google_compute_backend_service.function["query"].id && one([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : rule.service if contains(rule.paths, "/languages")]) == google_compute_backend_service.function["execute"].id
    error_message = "The short paths of the original systems lead to another function."
  }
  assert {
    condition     = one([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : "${rule.route_action[0].url_rewrite[0].path_prefix_rewrite} ${rule.service == google_compute_backend_service.function["docs"].id}" if contains(rule.paths, "/")]) == "/docs/welcome true"
    error_message = "The first page is not the one that says what is here."
  }
  assert {
    condition     = length(distinct(flatten([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : tolist(rule.paths)]))) == length(flatten([for rule in google_compute_url_map.domain[0].path_matcher[0].path_rule : tolist(rule.paths)])) && length(google_compute_url_map.domain[0].path_matcher[0].path_rule) == 6
    error_message = "A path leads to two functions, or a function that is not deployed has paths."
  }
}

run "nothing_without_tls" {
  command = apply

  variables {
    domain = "api.example.org"
  }

  assert {
    condition     = google_compute_managed_ssl_certificate.domain[0].managed[0].domains == tolist(["api.example.org"]) && google_compute_target_https_proxy.domain[0].ssl_certificates == tolist([google_compute_managed_ssl_certificate.domain[0].id])
    error_message = "The certificate is for another name, or not the one that is shown."
  }
  assert {
    condition     = google_compute_ssl_policy.domain[0].min_tls_version == "TLS_1_2" && google_compute_ssl_policy.domain[0].profile == "MODERN" && google_compute_target_https_proxy.domain[0].ssl_policy == google_compute_ssl_policy.domain[0].id
    error_message = "Old TLS is taken."
  }
  assert {
    condition     = google_compute_global_forwarding_rule.domain[0].port_range == "443" && google_compute_global_forwarding_rule.domain[0].target == google_compute_target_https_proxy.domain[0].id && google_compute_target_https_proxy.domain[0].url_map == google_compute_url_map.domain[0].id && google_compute_global_forwarding_rule.domain[0].ip_address == google_compute_global_address.domain[0].id
    error_message = "Port 443 leads elsewhere than to the functions."
  }
  assert {
    condition     = google_compute_global_forwarding_rule.to_https[0].port_range == "80" && google_compute_global_forwarding_rule.to_https[0].target == google_compute_target_http_proxy.to_https[0].id && google_compute_target_http_proxy.to_https[0].url_map == google_compute_url_map.to_https[0].id && length(google_compute_url_map.to_https[0].path_matcher) + length(google_compute_url_map.to_https[0].host_rule) == 0
    error_message = "Port 80 serves something."
  }
  assert {
    condition     = google_compute_url_map.to_https[0].default_url_redirect[0].https_redirect && google_compute_url_map.to_https[0].default_url_redirect[0].redirect_response_code == "PERMANENT_REDIRECT" && !google_compute_url_map.to_https[0].default_url_redirect[0].strip_query
    error_message = "A request without TLS is not sent on as it is."
  }
}

run "a_domain_in_preparation_changes_nothing" {
  command = apply

  variables {
    domain                = "api.example.org"
    domain_in_preparation = true
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.function : function.service_config[0].ingress_settings == "ALLOW_ALL" && function.service_config[0].environment_variables["PUBLIC_BASE_URL"] == "https://europe-west1-demo-project.cloudfunctions.net"])
    error_message = "A deployment that is in use is cut off before the domain answers."
  }
  assert {
    condition     = length(google_compute_global_forwarding_rule.domain) == 1 && output.domain.address == google_compute_global_address.domain[0].address && !output.domain.is_live
    error_message = "There is nothing that the DNS could point at."
  }
}

run "one_address_cannot_ask_without_end" {
  command = apply

  variables {
    domain                          = "api.example.org"
    requests_per_minute_per_address = 600
  }

  assert {
    condition     = one([for rule in google_compute_security_policy.domain[0].rule : "${rule.rate_limit_options[0].enforce_on_key} ${rule.rate_limit_options[0].rate_limit_threshold[0].count} ${rule.rate_limit_options[0].rate_limit_threshold[0].interval_sec} ${rule.rate_limit_options[0].exceed_action} ${rule.rate_limit_options[0].conform_action}" if rule.action == "throttle"]) == "IP 600 60 deny(429) allow"
    error_message = "Another number, time or key is counted, or whoever is over it comes through."
  }
  assert {
    condition     = alltrue([for rule in google_compute_security_policy.domain[0].rule : tolist(rule.match[0].config[0].src_ip_ranges) == tolist(["*"])]) && min([for rule in google_compute_security_policy.domain[0].rule : rule.action == "throttle" ? rule.priority : 2147483648]...) < min([for rule in google_compute_security_policy.domain[0].rule : rule.action == "throttle" ? 2147483648 : rule.priority]...)
    error_message = "An address is not counted."
  }
  assert {
    condition     = length(google_compute_backend_service.function) == 5 && alltrue([for service in google_compute_backend_service.function : service.security_policy == google_compute_security_policy.domain[0].id])
    error_message = "A function is not behind the limit."
  }
}

run "an_address_is_no_domain" {
  command = plan

  variables {
    domain = "https://api.example.org"
  }

  expect_failures = [var.domain]
}

run "too_long_for_a_certificate" {
  command = plan

  variables {
    domain = "a-name-that-is-longer-than-any-certificate-takes.api.europe.example.org"
  }

  expect_failures = [var.domain]
}

run "nothing_to_prepare" {
  command = plan

  variables {
    domain_in_preparation = true
  }

  expect_failures = [var.domain_in_preparation]
}

run "a_limit_that_locks_out_is_refused" {
  command = plan

  variables {
    domain                          = "api.example.org"
    requests_per_minute_per_address = 5
  }

  expect_failures = [var.requests_per_minute_per_address]
}

run "a_limit_needs_a_domain" {
  command = plan

  variables {
    requests_per_minute_per_address = 600
  }

  expect_failures = [var.requests_per_minute_per_address]
}
