terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }

  # The bucket comes from bootstrap/: terraform init -backend-config=bucket=PROJECT-terraform-state
  backend "gcs" {
    prefix = "functions"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
}
