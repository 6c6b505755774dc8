# For a team: sign-ins, programs that start within a second, alarms.
project_id        = "my-project-prod"
region            = "europe-west1"
readable_datasets = ["sales", "web"]
bigquery_location = "EU"

executor       = "cloud-run-service"
warm_sandboxes = 1
max_sandboxes  = 50
max_instances  = 10

secret_versions = {
  CODEX_API_TOKEN     = "1"
  SIGNING_KEY         = "1"
  DATABASE_URL        = "1"
  OAUTH_CLIENT_SECRET = "1"
}
oauth_client_id = "chatgpt"
vpc_connector   = "projects/my-project-prod/locations/europe-west1/connectors/database"

alert_email = "ada@example.org"

# A domain of your own, behind a load balancer (docs/deploy.md).
# domain = "api.example.org"
