# The datasets of this repository on Google Cloud: node_modules/accrete-zarr/terraform/README.md says how to deploy them, from
# an empty project on, and variables.tf beside it what else can be set in the module below. `npx accrete build` comes first.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }

  # terraform init -backend-config=bucket=BUCKET
  backend "gcs" {
    prefix = "accrete"
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

module "accrete" {
  source = "../node_modules/accrete-zarr/terraform"

  package_directory = "${path.root}/../dist"

  project     = var.project
  region      = var.region
  datasets    = var.datasets
  public_read = var.public_read

  notification_channels = google_monitoring_notification_channel.mail[*].name
}

resource "google_monitoring_notification_channel" "mail" {
  count = var.alert_email == null ? 0 : 1

  project      = var.project
  display_name = "Accrete"
  type         = "email"
  labels       = { email_address = var.alert_email }
}
