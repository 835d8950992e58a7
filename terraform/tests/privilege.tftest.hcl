# Nobody may do more than their work needs.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = { source_secret = "trmm-source" } }
}

run "privilege" {
  command = plan

  # --- The project ---

  assert {
    condition = alltrue([
      for grant in concat(values(google_project_iam_member.ledger), [google_project_iam_member.build_logs, google_project_iam_member.build_staged_source]) :
      !contains(["roles/owner", "roles/editor", "roles/viewer"], grant.role) && !strcontains(lower(grant.role), "admin")
    ])
    error_message = "nobody is an administrator of anything project-wide"
  }

  assert {
    condition = alltrue([
      for grant in concat(values(google_project_iam_member.ledger), [google_project_iam_member.build_logs, google_project_iam_member.build_staged_source]) :
      !startswith(grant.role, "roles/storage.") || (grant.role == "roles/storage.objectViewer" && strcontains(try(grant.condition[0].expression, ""), "projects/_/buckets/gcf-v2-sources-123456789012-europe-west1"))
    ])
    error_message = "project-wide nobody may touch storage, but the build may read what the platform staged for it"
  }

  # --- The ledger ---

  assert {
    condition     = { for name, grant in google_project_iam_member.ledger : name => grant.role } == { plan = "roles/datastore.user", extend = "roles/datastore.user", status = "roles/datastore.viewer" }
    error_message = "plan and extend keep the ledger, status reads it"
  }

  assert {
    condition     = alltrue([for grant in google_project_iam_member.ledger : grant.condition[0].expression == "resource.name == \"projects/acme-feeds/databases/accrete\""])
    error_message = "and no other database of the project"
  }

  # --- The bucket ---

  assert {
    condition     = { for name, grant in google_storage_bucket_iam_member.write : name => "${grant.role} ${grant.member}" } == { for name in ["plan", "extend"] : "${name}/trmm-3b42rt" => "roles/storage.objectUser serviceAccount:accrete-${name}@acme-feeds.iam.gserviceaccount.com" }
    error_message = "plan and extend write the dataset, and status does not"
  }

  assert {
    condition     = alltrue([for grant in google_storage_bucket_iam_member.write : grant.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/acme-feeds-accrete/objects/trmm-3b42rt.\")"])
    error_message = "and nothing else in the bucket"
  }

  assert {
    condition     = { for name, grant in google_storage_bucket_iam_member.list : name => grant.role } == { plan = "roles/storage.legacyBucketReader", extend = "roles/storage.legacyBucketReader" }
    error_message = "who writes may list, to tell what is not there from what is not allowed"
  }

  assert {
    condition     = { for name, grant in google_storage_bucket_iam_member.read : name => "${grant.role} ${grant.member}" } == { status = "roles/storage.objectViewer serviceAccount:accrete-status@acme-feeds.iam.gserviceaccount.com" }
    error_message = "status reads, and nobody else does"
  }

  assert {
    condition     = google_storage_bucket_iam_member.build_source.bucket == "acme-feeds-accrete-source" && google_storage_bucket_iam_member.build_source.role == "roles/storage.objectViewer"
    error_message = "the build reads its source"
  }

  # --- Messages ---

  assert {
    condition     = toset(keys(google_pubsub_topic_iam_member.publish)) == toset(["plan/plan", "plan/extend", "plan/extended", "extend/extended"])
    error_message = "who publishes what"
  }

  assert {
    condition = alltrue([
      for pair, grant in google_pubsub_topic_iam_member.publish :
      grant.role == "roles/pubsub.publisher"
      && grant.member == "serviceAccount:accrete-${split("/", pair)[0]}@acme-feeds.iam.gserviceaccount.com"
      && grant.topic == "accrete-${split("/", pair)[1]}"
    ])
    error_message = "is granted topic by topic, to the function's own account"
  }

  # --- Credentials ---

  assert {
    condition = (
      toset([for grant in google_secret_manager_secret_iam_member.source : "${grant.secret_id} ${grant.role} ${grant.member}"])
      == toset([for name in ["plan", "extend"] : "trmm-source roles/secretmanager.secretAccessor serviceAccount:accrete-${name}@acme-feeds.iam.gserviceaccount.com"])
    )
    error_message = "who fetches may read the secret of its source, and no other secret"
  }

  # --- What is closed ---

  assert {
    condition     = length(google_storage_bucket_iam_member.public) == 0 && length(google_cloud_run_service_iam_member.status) == 0
    error_message = "nothing is open unless it was asked for"
  }

  assert {
    condition = alltrue([
      for bucket in [google_storage_bucket.datasets, google_storage_bucket.source] :
      bucket.uniform_bucket_level_access && bucket.public_access_prevention == "enforced"
    ])
    error_message = "and the buckets cannot be opened by mistake"
  }

  assert {
    condition = (
      google_firestore_database.ledger.delete_protection_state == "DELETE_PROTECTION_ENABLED"
      && google_firestore_database.ledger.deletion_policy == "ABANDON"
      && google_firestore_database.ledger.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
      && google_storage_bucket.datasets.force_destroy == false
    )
    error_message = "datasets and ledger outlive the deployment"
  }

  # --- The ledger's indexes ---

  assert {
    condition     = toset(keys(google_firestore_field.unindexed)) == toset(["chunk", "generations", "lease.holder", "steps", "writeId"])
    error_message = "questions are asked of uncommitted, nextTryAt and lease.expiresAt: these must stay indexed"
  }

  assert {
    condition     = alltrue([for field in google_firestore_field.unindexed : field.collection == "chunks" && length(field.index_config[0].indexes) == 0 && length(field.ttl_config) == 0])
    error_message = "the others have no index, and no record expires"
  }
}

run "status_for_who_is_named" {
  command = plan

  variables {
    status_invokers = ["group:ops@example.org"]
    readers         = ["group:science@example.org"]
  }

  assert {
    condition = (
      google_cloud_run_service_iam_member.status["group:ops@example.org"].service == "accrete-status"
      && google_cloud_run_service_iam_member.status["group:ops@example.org"].role == "roles/run.invoker"
      && length(google_cloud_run_service_iam_member.status) == 1
    )
    error_message = "who is named may ask how the datasets are, and cannot invoke plan or extend"
  }

  assert {
    condition     = google_storage_bucket_iam_member.read["group:science@example.org"].role == "roles/storage.objectViewer"
    error_message = "who is named may read the datasets"
  }
}
