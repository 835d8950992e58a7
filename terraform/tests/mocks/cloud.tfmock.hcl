# What the provider would fill in, told apart: so that a test sees which account, topic or function is meant.

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

override_resource {
  target = google_service_account.function["plan"]
  values = { email = "accrete-plan@acme-feeds.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.function["extend"]
  values = { email = "accrete-extend@acme-feeds.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.function["status"]
  values = { email = "accrete-status@acme-feeds.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.push["plan"]
  values = {
    name  = "projects/acme-feeds/serviceAccounts/accrete-push-plan@acme-feeds.iam.gserviceaccount.com"
    email = "accrete-push-plan@acme-feeds.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.push["extend"]
  values = {
    name  = "projects/acme-feeds/serviceAccounts/accrete-push-extend@acme-feeds.iam.gserviceaccount.com"
    email = "accrete-push-extend@acme-feeds.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.build
  values = {
    name  = "projects/acme-feeds/serviceAccounts/accrete-build@acme-feeds.iam.gserviceaccount.com"
    email = "accrete-build@acme-feeds.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_pubsub_topic.messages["plan"]
  values = { id = "projects/acme-feeds/topics/accrete-plan" }
}

override_resource {
  target = google_pubsub_topic.messages["extend"]
  values = { id = "projects/acme-feeds/topics/accrete-extend" }
}

override_resource {
  target = google_pubsub_topic.messages["extended"]
  values = { id = "projects/acme-feeds/topics/accrete-extended" }
}

override_resource {
  target = google_pubsub_topic.dead["plan"]
  values = { id = "projects/acme-feeds/topics/accrete-plan-dead" }
}

override_resource {
  target = google_pubsub_topic.dead["extend"]
  values = { id = "projects/acme-feeds/topics/accrete-extend-dead" }
}

override_resource {
  target = google_cloudfunctions2_function.function["plan"]
  values = { service_config = { uri = "https://plan.run.app" } }
}

override_resource {
  target = google_cloudfunctions2_function.function["extend"]
  values = { service_config = { uri = "https://extend.run.app" } }
}

override_resource {
  target = google_cloudfunctions2_function.function["status"]
  values = { service_config = { uri = "https://status.run.app" } }
}

override_resource {
  target = google_storage_bucket.datasets
  values = { url = "gs://acme-feeds-accrete" }
}
