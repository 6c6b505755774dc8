variable "domain" {
  description = "A host name of yours, such as api.example.org, below which every function answers: through a load balancer that costs while nobody asks (docs/costs.md). Empty: the functions' own host at Google. The bootstrap's load_balancer lets the build make it."
  type        = string
  default     = ""

  # Longer names get no certificate.
  validation {
    condition     = var.domain == "" || (length(var.domain) <= 63 && can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?$", var.domain)))
    error_message = "domain is a host name in lower case such as api.example.org, of 63 characters at most."
  }
}

variable "domain_in_preparation" {
  description = "Makes the load balancer, and leaves every address as it was: for a deployment that is in use, until the domain points at it and the certificate is active."
  type        = bool
  default     = false

  validation {
    condition     = !var.domain_in_preparation || var.domain != ""
    error_message = "domain_in_preparation prepares a domain: set it."
  }
}

variable "requests_per_minute_per_address" {
  description = "Requests a minute that one network address may make to one function through the load balancer, by Cloud Armor, which costs (docs/costs.md); 0 for no such limit. All of ChatGPT comes from few addresses, and so does what mcp asks of the other functions: the keys' own limits are the finer ones."
  type        = number
  default     = 0

  validation {
    condition     = var.requests_per_minute_per_address == 0 || (var.requests_per_minute_per_address >= 10 && var.requests_per_minute_per_address <= 1000000 && floor(var.requests_per_minute_per_address) == var.requests_per_minute_per_address)
    error_message = "requests_per_minute_per_address is 0, or a whole number from 10 to 1000000."
  }
  validation {
    condition     = var.requests_per_minute_per_address == 0 || var.domain != ""
    error_message = "Only a load balancer counts addresses: requests_per_minute_per_address needs a domain."
  }
}
