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

variable "execute_rate_per_minute" {
  description = "Programs a minute for each key; 0 switches the limit off."
  type        = number
  default     = 10

  validation {
    condition     = var.execute_rate_per_minute >= 0 && floor(var.execute_rate_per_minute) == var.execute_rate_per_minute
    error_message = "A rate is a whole number, 0 or more."
  }
}
