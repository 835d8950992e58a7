output "bucket_url" {
  description = "Where the datasets are."
  value       = google_storage_bucket.datasets.url
}

output "xarray" {
  description = "By dataset, the expression in Python that opens it."
  value = {
    for id in keys(var.datasets) : id => (
      # Who may not list a bucket is refused what is not there, and zarr 3 looks for version 3 first.
      var.public_read
      ? "xr.open_zarr(\"https://storage.googleapis.com/${google_storage_bucket.datasets.name}/${id}.zarr\", zarr_format=2, consolidated=True)"
      : "xr.open_zarr(\"${google_storage_bucket.datasets.url}/${id}.zarr\")"
    )
  }
}

output "backfill_command" {
  description = "By dataset, the command that has a range taken in; both ends are included."
  value = {
    for id in keys(var.datasets) : id => join(" ", [
      "gcloud pubsub topics publish ${google_pubsub_topic.messages["plan"].name} --project=${var.project}",
      "--message='${jsonencode({ dataset = id, from = "YYYY-MM-DDTHH:MM:SSZ", to = "YYYY-MM-DDTHH:MM:SSZ" })}'",
    ])
  }
}

output "status_url" {
  description = "By dataset, where its state can be asked."
  value       = { for id in keys(var.datasets) : id => "${google_cloudfunctions2_function.function["status"].service_config[0].uri}/${id}" }
}

output "page_command" {
  description = "The command that brings the page of all datasets to this machine, as who is logged in with gcloud."
  value = join(" ", [
    "gcloud run services proxy ${google_cloudfunctions2_function.function["status"].name}",
    "--project=${var.project} --region=${var.region} --port=8080",
  ])
}

output "status_command" {
  description = "By dataset, the command that asks for its state as who is logged in with gcloud."
  value = {
    for id in keys(var.datasets) : id =>
    "curl -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" ${google_cloudfunctions2_function.function["status"].service_config[0].uri}/${id}"
  }
}

output "provider_hosts" {
  description = "By dataset, the hosts and ports that plan and extend ask for granules, as far as the descriptor tells, without that of a source in the place of its first base URL: for rules of what may leave a network. A redirect may lead to further ones; FTP opens connections for data to ports that its server names."
  value       = { for id in keys(var.datasets) : id => try(local.limits[id][var.datasets[id].source == null && var.datasets[id].source_secret == null ? "hosts" : "furtherHosts"], []) }
}
