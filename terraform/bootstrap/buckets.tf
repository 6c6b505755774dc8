locals {
  buckets = {
    terraform-state  = { versioned = true, delete_after_days = null }
    function-sources = { versioned = false, delete_after_days = 90 }
  }
}

# State holds addresses and settings, never a secret's value. Sources are content-addressed: each build puts back what a
# lifecycle took.
resource "google_storage_bucket" "bucket" {
  for_each = local.buckets

  project                     = var.project_id
  name                        = "${var.project_id}-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = each.value.versioned
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.delete_after_days == null ? [] : [each.value.delete_after_days]

    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  # Old states go, but the last thirty stay however old they are.
  dynamic "lifecycle_rule" {
    for_each = each.value.versioned ? [30] : []

    content {
      action {
        type = "Delete"
      }
      condition {
        num_newer_versions = lifecycle_rule.value
        with_state         = "ARCHIVED"
      }
    }
  }

  depends_on = [google_project_service.api]
}
