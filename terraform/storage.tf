# The datasets. What would replace or delete their bucket is refused when it is planned.
resource "google_storage_bucket" "datasets" {
  project       = var.project
  name          = coalesce(var.bucket_name, "${var.project}-${var.name}")
  location      = coalesce(var.bucket_location, var.region)
  labels        = local.labels
  force_destroy = false

  # Objects of a chunk that still grows are replaced every few hours: the colder classes charge each for a month or more.
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = var.public_read ? "inherited" : "enforced"

  # Every replaced tail chunk is stored, and paid, for so long. Versioning would keep the same once more, and for ever.
  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  # Nothing is ever deleted by age but what was begun and never finished.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "cors" {
    for_each = length(var.cors_origins) > 0 ? [true] : []
    content {
      origin          = var.cors_origins
      method          = ["GET", "HEAD"]
      response_header = ["Accept-Ranges", "Authorization", "Cache-Control", "Content-Length", "Content-Range", "Content-Type", "ETag", "If-Match", "If-None-Match", "If-Range", "Range"]
      max_age_seconds = 3600
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

# The functions' source: needed while they are built, and made anew by the next build.
resource "google_storage_bucket" "source" {
  project                     = var.project
  name                        = "${google_storage_bucket.datasets.name}-source"
  location                    = var.region
  labels                      = local.labels
  force_destroy               = true
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

# Named by its content: another name is what makes the platform build and deploy anew.
resource "google_storage_bucket_object" "source" {
  bucket = google_storage_bucket.source.name
  name   = "functions-${filesha256("${local.package_directory}/functions.zip")}.zip"
  source = "${local.package_directory}/functions.zip"
}
