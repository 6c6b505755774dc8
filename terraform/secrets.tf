# The secrets themselves are made by bootstrap/ and filled by hand; here a function gets access to its own ones.
resource "google_secret_manager_secret_iam_member" "function" {
  for_each = merge([
    for name, function in local.functions : {
      for setting in function.secrets : "${name} ${setting}" => { name = name, secret_id = local.secret_ids[setting] }
      if contains(keys(var.secret_versions), setting)
    }
  ]...)

  project   = var.project_id
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.name].member
}
