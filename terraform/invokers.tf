# execute, query and mcp check a credential of their own on every request, oauth the owner; health and docs hold nothing to protect.
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = {
    for pair in setproduct(keys(local.functions), var.invokers) : "${pair[0]} ${pair[1]}" => { name = pair[0], member = pair[1] }
  }

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function[each.value.name].name
  role     = "roles/run.invoker"
  member   = each.value.member
}
