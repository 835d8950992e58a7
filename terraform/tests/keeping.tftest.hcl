# Where things are kept, for how long, and what is never deleted.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = {} }
}

run "keeping" {
  command = plan

  assert {
    condition = (
      google_storage_bucket.datasets.location == "europe-west1"
      && google_firestore_database.ledger.location_id == "europe-west1"
      && google_firestore_database.ledger.type == "FIRESTORE_NATIVE"
      && google_storage_bucket.datasets.storage_class == "STANDARD"
    )
    error_message = "in the functions' region, unless said otherwise; tail chunks are replaced too often for a colder class"
  }

  assert {
    condition     = [for rule in google_storage_bucket.datasets.lifecycle_rule : one(rule.action).type] == ["AbortIncompleteMultipartUpload"] && length(google_storage_bucket.datasets.versioning) == 0
    error_message = "nothing of a dataset is deleted by its age, nor kept for ever"
  }

  assert {
    condition     = google_storage_bucket.source.soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "the source is made anew by the next build"
  }

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.push : subscription.message_retention_duration == "604800s"]) && alltrue([for subscription in google_pubsub_subscription.dead : subscription.message_retention_duration == "2678400s"])
    error_message = "messages are kept for a week, dead letters for a month"
  }

  assert {
    condition     = { for policy in google_artifact_registry_repository.functions.cleanup_policies : policy.id => policy.action } == { keep-recent = "KEEP", delete-old = "DELETE" }
    error_message = "of the images, the recent ones are kept"
  }

  # --- Services ---

  assert {
    condition = toset(keys(google_project_service.api)) == toset([
      for name in ["artifactregistry", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "cloudscheduler", "firestore", "iam", "logging", "monitoring", "pubsub", "run", "secretmanager", "storage"] :
      "${name}.googleapis.com"
    ])
    error_message = "every service that is used is switched on"
  }

  assert {
    condition     = alltrue([for api in google_project_service.api : api.disable_on_destroy == false])
    error_message = "and left on, as others may use it"
  }
}

run "elsewhere" {
  command = plan

  variables {
    bucket_name        = "rain"
    bucket_location    = "EUR4"
    firestore_location = "eur3"
  }

  assert {
    condition = (
      google_storage_bucket.datasets.name == "rain"
      && google_storage_bucket.datasets.location == "EUR4"
      && google_firestore_database.ledger.location_id == "eur3"
      && google_storage_bucket.source.name == "rain-source"
      && google_storage_bucket.source.location == "europe-west1"
    )
    error_message = "the datasets and the ledger are kept where it was asked for"
  }
}
