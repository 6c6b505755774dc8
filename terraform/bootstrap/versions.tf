terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }

  # Its own state stays in a local file: the bucket for states is made here.
}

provider "google" {
  project = var.project_id
  region  = var.region
}

# Google takes a person's credentials for budgets only with the project that the requests count for.
provider "google" {
  alias                 = "budget"
  project               = var.project_id
  billing_project       = var.project_id
  user_project_override = true
}
