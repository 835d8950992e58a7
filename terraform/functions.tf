locals {
  # The functions that messages are pushed to, which fetch from providers and write. plan writes what extend writes: it creates
  # datasets, settles gaps and commits.
  pushed = toset(["plan", "extend"])

  limits_deployed = [for id in keys(var.datasets) : local.limits[id]]

  # Workers at once, and connections of each to the provider. All workers may work on one dataset, and one instance of plan
  # looks at its provider beside them: together they keep to what each provider grants.
  extend_instances = coalesce(var.extend_instances_max, min(local.batches, local.connections_max - local.plan_instances))
  instances        = local.extend_instances + local.plan_instances
  connections      = coalesce(var.connections_per_instance, max(1, floor(local.connections_max / local.instances)))
  plan_instances   = 1

  # Batches that plans keep at work, of all datasets, and the fewest connections that a provider grants.
  batches         = sum(local.limits_deployed[*].batchesMax)
  connections_max = min(local.limits_deployed[*].connectionsMax...)

  # extend takes one batch an instance: a batch needs the instance's memory. plan waits for answers most of the time; status sends
  # objects piece by piece, up to 31 MiB an answer.
  functions = {
    plan = {
      memory      = "512Mi"
      timeout     = var.timeout_seconds
      instances   = local.plan_instances
      concurrency = 16
      ingress     = "ALLOW_INTERNAL_ONLY"
    }
    extend = {
      memory      = var.extend_memory
      timeout     = var.timeout_seconds
      instances   = local.extend_instances
      concurrency = 1
      ingress     = "ALLOW_INTERNAL_ONLY"
    }
    status = {
      memory      = "512Mi"
      timeout     = 60
      instances   = 2
      concurrency = 8
      ingress     = "ALLOW_ALL"
    }
  }

  # A dataset's own variables end in its id.
  suffix = { for id in keys(var.datasets) : id => upper(replace(id, "-", "_")) }

  environment = merge(
    {
      ACCRETE_STORE       = "gs://${google_storage_bucket.datasets.name}"
      ACCRETE_LEDGER      = "firestore://${var.project}/${google_firestore_database.ledger.name}"
      ACCRETE_QUEUE       = "pubsub://${var.project}/${var.name}"
      ACCRETE_DATASET_IDS = join(",", keys(var.datasets))
      ACCRETE_CONNECTIONS = tostring(local.connections)

      GOOGLE_CLOUD_PROJECT      = var.project
      METADATA_SERVER_DETECTION = "assume-present"
      NODE_ENV                  = "production"
    },
    { for id, dataset in var.datasets : "ACCRETE_START_${local.suffix[id]}" => dataset.start if dataset.start != null },
    { for id, dataset in var.datasets : "ACCRETE_SOURCE_${local.suffix[id]}" => dataset.source if dataset.source != null },
  )

  # By variable of the functions that fetch: the secrets that hold a source's URL with user and password, and those that descriptors name.
  # What several datasets name is one.
  secrets = merge(
    { for id, dataset in var.datasets : "ACCRETE_SOURCE_${local.suffix[id]}" => { id = dataset.source_secret, version = dataset.source_secret_version } if dataset.source_secret != null },
    merge([
      for dataset in var.datasets : {
        for name, given in dataset.secrets : "ACCRETE_SECRET_${upper(replace(name, "-", "_"))}" => { id = given.secret, version = given.version }
      }
    ]...),
  )
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  project  = var.project
  name     = "${var.name}-${each.key}"
  location = var.region
  labels   = local.labels

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    docker_repository = google_artifact_registry_repository.functions.id
    service_account   = google_service_account.build.name

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    ingress_settings                 = each.value.ingress
    available_cpu                    = "1"
    available_memory                 = each.value.memory
    timeout_seconds                  = each.value.timeout
    min_instance_count               = 0
    max_instance_count               = each.value.instances
    max_instance_request_concurrency = each.value.concurrency
    environment_variables = merge(
      local.environment,
      { ACCRETE_TIMEOUT_SECONDS = tostring(each.value.timeout) },
      each.key == "status" && length(var.cors_origins) > 0 ? { ACCRETE_CORS_ORIGINS = join(",", var.cors_origins) } : {},
    )

    dynamic "secret_environment_variables" {
      for_each = contains(local.pushed, each.key) ? local.secrets : {}
      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value.id
        version    = secret_environment_variables.value.version
      }
    }
  }

  lifecycle {
    precondition {
      condition = alltrue([for limits in local.limits_deployed : local.instances * local.connections <= limits.connectionsMax])
      error_message = join(" ", [
        "${local.extend_instances} instances of extend and ${local.plan_instances} of plan with ${local.connections} connections each",
        "may open ${local.instances * local.connections} connections to a provider; allowed are",
        join(", ", [for id in keys(var.datasets) : "${local.limits[id].connectionsMax} for ${id}"]),
        ": lower extend_instances_max or connections_per_instance.",
      ])
    }

    # A message that finds no instance is refused, and after some refusals a dead letter.
    precondition {
      condition     = local.extend_instances >= max(local.limits_deployed[*].batchesMax...)
      error_message = "${local.extend_instances} instances of extend are fewer than the ${max(local.limits_deployed[*].batchesMax...)} batches that plans keep at work of one dataset: raise extend_instances_max, or lower updates.batchesMax of the descriptor."
    }
  }

  # An instance that starts without one of these fails, and so would the first deployment.
  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_staged_source,
    google_secret_manager_secret_iam_member.source,
    google_storage_bucket_iam_member.build_source,
    google_storage_bucket_iam_member.granules,
  ]
}

# The images that the functions are built into.
resource "google_artifact_registry_repository" "functions" {
  project       = var.project
  repository_id = var.name
  location      = var.region
  format        = "DOCKER"
  labels        = local.labels

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.api]
}
