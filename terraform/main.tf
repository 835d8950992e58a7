# A deployment of Accrete: what "Deploy" in README.md builds. One file a concern; the way of the data is
# scheduler -> pubsub -> functions -> storage and firestore. The root that uses this module configures the provider.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}

data "google_project" "this" {
  project_id = var.project
}

locals {
  package_directory = coalesce(var.package_directory, "${path.module}/../dist")

  # What the descriptors allow and need, by dataset, as the build wrote it down. Where there is none, var.package_directory says so.
  limits = try(jsondecode(file("${local.package_directory}/datasets.json")), {})

  labels = merge({ app = var.name }, var.labels)
}
