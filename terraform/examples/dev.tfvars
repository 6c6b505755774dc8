# To try things: keys alone, one job execution a program, small bounds. Costs nothing while nobody asks.
project_id        = "my-project-dev"
region            = "europe-west1"
readable_datasets = ["sample"]

max_instances             = 2
bigquery_max_bytes_billed = 1073741824
allow_gcloud_audience     = true
allowed_google_principals = ["ada@example.org"]
