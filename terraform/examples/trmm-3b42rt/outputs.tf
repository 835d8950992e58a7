output "bucket_url" {
  description = "Where the dataset is."
  value       = module.accrete.bucket_url
}

output "xarray" {
  description = "The expression in Python that opens it."
  value       = module.accrete.xarray["trmm-3b42rt"]
}

output "backfill_command" {
  description = "The command that has a range taken in; both ends are included."
  value       = module.accrete.backfill_command["trmm-3b42rt"]
}

output "page_command" {
  description = "The command that brings the page of the dataset to this machine."
  value       = module.accrete.page_command
}

output "status_command" {
  description = "The command that asks how it is."
  value       = module.accrete.status_command["trmm-3b42rt"]
}

output "status_url" {
  description = "Where that is asked."
  value       = module.accrete.status_url["trmm-3b42rt"]
}
