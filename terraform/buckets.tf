# What execute keeps for others: results, files, the working folders of sessions; programs on their way to a job, and results that come back without a connection.
resource "google_storage_bucket" "files" {
  name                        = local.files_bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Whatever is in there is thrown away within days anyhow.
  force_destroy = true

  # What is deleted is gone: these are strangers' programs and their results.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  versioning {
    enabled = false
  }

  # No reader is shown what has expired; these rules sweep it away. An object's custom time is when it expires.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_custom_time = 1
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 1
      matches_prefix = local.exchange_prefixes
    }
  }

  # Whatever it is: nothing is good for longer than a day.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 2
    }
  }
}

resource "google_storage_bucket_iam_member" "execute" {
  bucket = google_storage_bucket.files.name
  role   = "roles/storage.objectUser"
  member = google_service_account.function["execute"].member
}

# Signed URLs carry the rights of the account whose HMAC key signs them. It may create and read where programs change hands, and
# replace nothing: that a result is written once is the bucket's own rule as well.
resource "google_storage_bucket_iam_member" "signer" {
  for_each = contains(keys(var.secret_versions), "STORAGE_HMAC_ACCESS_ID") ? toset(["roles/storage.objectCreator", "roles/storage.objectViewer"]) : toset([])

  bucket = google_storage_bucket.files.name
  role   = each.value
  member = "serviceAccount:exchange-signer@${var.project_id}.iam.gserviceaccount.com"

  condition {
    title       = "where_programs_change_hands"
    description = "Nobody's files and results by a signed URL."
    expression = join(" || ", [
      for prefix in local.exchange_prefixes : "resource.name.startsWith('projects/_/buckets/${local.files_bucket}/objects/${prefix}')"
    ])
  }
}
