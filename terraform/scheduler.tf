resource "google_cloud_scheduler_job" "plan" {
  for_each = var.datasets

  project     = var.project
  region      = var.region
  name        = "${var.name}-plan-${each.key}"
  description = "Has Accrete look for what is new of ${each.key}"
  schedule    = each.value.schedule
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = google_pubsub_topic.messages["plan"].id
    data       = base64encode(jsonencode({ dataset = each.key }))
  }

  depends_on = [google_project_service.api]
}

# How far apart the ticks of each schedule are, at most: silence for two intervals is an alarm. Schedules are the same every
# day (var.datasets sees to it), so the minutes of one day at which they tick tell, and it is a day at most.
locals {
  cron_pattern = "^(?:\\*|(?P<from>[0-9]+)(?:-(?P<to>[0-9]+))?)(?:/(?P<every>[0-9]+))?$"

  # Minutes and hours that a schedule names: lists, ranges and steps written out.
  cron_values = {
    for id, dataset in var.datasets : id => [
      for position, most in [59, 23] : distinct(flatten([
        for part in [for text in split(",", split(" ", dataset.schedule)[position]) : regex(local.cron_pattern, text)] : range(
          tonumber(coalesce(part.from, "0")),
          tonumber(coalesce(part.to, part.from, most)) + 1,
          tonumber(coalesce(part.every, "1")),
        )
      ]))
    ]
  }
  ticks = {
    for id, values in local.cron_values : id => [
      for text in sort([for pair in setproduct(values[1], values[0]) : format("%04d", pair[0] * 60 + pair[1])]) : tonumber(text)
    ]
  }
  interval_seconds = {
    for id, ticks in local.ticks : id => 60 * max([
      for position, tick in ticks : position == 0 ? tick + 1440 - ticks[length(ticks) - 1] : tick - ticks[position - 1]
    ]...)
  }
}
