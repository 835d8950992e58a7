# The datasets are readable by everybody only if that was asked for, and never listable.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = {} }
}

run "public_read_off" {
  command = plan

  assert {
    condition     = length(google_storage_bucket_iam_member.public) == 0 && google_storage_bucket.datasets.public_access_prevention == "enforced"
    error_message = "nobody reads without being named"
  }

  assert {
    condition     = output.xarray["trmm-3b42rt"] == "xr.open_zarr(\"gs://acme-feeds-accrete/trmm-3b42rt.zarr\")"
    error_message = "who may read does so as themselves"
  }
}

run "public_read_on" {
  command = plan

  variables {
    public_read = true
  }

  assert {
    condition = (
      google_storage_bucket_iam_member.public[0].member == "allUsers"
      && google_storage_bucket_iam_member.public[0].role == "roles/storage.legacyObjectReader"
      && google_storage_bucket_iam_member.public[0].bucket == "acme-feeds-accrete"
    )
    error_message = "everybody reads objects, and lists nothing"
  }

  assert {
    condition     = google_storage_bucket.datasets.public_access_prevention == "inherited" && google_storage_bucket.source.public_access_prevention == "enforced"
    error_message = "the datasets' bucket may be read, the source's may not"
  }

  assert {
    condition     = alltrue([for grant in concat(values(google_storage_bucket_iam_member.write), values(google_storage_bucket_iam_member.list), values(google_storage_bucket_iam_member.read)) : grant.member != "allUsers"])
    error_message = "and nobody else's right is everybody's"
  }

  assert {
    condition     = google_storage_bucket.datasets.cors[0].origin == tolist(["*"]) && google_storage_bucket.datasets.cors[0].method == tolist(["GET", "HEAD"]) && contains(google_storage_bucket.datasets.cors[0].response_header, "Range")
    error_message = "pages of any origin may read, also parts of objects, and not write"
  }

  assert {
    condition = (
      google_cloudfunctions2_function.function["status"].service_config[0].environment_variables["ACCRETE_CORS_ORIGINS"] == "*"
      && alltrue([for name in ["plan", "extend"] : !contains(keys(google_cloudfunctions2_function.function[name].service_config[0].environment_variables), "ACCRETE_CORS_ORIGINS")])
    )
    error_message = "they may read what status serves, too, and ask nothing of the others"
  }

  assert {
    condition     = output.xarray["trmm-3b42rt"] == "xr.open_zarr(\"https://storage.googleapis.com/acme-feeds-accrete/trmm-3b42rt.zarr\", zarr_format=2, consolidated=True)"
    error_message = "anybody's line needs no account"
  }
}

run "pages_of_some_origins" {
  command = plan

  variables {
    cors_origins     = ["https://example.org", "http://localhost:3000"]
    soft_delete_days = 0
  }

  assert {
    condition     = google_storage_bucket.datasets.cors[0].origin == tolist(["https://example.org", "http://localhost:3000"]) && google_cloudfunctions2_function.function["status"].service_config[0].environment_variables["ACCRETE_CORS_ORIGINS"] == "https://example.org,http://localhost:3000"
    error_message = "only the pages named may read"
  }

  assert {
    condition     = google_storage_bucket.datasets.soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "what is replaced is gone at once"
  }
}

run "pages_of_none" {
  command = plan

  variables {
    cors_origins = []
  }

  assert {
    condition     = length(google_storage_bucket.datasets.cors) == 0 && google_storage_bucket.datasets.soft_delete_policy[0].retention_duration_seconds == 7 * 86400
    error_message = "no page may read; what is replaced can be brought back for a week"
  }

  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.function["status"].service_config[0].environment_variables), "ACCRETE_CORS_ORIGINS")
    error_message = "nor may one read what status serves"
  }
}
