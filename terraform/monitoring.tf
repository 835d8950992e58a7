# Alarms on what nobody would see: "When it does not grow" in README.md says what to do about each.

locals {
  functions_filter = join(" OR ", [for name, function in google_cloudfunctions2_function.function : "\"${function.name}\""])

  # As PromQL names a metric: anything but letters and digits becomes an underscore.
  metric_prefix = replace(var.name, "-", "_")

  # From one plan to the next, of which we hear later: an entry of the log may take ten minutes until it counts.
  spoken_within_seconds = { for id, seconds in local.interval_seconds : id => max(seconds, 600) }

  # So long that there is always a plan in it, unless there is silence; Cloud Monitoring looks back no further.
  overdue_window_seconds = { for id, seconds in local.spoken_within_seconds : id => min(2 * seconds, 25 * 3600) }

  # An alarm whose series have ended ends too.
  auto_close = "86400s"
}

# What plan says at its end about a dataset, if it looked at the usual window: by how much the first timestep that is not visible is
# past the instant when it was expected.
resource "google_logging_metric" "overdue" {
  project     = var.project
  name        = "${local.metric_prefix}_overdue"
  description = "By how many seconds the first timestep that is not visible is past its expected time, as each plan finds it"
  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${google_cloudfunctions2_function.function["plan"].name}\"",
    "jsonPayload.event=\"freshness\"",
  ])
  value_extractor  = "EXTRACT(jsonPayload.overdueSeconds)"
  label_extractors = { dataset = "EXTRACT(jsonPayload.dataset)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"

    labels {
      key         = "dataset"
      value_type  = "STRING"
      description = "Id of the dataset"
    }
  }

  # From a minute to two years. Only charts use the buckets: the alarm is set on the mean, which is kept exactly.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 20
      growth_factor      = 2
      scale              = 60
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "errors" {
  project     = var.project
  name        = "${local.metric_prefix}_errors"
  description = "Errors in the logs of the functions, their own and the platform's"
  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${local.functions_filter})",
    "severity>=ERROR",
    # The platform's line about an answer with 5xx: a message that is refused for now is none, and of the others we say more.
    "NOT log_id(\"run.googleapis.com/requests\")",
  ])

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

# What is an alarm as soon as it is above a value; `by` is what it is counted for, each by itself.
locals {
  alarms = merge(
    {
      for id, dataset in var.datasets : "overdue/${id}" => {
        title     = "${id} is overdue"
        severity  = "ERROR"
        condition = "the oldest expected timestep is overdue by more than ${dataset.overdue_hours_max} h"
        filter    = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.overdue.name}\" AND metric.labels.dataset = \"${id}\""
        above     = dataset.overdue_hours_max * 3600
        window    = "${local.overdue_window_seconds[id]}s"
        aligner   = "ALIGN_DELTA"
        reducer   = "REDUCE_MEAN"
        by        = ["metric.label.dataset"]
        remedy    = "Readers of ${id} lack what they expect. `accrete status`, or the status function, says since when and what is failing: the provider may be late or away, a granule missing or corrupt, or a worker unable to commit. During a first backfill this is as it should be."
      }
    },
    {
      dead_letters = {
        title     = "dead letters"
        severity  = "ERROR"
        condition = "messages that could not be worked off in ${var.delivery_attempts_max} attempts"
        filter    = "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.labels.subscription_id = one_of(${join(", ", [for dead in google_pubsub_subscription.dead : "\"${dead.name}\""])})"
        above     = 0
        window    = "300s"
        aligner   = "ALIGN_MAX"
        reducer   = "REDUCE_NONE"
        by        = []
        remedy    = "The ERROR lines of the function say why. Mend that, publish the message again or leave it to the next plan, then purge the dead-letter subscription: the alarm ends with its last message."
      }
      unacked = {
        title     = "messages wait"
        severity  = "WARNING"
        condition = "the oldest message has waited for more than ${var.unacked_minutes_max} min"
        filter    = "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.labels.subscription_id = one_of(${join(", ", [for push in google_pubsub_subscription.push : "\"${push.name}\""])})"
        above     = var.unacked_minutes_max * 60
        window    = "300s"
        aligner   = "ALIGN_MAX"
        reducer   = "REDUCE_NONE"
        by        = []
        remedy    = "A function refuses its messages again and again, or cannot be reached. Its log says why: the provider is away, a chunk is held, or the deployment is not set up."
      }
      errors = {
        title     = "errors"
        severity  = "WARNING"
        condition = "a function logged more than ${var.errors_per_hour_max} errors in an hour"
        filter    = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.errors.name}\""
        above     = var.errors_per_hour_max
        window    = "3600s"
        aligner   = "ALIGN_DELTA"
        reducer   = "REDUCE_SUM"
        by        = ["resource.label.service_name"]
        remedy    = "Some errors pass by themselves: every message is delivered again. So many do not. The ERROR lines of the function's log name the operation, the place and what was expected."
      }
    },
  )
}

resource "google_monitoring_alert_policy" "above" {
  for_each = local.alarms

  project               = var.project
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.condition

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "0s"

      aggregations {
        alignment_period     = each.value.window
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.by
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.remedy
  }
}

# Silence is an alarm too, also of a plan that never spoke: that is why this is a query, as a condition of absence waits for a
# first value. When nothing was said for one interval, and that for another one.
resource "google_monitoring_alert_policy" "silent" {
  for_each = var.datasets

  project               = var.project
  display_name          = "${var.name}: nobody looks after ${each.key}"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "no plan has said how fresh it is for two intervals of its schedule"

    condition_prometheus_query_language {
      query                     = "absent_over_time(logging_googleapis_com:user_${google_logging_metric.overdue.name}_count{monitored_resource=\"cloud_run_revision\",dataset=\"${each.key}\"}[${local.spoken_within_seconds[each.key]}s])"
      duration                  = "${local.spoken_within_seconds[each.key]}s"
      evaluation_interval       = "300s"
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    mime_type = "text/markdown"
    content   = "The function ${var.name}-plan has not finished a plan of ${each.key}, or cannot read it. Look at the scheduler's job ${google_cloud_scheduler_job.plan[each.key].name} (paused? failing?), at the subscription ${google_pubsub_subscription.push["plan"].name}, and at the function's log."
  }
}
