# What cannot work is refused before anything is made, by a sentence that says what would be right.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project  = "acme-feeds"
  region   = "europe-west1"
  datasets = { trmm-3b42rt = {} }
}

run "as_they_are" {
  command = plan
}

run "everything_at_its_limits" {
  command = plan

  variables {
    name   = "abcdefghijklmnopqr"
    labels = { cost-center = "earth_1" }
    datasets = {
      trmm-3b42rt     = { start = "2000-03-01T00:00:00Z", source_secret = "a_Secret-1", schedule = "0-59/20,30 0,12-23/6 * * *", overdue_hours_max = 0.5 }
      air-temperature = { source = "ftps://reader@ftp.example.org:990/pub/data", schedule = "59 */12 * * *", overdue_hours_max = 8760 }
    }
    bucket_name           = "a_1"
    bucket_location       = "EUR4"
    firestore_location    = "eur3"
    readers               = ["user:a@example.org", "domain:example.org"]
    cors_origins          = ["http://localhost:3000"]
    soft_delete_days      = 90
    timeout_seconds       = 60
    extend_memory         = "4Gi"
    delivery_attempts_max = 100
    status_invokers       = ["allUsers"]
    notification_channels = ["projects/acme-feeds/notificationChannels/123"]
    unacked_minutes_max   = 5
    errors_per_hour_max   = 0
  }
}

run "project_with_capitals" {
  command = plan

  variables {
    project = "Acme-Feeds"
  }

  expect_failures = [var.project]
}

run "project_too_short" {
  command = plan

  variables {
    project = "acme"
  }

  expect_failures = [var.project]
}

run "zone_for_a_region" {
  command = plan

  variables {
    region = "europe-west1-b"
  }

  expect_failures = [var.region]
}

run "continent_for_a_region" {
  command = plan

  variables {
    region = "EU"
  }

  expect_failures = [var.region]
}

run "name_too_long" {
  command = plan

  variables {
    name = "accrete-for-all-the"
  }

  expect_failures = [var.name]
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "Accrete"
  }

  expect_failures = [var.name]
}

run "name_with_google" {
  command = plan

  variables {
    name = "my-google"
  }

  expect_failures = [var.name]
}

run "label_with_capitals" {
  command = plan

  variables {
    labels = { Owner = "me" }
  }

  expect_failures = [var.labels]
}

run "bucket_with_google" {
  command = plan

  variables {
    bucket_name = "my-google-bucket"
  }

  expect_failures = [var.bucket_name]
}

run "source_with_a_query" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "ftp://ftp.example.org/pub?a" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_with_a_step_past_the_hour" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "*/99 * * * *" } }
  }

  expect_failures = [var.datasets]
}

run "name_of_google" {
  command = plan

  variables {
    name = "google"
  }

  expect_failures = [var.name]
}

run "no_package" {
  command = plan

  variables {
    package_directory = "./tests"
  }

  expect_failures = [var.package_directory]
}

run "no_dataset" {
  command = plan

  variables {
    datasets = {}
  }

  expect_failures = [var.datasets]
}

run "dataset_that_nobody_knows" {
  command = plan

  variables {
    datasets = { "trmm" = {} }
  }

  expect_failures = [var.datasets]
}

run "start_without_a_zone" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { start = "2014-04-01T00:00:00" } }
  }

  expect_failures = [var.datasets]
}

run "start_in_february" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { start = "2014-02-30T00:00:00Z" } }
  }

  expect_failures = [var.datasets]
}

run "password_in_the_open" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "ftp://user:secret@ftp.example.org/pub" } }
  }

  expect_failures = [var.datasets]
}

run "source_of_another_kind" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "file:///pub" } }
  }

  expect_failures = [var.datasets]
}

run "sources_of_each_kind" {
  command = plan

  variables {
    datasets = {
      trmm-3b42rt     = { source = "https://example.org:8443/pub?redirect-host=any" }
      air-temperature = { source = "s3://acme.granules/pub/air?region=eu-central-1&endpoint=https://s3.example.org" }
    }
  }
}

run "bucket_of_google" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "gs://acme_granules" } }
  }
}

run "password_in_the_open_of_a_web_server" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "https://user:secret@example.org/pub" } }
  }

  expect_failures = [var.datasets]
}

run "two_sources" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source = "ftp://ftp.example.org/pub", source_secret = "trmm-source" } }
  }

  expect_failures = [var.datasets]
}

run "secret_by_its_full_name" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source_secret = "projects/acme-feeds/secrets/trmm" } }
  }

  expect_failures = [var.datasets]
}

run "secret_version_in_words" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { source_secret = "trmm-source", source_secret_version = "newest" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_in_words" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "every 60 minutes" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_of_four_fields" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "7 * * *" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_past_the_hour" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "60 * * * *" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_past_the_day" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "0 24 * * *" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_backwards" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "40-10 * * * *" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_without_a_step" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "*/0 * * * *" } }
  }

  expect_failures = [var.datasets]
}

run "schedule_on_mondays" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { schedule = "7 * * * 1" } }
  }

  expect_failures = [var.datasets]
}

run "overdue_at_once" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { overdue_hours_max = 0 } }
  }

  expect_failures = [var.datasets]
}

run "overdue_after_years" {
  command = plan

  variables {
    datasets = { trmm-3b42rt = { overdue_hours_max = 9000 } }
  }

  expect_failures = [var.datasets]
}

run "bucket_with_capitals" {
  command = plan

  variables {
    bucket_name = "Acme"
  }

  expect_failures = [var.bucket_name]
}

run "bucket_too_long" {
  command = plan

  variables {
    bucket_name = "a-name-that-leaves-no-room-for-that-of-the-source-s-bucket"
  }

  expect_failures = [var.bucket_name]
}

run "bucket_nowhere" {
  command = plan

  variables {
    bucket_location = "europe west"
  }

  expect_failures = [var.bucket_location]
}

run "database_nowhere" {
  command = plan

  variables {
    firestore_location = "EU"
  }

  expect_failures = [var.firestore_location]
}

run "everybody_a_reader" {
  command = plan

  variables {
    readers = ["allUsers"]
  }

  expect_failures = [var.readers]
}

run "reader_without_a_kind" {
  command = plan

  variables {
    readers = ["someone@example.org"]
  }

  expect_failures = [var.readers]
}

run "origin_with_a_path" {
  command = plan

  variables {
    cors_origins = ["https://example.org/page"]
  }

  expect_failures = [var.cors_origins]
}

run "two_origins_in_one" {
  command = plan

  variables {
    cors_origins = ["https://example.org,https://example.com"]
  }

  expect_failures = [var.cors_origins]
}

run "origin_with_its_usual_port" {
  command = plan

  variables {
    cors_origins = ["https://example.org:443"]
  }

  expect_failures = [var.cors_origins]
}

run "soft_delete_for_a_day" {
  command = plan

  variables {
    soft_delete_days = 1
  }

  expect_failures = [var.soft_delete_days]
}

run "soft_delete_for_a_year" {
  command = plan

  variables {
    soft_delete_days = 365
  }

  expect_failures = [var.soft_delete_days]
}

run "no_worker" {
  command = plan

  variables {
    extend_instances_max = 0
  }

  expect_failures = [var.extend_instances_max]
}

run "half_a_worker" {
  command = plan

  variables {
    extend_instances_max = 1.5
  }

  expect_failures = [var.extend_instances_max]
}

run "no_connection" {
  command = plan

  variables {
    connections_per_instance = 0
  }

  expect_failures = [var.connections_per_instance]
}

run "timeout_past_the_deadline" {
  command = plan

  variables {
    timeout_seconds = 541
  }

  expect_failures = [var.timeout_seconds]
}

run "no_time" {
  command = plan

  variables {
    timeout_seconds = 10
  }

  expect_failures = [var.timeout_seconds]
}

run "little_memory" {
  command = plan

  variables {
    extend_memory = "256Mi"
  }

  expect_failures = [var.extend_memory]
}

run "too_few_attempts" {
  command = plan

  variables {
    delivery_attempts_max = 4
  }

  expect_failures = [var.delivery_attempts_max]
}

run "too_many_attempts" {
  command = plan

  variables {
    delivery_attempts_max = 101
  }

  expect_failures = [var.delivery_attempts_max]
}

run "invoker_without_a_kind" {
  command = plan

  variables {
    status_invokers = ["someone@example.org"]
  }

  expect_failures = [var.status_invokers]
}

run "channel_by_its_number" {
  command = plan

  variables {
    notification_channels = ["123"]
  }

  expect_failures = [var.notification_channels]
}

run "impatience" {
  command = plan

  variables {
    unacked_minutes_max = 1
  }

  expect_failures = [var.unacked_minutes_max]
}

run "fewer_than_no_errors" {
  command = plan

  variables {
    errors_per_hour_max = -1
  }

  expect_failures = [var.errors_per_hour_max]
}
