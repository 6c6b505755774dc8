# A PostgreSQL server that only this project's network reaches. It is made here and not by the pipeline, which therefore cannot delete
# it. Its user and password are made by hand (docs/deploy.md): Terraform would keep the password in its state.
locals {
  database_count = var.cloud_sql ? 1 : 0
}

resource "google_compute_network" "database" {
  count = local.database_count

  project                 = var.project_id
  name                    = "database"
  auto_create_subnetworks = false

  depends_on = [google_project_service.api]
}

resource "google_compute_global_address" "database" {
  count = local.database_count

  project       = var.project_id
  name          = "database"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 24
  network       = google_compute_network.database[0].id
}

resource "google_service_networking_connection" "database" {
  count = local.database_count

  network                 = google_compute_network.database[0].id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.database[0].name]
}

resource "google_sql_database_instance" "database" {
  count = local.database_count

  project             = var.project_id
  region              = var.region
  name                = "codex"
  database_version    = "POSTGRES_16"
  deletion_protection = true

  settings {
    edition                     = "ENTERPRISE"
    tier                        = "db-f1-micro"
    availability_type           = "ZONAL"
    disk_size                   = 10
    deletion_protection_enabled = true

    # This size takes 25 by default; four functions of five instances have four connections each.
    database_flags {
      name  = "max_connections"
      value = "100"
    }

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.database[0].id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }

  depends_on = [google_service_networking_connection.database]
}

resource "google_sql_database" "database" {
  count = local.database_count

  project  = var.project_id
  name     = "codex"
  instance = google_sql_database_instance.database[0].name
}

resource "google_vpc_access_connector" "database" {
  count = local.database_count

  project       = var.project_id
  region        = var.region
  name          = "database"
  network       = google_compute_network.database[0].name
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3
}
