# Silence is an alarm after two intervals: the longest that a schedule leaves between two ticks, worked out from its cron
# expression.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = {} }
}

run "every_hour" {
  command = plan
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 3600
    error_message = "an hour, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
}

run "every_minute" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "* * * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 60
    error_message = "a minute, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
  assert {
    condition     = google_monitoring_alert_policy.silent["trmm-3b42rt"].conditions[0].condition_prometheus_query_language[0].duration == "600s"
    error_message = "but what is said may take ten minutes until it counts"
  }
}

run "steps" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "*/25 * * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 25 * 60
    error_message = "0, 25, 50: 25 minutes, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
}

run "lists" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "50,5,20 * * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 30 * 60
    error_message = "5, 20, 50: 30 minutes, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
}

run "ranges_over_the_night" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "10-40/15 8-22 * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == (24 * 60 - (22 * 60 + 40) + 8 * 60 + 10) * 60
    error_message = "from 22:40 to 8:10, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
}

run "twice_a_day" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "0 3,15 * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 12 * 3600
    error_message = "twelve hours, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
}

run "once_a_day" {
  command = plan
  variables {
    datasets = { trmm-3b42rt = { schedule = "0 3 * * *" } }
  }
  assert {
    condition     = local.interval_seconds["trmm-3b42rt"] == 24 * 3600
    error_message = "a day, not ${local.interval_seconds["trmm-3b42rt"]} s"
  }
  # Cloud Monitoring looks back 25 hours at what is logged.
  assert {
    condition     = google_monitoring_alert_policy.above["overdue/trmm-3b42rt"].conditions[0].condition_threshold[0].aggregations[0].alignment_period == "90000s"
    error_message = "a day and an hour"
  }
}
