# What is deployed, and where. It belongs into git: what is secret lies in Secret Manager, and has its name here.

project = "acme-feeds"
region  = "europe-west1"

datasets = {
  example = {
    # source_secret     = "example-source"       # the secret that holds ftp://user:password@host/path, if the URL has a password
    # secrets           = { token = { secret = "example-token" } } # what the descriptor names, each by its name in Secret Manager
    # start             = "2026-11-01T00:00:00Z" # to begin after the descriptor's start
    # schedule          = "7 * * * *"            # when to look for what is new: in UTC, the same every day
    # overdue_hours_max = 6                      # raise the alarm when a timestep is that late
  }
}

# public_read = true              # everybody may read the datasets, by their URLs
# alert_email = "ops@example.org" # where alarms go, besides the console
