# NASA's TRMM 3B42RT, looked for every hour. The state is kept in a bucket that `terraform init` is told of.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }

  backend "gcs" {
    prefix = "accrete/trmm-3b42rt"
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

module "accrete" {
  source = "../.."

  project     = var.project
  region      = var.region
  public_read = var.public_read

  datasets = {
    trmm-3b42rt = {
      source_secret         = var.source_secret
      source_secret_version = var.source_secret_version
      start                 = var.start

      # Expected nine hours after their time, looked for every hour: half a day later somebody should know.
      overdue_hours_max = 12
    }
  }

  notification_channels = google_monitoring_notification_channel.mail[*].name
}

resource "google_monitoring_notification_channel" "mail" {
  count = var.alert_email == null ? 0 : 1

  project      = var.project
  display_name = "Accrete"
  type         = "email"
  labels       = { email_address = var.alert_email }
}
