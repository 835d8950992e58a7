# The way of a message: schedule, topic, subscription, function, and what becomes of those that cannot be worked off.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  project = "acme-feeds"
  region  = "europe-west1"
  datasets = {
    trmm-3b42rt     = { source_secret = "trmm-source", source_secret_version = "3", start = "2014-04-01T00:00:00Z" }
    air-temperature = { source = "ftp://ftp.example.org/pub", schedule = "*/30 * * * *", overdue_hours_max = 2 }
  }
}

run "wiring" {
  command = plan

  assert {
    condition     = toset([for topic in google_pubsub_topic.messages : topic.name]) == toset(["accrete-plan", "accrete-extend", "accrete-extended"])
    error_message = "the topics have the names that the functions and terraform/README.md use"
  }

  # --- Schedules ---

  assert {
    condition     = toset(keys(google_cloud_scheduler_job.plan)) == toset(["air-temperature", "trmm-3b42rt"])
    error_message = "every dataset has a schedule"
  }

  assert {
    condition = alltrue([
      for id, job in google_cloud_scheduler_job.plan :
      job.pubsub_target[0].topic_name == "projects/acme-feeds/topics/accrete-plan" && jsondecode(base64decode(job.pubsub_target[0].data)) == { dataset = id }
    ])
    error_message = "a schedule asks plan for its own dataset"
  }

  assert {
    condition     = google_cloud_scheduler_job.plan["trmm-3b42rt"].schedule == "7 * * * *" && google_cloud_scheduler_job.plan["air-temperature"].schedule == "*/30 * * * *"
    error_message = "hourly, unless said otherwise"
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.plan : job.time_zone == "Etc/UTC"])
    error_message = "schedules are in UTC"
  }

  # --- Subscriptions ---

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_pubsub_subscription.push[name].topic == "projects/acme-feeds/topics/accrete-${name}"
      && google_pubsub_subscription.push[name].push_config[0].push_endpoint == "https://${name}.run.app"
      && google_pubsub_subscription.push[name].push_config[0].oidc_token[0].audience == "https://${name}.run.app"
      && google_pubsub_subscription.push[name].push_config[0].oidc_token[0].service_account_email == "accrete-push-${name}@acme-feeds.iam.gserviceaccount.com"
    ])
    error_message = "each topic is pushed to the function of its name, by the account of its own"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_cloud_run_service_iam_member.push[name].service == "accrete-${name}"
      && google_cloud_run_service_iam_member.push[name].role == "roles/run.invoker"
      && google_cloud_run_service_iam_member.push[name].member == "serviceAccount:accrete-push-${name}@acme-feeds.iam.gserviceaccount.com"
    ]) && length(google_cloud_run_service_iam_member.push) == 2
    error_message = "that account may invoke that function, and no other may"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_service_account_iam_member.push_token[name].service_account_id == "projects/acme-feeds/serviceAccounts/accrete-push-${name}@acme-feeds.iam.gserviceaccount.com"
      && google_service_account_iam_member.push_token[name].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    ])
    error_message = "Pub/Sub may sign as that account"
  }

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.push : subscription.ack_deadline_seconds == 600])
    error_message = "Pub/Sub waits a minute longer than the 540 s that a function has"
  }

  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.push :
      subscription.retry_policy[0].minimum_backoff == "10s" && subscription.retry_policy[0].maximum_backoff == "600s"
    ])
    error_message = "what is refused is delivered again, at growing intervals"
  }

  # "never" is an empty time to live; without the policy it would be a month.
  assert {
    condition     = alltrue([for subscription in concat(values(google_pubsub_subscription.push), values(google_pubsub_subscription.dead)) : subscription.expiration_policy[0].ttl == ""])
    error_message = "no subscription expires"
  }

  # --- Dead letters ---

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_pubsub_subscription.push[name].dead_letter_policy[0].dead_letter_topic == "projects/acme-feeds/topics/accrete-${name}-dead"
      && google_pubsub_subscription.push[name].dead_letter_policy[0].max_delivery_attempts == 20
      && google_pubsub_subscription.dead[name].topic == "projects/acme-feeds/topics/accrete-${name}-dead"
      && length(google_pubsub_subscription.dead[name].push_config) == 0
    ])
    error_message = "what cannot be worked off is kept in a topic with a subscription"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_pubsub_topic_iam_member.dead[name].topic == "accrete-${name}-dead"
      && google_pubsub_topic_iam_member.dead[name].role == "roles/pubsub.publisher"
      && google_pubsub_topic_iam_member.dead[name].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
      && google_pubsub_subscription_iam_member.dead[name].subscription == "accrete-${name}"
      && google_pubsub_subscription_iam_member.dead[name].role == "roles/pubsub.subscriber"
      && google_pubsub_subscription_iam_member.dead[name].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    ])
    error_message = "Pub/Sub may move dead letters from each subscription to its topic"
  }

  # --- Functions ---

  assert {
    condition = alltrue([
      for name in ["plan", "extend", "status"] :
      google_cloudfunctions2_function.function[name].build_config[0].entry_point == name
      && google_cloudfunctions2_function.function[name].build_config[0].runtime == "nodejs24"
      && google_cloudfunctions2_function.function[name].build_config[0].service_account == "projects/acme-feeds/serviceAccounts/accrete-build@acme-feeds.iam.gserviceaccount.com"
      && google_cloudfunctions2_function.function[name].service_config[0].service_account_email == "accrete-${name}@acme-feeds.iam.gserviceaccount.com"
    ])
    error_message = "each function has its entry point and its account; one account builds them"
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      function.build_config[0].source[0].storage_source[0].object == "functions-${filesha256("../dist/functions.zip")}.zip"
    ])
    error_message = "the source is named by its content, or nothing would be deployed anew"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_cloudfunctions2_function.function[name].service_config[0].timeout_seconds == 540
      && google_cloudfunctions2_function.function[name].service_config[0].environment_variables["ACCRETE_TIMEOUT_SECONDS"] == "540"
      && google_cloudfunctions2_function.function[name].service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    ])
    error_message = "a function knows its timeout, and is reached by Google's own services alone"
  }

  assert {
    condition     = google_cloudfunctions2_function.function["status"].service_config[0].ingress_settings == "ALLOW_ALL"
    error_message = "the status can be asked from outside, by who may invoke it"
  }

  assert {
    condition = (
      google_cloudfunctions2_function.function["extend"].service_config[0].max_instance_request_concurrency == 1
      && google_cloudfunctions2_function.function["extend"].service_config[0].max_instance_count == 3
      && google_cloudfunctions2_function.function["extend"].service_config[0].available_memory == "512Mi"
      && google_cloudfunctions2_function.function["plan"].service_config[0].max_instance_count == 1
      && google_cloudfunctions2_function.function["plan"].service_config[0].max_instance_request_concurrency == 16
    )
    error_message = "as many workers, one batch each, as connections allow; one plan for all datasets"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      [for secret in google_cloudfunctions2_function.function[name].service_config[0].secret_environment_variables : "${secret.key}=${secret.secret}/${secret.version}"] == ["ACCRETE_SOURCE_TRMM_3B42RT=trmm-source/3"]
    ]) && length(google_cloudfunctions2_function.function["status"].service_config[0].secret_environment_variables) == 0
    error_message = "who fetches gets the credentials, and who does not does not"
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["ACCRETE_START_TRMM_3B42RT"] == "2014-04-01T00:00:00Z"
      && function.service_config[0].environment_variables["ACCRETE_SOURCE_AIR_TEMPERATURE"] == "ftp://ftp.example.org/pub"
      && function.service_config[0].environment_variables["ACCRETE_DATASET_IDS"] == "air-temperature,trmm-3b42rt"
    ])
    error_message = "what is set for a dataset reaches the functions under its own name"
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["NODE_ENV"] == "production"
      && function.service_config[0].environment_variables["METADATA_SERVER_DETECTION"] == "assume-present"
      && function.service_config[0].environment_variables["GOOGLE_CLOUD_PROJECT"] == "acme-feeds"
    ])
    error_message = "the platform's libraries are told what terraform/README.md says of them"
  }

  # --- Outputs ---

  assert {
    condition     = output.bucket_url == "gs://acme-feeds-accrete"
    error_message = "the bucket's address"
  }

  assert {
    condition     = output.status_url["trmm-3b42rt"] == "https://status.run.app/trmm-3b42rt"
    error_message = "where the status function answers about the dataset"
  }

  assert {
    condition     = output.page_command == "gcloud run services proxy accrete-status --project=acme-feeds --region=europe-west1 --port=8080"
    error_message = "how the page comes to one's machine"
  }

  assert {
    condition     = output.backfill_command["trmm-3b42rt"] == "gcloud pubsub topics publish accrete-plan --project=acme-feeds --message='{\"dataset\":\"trmm-3b42rt\",\"from\":\"YYYY-MM-DDTHH:MM:SSZ\",\"to\":\"YYYY-MM-DDTHH:MM:SSZ\"}'"
    error_message = "a message of the form that plan takes"
  }
}

run "longer_and_oftener" {
  command = plan

  variables {
    timeout_seconds       = 120
    delivery_attempts_max = 5
    extend_memory         = "2Gi"
  }

  assert {
    condition = alltrue([
      for name in ["plan", "extend"] :
      google_cloudfunctions2_function.function[name].service_config[0].timeout_seconds == 120
      && google_cloudfunctions2_function.function[name].service_config[0].environment_variables["ACCRETE_TIMEOUT_SECONDS"] == "120"
      && google_pubsub_subscription.push[name].ack_deadline_seconds == 180
      && google_pubsub_subscription.push[name].dead_letter_policy[0].max_delivery_attempts == 5
    ])
    error_message = "the deadline follows the timeout, the attempts are as set"
  }

  assert {
    condition     = google_cloudfunctions2_function.function["extend"].service_config[0].available_memory == "2Gi"
    error_message = "the worker's memory is as set"
  }
}

run "another_name" {
  command = plan

  variables {
    name   = "accrete-two"
    labels = { owner = "science" }
  }

  assert {
    condition     = google_storage_bucket.datasets.labels == tomap({ app = "accrete-two", owner = "science" })
    error_message = "what belongs to it bears its name"
  }

  assert {
    condition = (
      google_pubsub_topic.messages["plan"].name == "accrete-two-plan"
      && google_cloudfunctions2_function.function["plan"].name == "accrete-two-plan"
      && google_cloudfunctions2_function.function["plan"].service_config[0].environment_variables["ACCRETE_QUEUE"] == "pubsub://acme-feeds/accrete-two"
      && google_cloudfunctions2_function.function["plan"].service_config[0].environment_variables["ACCRETE_LEDGER"] == "firestore://acme-feeds/accrete-two"
      && google_cloudfunctions2_function.function["plan"].service_config[0].environment_variables["ACCRETE_STORE"] == "gs://acme-feeds-accrete-two"
      && google_logging_metric.overdue.name == "accrete_two_overdue"
    )
    error_message = "a second deployment shares nothing with the first"
  }
}
