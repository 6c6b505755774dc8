variable "vpc_connector" {
  description = "A Serverless VPC Access connector through which functions reach a database without a public address, as bootstrap's output vpc_connector prints it; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = var.vpc_connector == "" || can(regex("^projects/[a-z0-9-]+/locations/[a-z0-9-]+/connectors/[a-z0-9-]+$", var.vpc_connector))
    error_message = "vpc_connector is projects/PROJECT/locations/REGION/connectors/NAME."
  }
}

variable "database_max_connections" {
  description = "Connections of one instance of a function to the database. Four functions have max_instances instances each: the server has to take as many connections as all of those together."
  type        = number
  default     = 4

  validation {
    condition     = var.database_max_connections >= 1 && var.database_max_connections <= 100 && floor(var.database_max_connections) == var.database_max_connections
    error_message = "database_max_connections is a whole number from 1 to 100."
  }
}

variable "audit_days" {
  description = "Days that the audit trail of who ran what is kept, with a database; 0 keeps it for ever."
  type        = number
  default     = 90

  validation {
    condition     = var.audit_days >= 0 && var.audit_days <= 36500 && floor(var.audit_days) == var.audit_days
    error_message = "audit_days is a whole number from 0 to 36500."
  }
}

variable "audit_text" {
  description = "Keeps programs and SQL themselves in the audit trail, beside their fingerprints: whoever reads the database then reads them."
  type        = bool
  default     = false
}
