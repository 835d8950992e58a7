# Who may do what. Each function runs as an account of its own, and each subscription pushes as one.

resource "google_service_account" "function" {
  for_each = toset(["plan", "extend", "status"])

  project      = var.project
  account_id   = "${var.name}-${each.key}"
  display_name = "Accrete: runs ${each.key}"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "push" {
  for_each = local.pushed

  project      = var.project
  account_id   = "${var.name}-push-${each.key}"
  display_name = "Accrete: pushes messages to ${each.key}"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "${var.name}-build"
  display_name = "Accrete: builds the functions"

  depends_on = [google_project_service.api]
}

locals {
  member = merge(
    { for name, account in google_service_account.function : name => "serviceAccount:${account.email}" },
    { for name, account in google_service_account.push : "push-${name}" => "serviceAccount:${account.email}" },
    { build = "serviceAccount:${google_service_account.build.email}" },
  )
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# --- The datasets' bucket ---

# A dataset is what lies under ID.zarr/ and ID.accrete/. Replacing an object takes the right to delete it.
resource "google_storage_bucket_iam_member" "write" {
  for_each = { for pair in setproduct(local.pushed, keys(var.datasets)) : join("/", pair) => { function = pair[0], dataset = pair[1] } }

  bucket = google_storage_bucket.datasets.name
  role   = "roles/storage.objectUser"
  member = local.member[each.value.function]

  condition {
    title      = "objects of ${each.value.dataset}"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.datasets.name}/objects/${each.value.dataset}.\")"
  }
}

# Who may not list a bucket is answered 403 about an object that is not there, and could not tell it from one it may not read.
resource "google_storage_bucket_iam_member" "list" {
  for_each = local.pushed

  bucket = google_storage_bucket.datasets.name
  role   = "roles/storage.legacyBucketReader"
  member = local.member[each.key]
}

resource "google_storage_bucket_iam_member" "read" {
  for_each = merge({ status = local.member["status"] }, { for member in var.readers : member => member })

  bucket = google_storage_bucket.datasets.name
  role   = "roles/storage.objectViewer"
  member = each.value
}

# Readable by who knows an object's name, listable by nobody.
resource "google_storage_bucket_iam_member" "public" {
  count = var.public_read ? 1 : 0

  bucket = google_storage_bucket.datasets.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

# --- The ledger ---

resource "google_project_iam_member" "ledger" {
  for_each = { plan = "roles/datastore.user", extend = "roles/datastore.user", status = "roles/datastore.viewer" }

  project = var.project
  role    = each.value
  member  = local.member[each.key]

  condition {
    title      = "database ${google_firestore_database.ledger.name}"
    expression = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.ledger.name}\""
  }
}

# --- Messages ---

# plan asks itself to go on, and workers for batches; whoever commits says so.
resource "google_pubsub_topic_iam_member" "publish" {
  for_each = { for pair in [["plan", "plan"], ["plan", "extend"], ["plan", "extended"], ["extend", "extended"]] : join("/", pair) => { function = pair[0], topic = pair[1] } }

  project = var.project
  topic   = google_pubsub_topic.messages[each.value.topic].name
  role    = "roles/pubsub.publisher"
  member  = local.member[each.value.function]
}

resource "google_cloud_run_service_iam_member" "push" {
  for_each = local.pushed

  project  = var.project
  location = var.region
  service  = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = local.member["push-${each.key}"]

  # A function that is replaced takes what is granted on it along, while its name stays.
  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.function[each.key].id]
  }
}

# Pub/Sub signs a push as the account that the subscription names. Its service agent comes into being with its first topic.
resource "google_service_account_iam_member" "push_token" {
  for_each = local.pushed

  service_account_id = google_service_account.push[each.key].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent

  depends_on = [google_pubsub_topic.messages, google_pubsub_topic.dead]
}

# Pub/Sub itself moves what could not be delivered, and takes it off the subscription.
resource "google_pubsub_topic_iam_member" "dead" {
  for_each = local.pushed

  project = var.project
  topic   = google_pubsub_topic.dead[each.key].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead" {
  for_each = local.pushed

  project      = var.project
  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# --- The providers ---

resource "google_secret_manager_secret_iam_member" "source" {
  for_each = { for pair in setproduct(local.pushed, distinct(values(local.secrets)[*].id)) : join("/", pair) => { function = pair[0], secret = pair[1] } }

  project   = var.project
  secret_id = each.value.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = local.member[each.value.function]

  depends_on = [google_project_service.api]
}

# A bucket that opens to no stranger is read as the functions themselves (`google` in a descriptor).
resource "google_storage_bucket_iam_member" "granules" {
  for_each = { for pair in setproduct(local.pushed, var.source_buckets) : join("/", pair) => { function = pair[0], bucket = pair[1] } }

  bucket = each.value.bucket
  role   = "roles/storage.objectViewer"
  member = local.member[each.value.function]
}

# --- The status ---

resource "google_cloud_run_service_iam_member" "status" {
  for_each = toset(var.status_invokers)

  project  = var.project
  location = var.region
  service  = google_cloudfunctions2_function.function["status"].name
  role     = "roles/run.invoker"
  member   = each.key

  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.function["status"].id]
  }
}

# --- The build ---

resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = local.member["build"]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project
  location   = var.region
  repository = google_artifact_registry_repository.functions.repository_id
  role       = "roles/artifactregistry.writer"
  member     = local.member["build"]
}

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = local.member["build"]
}

# The platform copies the source to a bucket of its own, which it makes with the first deployment, and builds from there.
resource "google_project_iam_member" "build_staged_source" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = local.member["build"]

  condition {
    title      = "source of the functions of this region"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}
