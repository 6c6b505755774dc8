locals {
  buckets = merge(
    # Results, files and the working folders of sessions.
    { files = "${var.project_id}-files" },
    # Programs on their way to a job, and what came back.
    var.executor == "cloud-run-job" ? { exchange = "${var.project_id}-exchange" } : {},
  )
}

resource "google_storage_bucket" "bucket" {
  for_each = local.buckets

  name                        = each.value
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
  dynamic "lifecycle_rule" {
    for_each = each.key == "files" ? [1] : []

    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_custom_time = lifecycle_rule.value
      }
    }
  }

  # Whatever it is: nothing is good for longer than a day.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = each.key == "files" ? 2 : 1
    }
  }
}

resource "google_storage_bucket_iam_member" "execute" {
  for_each = google_storage_bucket.bucket

  bucket = each.value.name
  role   = "roles/storage.objectUser"
  member = google_service_account.function["execute"].member
}

# Signed URLs carry the rights of the account whose HMAC key signs them. It may create and read, not replace: that a result is
# written once is the bucket's own rule as well.
resource "google_storage_bucket_iam_member" "signer" {
  for_each = var.executor == "cloud-run-job" ? toset(["roles/storage.objectCreator", "roles/storage.objectViewer"]) : toset([])

  bucket = google_storage_bucket.bucket["exchange"].name
  role   = each.value
  member = "serviceAccount:exchange-signer@${var.project_id}.iam.gserviceaccount.com"
}
