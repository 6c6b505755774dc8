# Each function acts as its own account, so that what leaks from one opens nothing of another.
resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "fn-${each.key}"
  display_name = "Function ${each.key}"
  description  = each.value.description
}

# Every project role of every function is granted here and nowhere else.
resource "google_project_iam_member" "function" {
  for_each = merge([
    for name, function in local.functions : { for role in function.project_roles : "${name} ${role}" => { name = name, role = role } }
  ]...)

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.function[each.value.name].member
}
