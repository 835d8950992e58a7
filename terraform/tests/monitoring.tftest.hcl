# What is measured how, and from when on it is an alarm.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project = "acme-feeds"
  region  = "europe-west1"
  datasets = {
    trmm-3b42rt     = {}
    air-temperature = { schedule = "*/30 * * * *", overdue_hours_max = 2 }
  }
  notification_channels = ["projects/acme-feeds/notificationChannels/1"]
}

run "alarms" {
  command = plan

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.above), values(google_monitoring_alert_policy.silent)) : policy.notification_channels == tolist(["projects/acme-feeds/notificationChannels/1"]) && length(policy.conditions) == 1 && policy.documentation[0].content != ""
    ])
    error_message = "every alarm goes to the channels, and says what to do"
  }

  # --- Freshness: overdue ---

  assert {
    condition = (
      google_logging_metric.overdue.filter == "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"accrete-plan\" AND jsonPayload.event=\"freshness\""
      && google_logging_metric.overdue.value_extractor == "EXTRACT(jsonPayload.overdueSeconds)"
      && google_logging_metric.overdue.label_extractors["dataset"] == "EXTRACT(jsonPayload.dataset)"
      && google_logging_metric.overdue.metric_descriptor[0].metric_kind == "DELTA"
      && google_logging_metric.overdue.metric_descriptor[0].value_type == "DISTRIBUTION"
    )
    error_message = "what plan says about each dataset is measured"
  }

  assert {
    condition     = toset(keys(google_monitoring_alert_policy.above)) == toset(["dead_letters", "errors", "overdue/air-temperature", "overdue/trmm-3b42rt", "unacked"])
    error_message = "what there are alarms for"
  }

  assert {
    condition     = { for id in ["trmm-3b42rt", "air-temperature"] : id => google_monitoring_alert_policy.above["overdue/${id}"].conditions[0].condition_threshold[0].threshold_value } == { trmm-3b42rt = 6 * 3600, air-temperature = 2 * 3600 }
    error_message = "a dataset is overdue after the hours that are set for it"
  }

  assert {
    condition = alltrue([
      for id in ["trmm-3b42rt", "air-temperature"] :
      google_monitoring_alert_policy.above["overdue/${id}"].conditions[0].condition_threshold[0].filter == "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/accrete_overdue\" AND metric.labels.dataset = \"${id}\""
    ])
    error_message = "each alarm of freshness looks at its own dataset"
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.above : policy.conditions[0].condition_threshold[0].comparison == "COMPARISON_GT" && policy.conditions[0].condition_threshold[0].duration == "0s"])
    error_message = "what is above its value is an alarm, at once"
  }

  # The mean of a distribution is that of its values, whatever its buckets.
  assert {
    condition = alltrue([
      for id, window in { trmm-3b42rt = "7200s", air-temperature = "3600s" } :
      google_monitoring_alert_policy.above["overdue/${id}"].conditions[0].condition_threshold[0].aggregations[0].alignment_period == window
      && google_monitoring_alert_policy.above["overdue/${id}"].conditions[0].condition_threshold[0].aggregations[0].per_series_aligner == "ALIGN_DELTA"
      && google_monitoring_alert_policy.above["overdue/${id}"].conditions[0].condition_threshold[0].aggregations[0].cross_series_reducer == "REDUCE_MEAN"
    ])
    error_message = "the mean of what was said in two intervals, in which there is always a plan"
  }

  # --- Freshness: silence ---

  assert {
    condition = alltrue([
      for id, interval in { trmm-3b42rt = "3600s", air-temperature = "1800s" } :
      google_monitoring_alert_policy.silent[id].conditions[0].condition_prometheus_query_language[0].query == "absent_over_time(logging_googleapis_com:user_accrete_overdue_count{monitored_resource=\"cloud_run_revision\",dataset=\"${id}\"}[${interval}])"
      && google_monitoring_alert_policy.silent[id].conditions[0].condition_prometheus_query_language[0].duration == interval
    ])
    error_message = "nothing said for one interval, and that for another one"
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.silent : policy.conditions[0].condition_prometheus_query_language[0].disable_metric_validation])
    error_message = "the alarm can be made before anything was ever said"
  }

  # --- Messages ---

  assert {
    condition = (
      google_monitoring_alert_policy.above["dead_letters"].conditions[0].condition_threshold[0].filter == "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.labels.subscription_id = one_of(\"accrete-extend-dead\", \"accrete-plan-dead\")"
      && google_monitoring_alert_policy.above["dead_letters"].conditions[0].condition_threshold[0].threshold_value == 0
      && google_monitoring_alert_policy.above["dead_letters"].conditions[0].condition_threshold[0].aggregations[0].per_series_aligner == "ALIGN_MAX"
    )
    error_message = "one dead letter of either kind is an alarm"
  }

  assert {
    condition = (
      google_monitoring_alert_policy.above["unacked"].conditions[0].condition_threshold[0].filter == "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.labels.subscription_id = one_of(\"accrete-extend\", \"accrete-plan\")"
      && google_monitoring_alert_policy.above["unacked"].conditions[0].condition_threshold[0].threshold_value == 3600
      && google_monitoring_alert_policy.above["unacked"].conditions[0].condition_threshold[0].aggregations[0].per_series_aligner == "ALIGN_MAX"
    )
    error_message = "a message that has waited for an hour is an alarm"
  }

  # --- Errors ---

  assert {
    condition     = google_logging_metric.errors.filter == "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"accrete-extend\" OR \"accrete-plan\" OR \"accrete-status\") AND severity>=ERROR AND NOT log_id(\"run.googleapis.com/requests\")"
    error_message = "errors of all functions count, and refused messages do not"
  }

  assert {
    condition = (
      google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].filter == "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/accrete_errors\""
      && google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].threshold_value == 10
      && google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].aggregations[0].alignment_period == "3600s"
      && google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].aggregations[0].per_series_aligner == "ALIGN_DELTA"
      && google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].aggregations[0].cross_series_reducer == "REDUCE_SUM"
    )
    error_message = "more than ten errors of a function in an hour are an alarm"
  }
}

run "as_patient_as_asked_for" {
  command = plan

  variables {
    unacked_minutes_max = 90
    errors_per_hour_max = 3
  }

  assert {
    condition     = google_monitoring_alert_policy.above["unacked"].conditions[0].condition_threshold[0].threshold_value == 5400 && google_monitoring_alert_policy.above["errors"].conditions[0].condition_threshold[0].threshold_value == 3
    error_message = "the thresholds are as set"
  }
}
