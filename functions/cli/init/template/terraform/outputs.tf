# Each a line a dataset, in the order of their ids: `terraform output -raw NAME` prints it.

output "bucket_url" {
  description = "Where the datasets are."
  value       = module.accrete.bucket_url
}

output "xarray" {
  description = "The expression in Python that opens each."
  value       = join("\n", values(module.accrete.xarray))
}

output "backfill_command" {
  description = "The command that has a range taken in; both ends are included."
  value       = join("\n", values(module.accrete.backfill_command))
}

output "page_command" {
  description = "The command that brings the page of all datasets to this machine."
  value       = module.accrete.page_command
}

output "status_command" {
  description = "The command that asks how each is."
  value       = join("\n", values(module.accrete.status_command))
}

output "status_url" {
  description = "Where that is asked."
  value       = join("\n", values(module.accrete.status_url))
}

output "provider_hosts" {
  description = "The hosts and ports that are asked for granules, as far as the descriptor tells."
  value       = join("\n", [for id, hosts in module.accrete.provider_hosts : "${id}: ${join(", ", hosts)}"])
}
