# Secrets that descriptors name: who fetches gets them, each under its name, and nobody gets others. What a descriptor needs and nobody
# gives is told before anything is made. The datasets are those of package/datasets.json.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project           = "acme-feeds"
  region            = "europe-west1"
  package_directory = "./tests/package"
  datasets = {
    early = { secrets = { earthdata = { secret = "earthdata-token" }, pps-mail = { secret = "pps", version = "3" } } }
    late  = { secrets = { earthdata = { secret = "earthdata-token" } } }
    open  = {}
  }
}

run "secrets" {
  command = plan

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      toset([for secret in google_cloudfunctions2_function.function[name].service_config[0].secret_environment_variables : "${secret.key}=${secret.project_id}/${secret.secret}/${secret.version}"])
      == toset(["ACCRETE_SECRET_EARTHDATA=acme-feeds/earthdata-token/latest", "ACCRETE_SECRET_PPS_MAIL=acme-feeds/pps/3"])
    ])
    error_message = "who fetches gets each secret once, under the name that descriptors have for it"
  }

  assert {
    condition     = length(google_cloudfunctions2_function.function["status"].service_config[0].secret_environment_variables) == 0
    error_message = "who fetches nothing gets none"
  }

  assert {
    condition = (
      toset([for grant in google_secret_manager_secret_iam_member.source : "${grant.secret_id} ${grant.role} ${grant.member}"])
      == toset(flatten([
        for name in ["plan", "extend"] : [
          for secret in ["earthdata-token", "pps"] : "${secret} roles/secretmanager.secretAccessor serviceAccount:accrete-${name}@acme-feeds.iam.gserviceaccount.com"
        ]
      ]))
    )
    error_message = "and may read these, and no other secret"
  }

  assert {
    condition     = output.provider_hosts == { early = ["data.example.org:443", "near-real-time.example.org:443"], late = ["data.example.org:443"], open = ["acme.s3.us-east-1.amazonaws.com:443"] }
    error_message = "where granules come from"
  }

  assert {
    condition     = length(google_storage_bucket_iam_member.granules) == 0
    error_message = "nobody reads another bucket unless it was asked for"
  }
}

run "beside_a_source_with_a_password" {
  command = plan

  variables {
    datasets = { late = { source_secret = "mirror", secrets = { earthdata = { secret = "earthdata-token", version = "2" } } } }
  }

  assert {
    condition = (
      toset([for secret in google_cloudfunctions2_function.function["plan"].service_config[0].secret_environment_variables : "${secret.key}=${secret.secret}/${secret.version}"])
      == toset(["ACCRETE_SOURCE_LATE=mirror/latest", "ACCRETE_SECRET_EARTHDATA=earthdata-token/2"])
    )
    error_message = "a whole URL and a named secret go beside each other"
  }

  assert {
    condition     = output.provider_hosts == { late = [] }
    error_message = "where a mirror is, only its secret tells"
  }
}

run "a_mirror_needs_none" {
  command = plan

  variables {
    datasets = { late = { source = "https://mirror.example.org/late" } }
  }

  assert {
    condition     = length(google_secret_manager_secret_iam_member.source) == 0
    error_message = "nothing is granted"
  }
}

run "a_mirror_of_the_first_and_the_secret_of_the_further" {
  command = plan

  variables {
    datasets = { early = { source = "https://mirror.example.org/early", secrets = { earthdata = { secret = "earthdata-token" } } } }
  }

  assert {
    condition     = output.provider_hosts == { early = ["data.example.org:443"] }
    error_message = "the further ones are asked all the same"
  }
}

run "a_mirror_of_the_first_alone" {
  command = plan

  variables {
    datasets = { early = { source = "https://mirror.example.org/early" } }
  }

  expect_failures = [var.datasets]
}

run "granules_in_a_bucket_of_ones_own" {
  command = plan

  variables {
    source_buckets = ["acme-granules"]
  }

  assert {
    condition = (
      toset([for grant in google_storage_bucket_iam_member.granules : "${grant.bucket} ${grant.role} ${grant.member}"])
      == toset([for name in ["plan", "extend"] : "acme-granules roles/storage.objectViewer serviceAccount:accrete-${name}@acme-feeds.iam.gserviceaccount.com"])
    )
    error_message = "who fetches may read and list it, and write nothing there"
  }
}

run "secret_that_nobody_gives" {
  command = plan

  variables {
    datasets = { early = { secrets = { earthdata = { secret = "earthdata-token" } } } }
  }

  expect_failures = [var.datasets]
}

run "secret_that_no_descriptor_names" {
  command = plan

  variables {
    datasets = { late = { secrets = { earthdata = { secret = "earthdata-token" }, pps = { secret = "pps" } } } }
  }

  expect_failures = [var.datasets]
}

run "two_secrets_of_one_name" {
  command = plan

  variables {
    datasets = {
      early = { secrets = { earthdata = { secret = "earthdata-token" }, pps-mail = { secret = "pps" } } }
      late  = { secrets = { earthdata = { secret = "token-of-late" } } }
    }
  }

  expect_failures = [var.datasets]
}

run "two_versions_of_one_secret" {
  command = plan

  variables {
    datasets = {
      early = { secrets = { earthdata = { secret = "earthdata-token", version = "1" }, pps-mail = { secret = "pps" } } }
      late  = { secrets = { earthdata = { secret = "earthdata-token" } } }
    }
  }

  expect_failures = [var.datasets]
}

run "secret_by_its_full_name" {
  command = plan

  variables {
    datasets = { late = { secrets = { earthdata = { secret = "projects/acme-feeds/secrets/earthdata" } } } }
  }

  expect_failures = [var.datasets]
}

run "version_in_words" {
  command = plan

  variables {
    datasets = { late = { secrets = { earthdata = { secret = "earthdata-token", version = "newest" } } } }
  }

  expect_failures = [var.datasets]
}

run "bucket_with_its_scheme" {
  command = plan

  variables {
    source_buckets = ["gs://acme-granules"]
  }

  expect_failures = [var.source_buckets]
}
