# With a domain, a load balancer hands each path to its function and leaves the path as it is.
locals {
  has_domain     = var.domain != ""
  is_domain_live = local.has_domain && !var.domain_in_preparation
  domain_count   = local.has_domain ? 1 : 0
  balanced       = local.has_domain ? local.functions : {}

  # A function's name is the first segment of its paths; the others are its short ones. Whatever is not here goes to docs.
  domain_paths = {
    docs    = ["/docs", "/docs/*", "/openapi.json", "/openapi.yaml"]
    execute = ["/execute", "/execute/*", "/executions", "/executions/*", "/files/*", "/languages"]
    health  = ["/health", "/health/*"]
    mcp     = ["/mcp", "/mcp/*", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/*"]
    oauth = [
      "/oauth", "/oauth/*",
      "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/*",
      "/.well-known/openid-configuration", "/.well-known/openid-configuration/*",
    ]
    query = ["/query", "/query/*", "/query_bigquery", "/queries/*", "/datasets", "/datasets/*"]
  }
}

resource "google_compute_global_address" "domain" {
  count = local.domain_count

  name = "domain"
}

# Google issues it once the domain points at the address, and renews it.
resource "google_compute_managed_ssl_certificate" "domain" {
  count = local.domain_count

  # Another domain is another certificate, made before the old one goes.
  name = "domain-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "domain" {
  count = local.domain_count

  name            = "domain"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.balanced

  name                  = "function-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloudfunctions2_function.function[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local.balanced

  name                  = "function-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = one(google_compute_security_policy.domain[*].id)

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  # Its lines would hold whole addresses, and the address of a file is the permission to read it. The functions log without them.
  log_config {
    enable = false
  }
}

resource "google_compute_url_map" "domain" {
  count = local.domain_count

  name            = "domain"
  default_service = google_compute_backend_service.function["docs"].id

  host_rule {
    hosts        = ["*"]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.function["docs"].id

    # docs serves its API pages at its own root.
    path_rule {
      paths   = ["/"]
      service = google_compute_backend_service.function["docs"].id

      route_action {
        url_rewrite {
          path_prefix_rewrite = "/docs/welcome"
        }
      }
    }

    dynamic "path_rule" {
      for_each = local.balanced

      content {
        paths   = local.domain_paths[path_rule.key]
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }
  }
}

resource "google_compute_target_https_proxy" "domain" {
  count = local.domain_count

  name             = "domain"
  url_map          = google_compute_url_map.domain[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.domain[0].id]
  ssl_policy       = google_compute_ssl_policy.domain[0].id
}

resource "google_compute_global_forwarding_rule" "domain" {
  count = local.domain_count

  name                  = "domain"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.domain[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.domain[0].id
}

# Nothing is served without TLS: the same address, method and body are sent to where there is.
resource "google_compute_url_map" "to_https" {
  count = local.domain_count

  name = "domain-to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "PERMANENT_REDIRECT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  count = local.domain_count

  name    = "domain-to-https"
  url_map = google_compute_url_map.to_https[0].id
}

resource "google_compute_global_forwarding_rule" "to_https" {
  count = local.domain_count

  name                  = "domain-to-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.domain[0].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.to_https[0].id
}

resource "google_compute_security_policy" "domain" {
  count = var.requests_per_minute_per_address > 0 ? 1 : 0

  name        = "domain"
  description = "Bounds what one network address may ask."

  rule {
    action   = "throttle"
    priority = 1000

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.requests_per_minute_per_address
        interval_sec = 60
      }
    }
  }

  # Cloud Armor wants a last rule that takes everything.
  rule {
    action   = "allow"
    priority = 2147483647

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
