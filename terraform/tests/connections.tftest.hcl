# Instances x connections of each never exceed what a provider grants: 8 for trmm-3b42rt, 4 for air-temperature. One instance
# of plan counts with those of extend.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = {} }
}

run "by_default_as_many_as_fit" {
  command = plan

  assert {
    condition     = local.extend_instances == 2 && local.connections == 2
    error_message = "two workers and a plan with two connections each: 6 of 8"
  }
}

run "of_several_datasets_all_batches_find_a_worker_as_far_as_the_smallest_cap_allows" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = {}, air-temperature = {} }
  }

  assert {
    condition     = local.extend_instances == 3 && local.connections == 1
    error_message = "two batches of each make four workers, of which three and a plan fit into 4 connections"
  }
}

run "the_whole_cap" {
  command = plan

  variables {
    extend_instances_max     = 3
    connections_per_instance = 2
  }

  assert {
    condition     = google_cloudfunctions2_function.function["extend"].service_config[0].max_instance_count == 3 && google_cloudfunctions2_function.function["extend"].service_config[0].environment_variables["ACCRETE_CONNECTIONS"] == "2"
    error_message = "(3 + 1) x 2 = 8 of 8"
  }
}

run "more_instances_with_fewer_connections" {
  command = plan

  variables {
    extend_instances_max = 7
  }

  assert {
    condition     = local.connections == 1
    error_message = "(7 + 1) x 1 = 8 of 8"
  }
}

run "too_many_connections" {
  command = plan

  variables {
    connections_per_instance = 3
  }

  expect_failures = [google_cloudfunctions2_function.function]
}

run "too_many_instances" {
  command = plan

  variables {
    extend_instances_max = 8
  }

  expect_failures = [google_cloudfunctions2_function.function]
}

run "too_many_for_one_of_several_datasets" {
  command = plan

  variables {
    datasets                 = { trmm-3b42rt = {}, air-temperature = {} }
    connections_per_instance = 2
  }

  expect_failures = [google_cloudfunctions2_function.function]
}

run "fewer_instances_than_batches" {
  command = plan

  variables {
    extend_instances_max = 1
  }

  expect_failures = [google_cloudfunctions2_function.function]
}
