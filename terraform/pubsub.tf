# plan and extend are asked by messages, extended says what was committed.
resource "google_pubsub_topic" "messages" {
  for_each = toset(["plan", "extend", "extended"])

  project = var.project
  name    = "${var.name}-${each.key}"
  labels  = local.labels

  depends_on = [google_project_service.api]
}

# What could not be worked off is kept here for as long as Pub/Sub keeps anything, for somebody to look at it.
resource "google_pubsub_topic" "dead" {
  for_each = local.pushed

  project = var.project
  name    = "${var.name}-${each.key}-dead"
  labels  = local.labels

  depends_on = [google_project_service.api]
}

resource "google_pubsub_subscription" "dead" {
  for_each = local.pushed

  project                    = var.project
  name                       = google_pubsub_topic.dead[each.key].name
  topic                      = google_pubsub_topic.dead[each.key].id
  labels                     = local.labels
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

# Subscriptions of our own instead of an event trigger, which drops after a day what it cannot deliver.
resource "google_pubsub_subscription" "push" {
  for_each = local.pushed

  project                    = var.project
  name                       = "${var.name}-${each.key}"
  topic                      = google_pubsub_topic.messages[each.key].id
  labels                     = local.labels
  message_retention_duration = "604800s"

  # A function answers before its timeout is over. Whatever was not answered by the deadline is delivered once more, beside
  # the one that may still run.
  ack_deadline_seconds = var.timeout_seconds + local.ack_margin_seconds

  push_config {
    push_endpoint = google_cloudfunctions2_function.function[each.key].service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.push[each.key].email
      audience              = google_cloudfunctions2_function.function[each.key].service_config[0].uri
    }
  }

  # While a chunk is held by another worker, or the provider is away, its message is refused for now.
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead[each.key].id
    max_delivery_attempts = var.delivery_attempts_max
  }

  # Else a subscription that nothing comes to for a month is gone.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_service_iam_member.push]
}

locals {
  # Together with the longest timeout that var.timeout_seconds allows, what Pub/Sub waits at most.
  ack_margin_seconds = 60
}
