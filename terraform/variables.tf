# --- Where ---

variable "project" {
  description = "Id of the project that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is a project's id: 6 to 30 lower case letters, digits and hyphens, as in acme-feeds."
  }
}

variable "region" {
  description = "Region of the functions, the schedules and, unless said otherwise, the bucket and the database."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is one region, as in europe-west1; a bucket in several is bucket_location."
  }
}

variable "name" {
  description = "What the names of all resources begin with. A second deployment in one project needs another one."
  type        = string
  default     = "accrete"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,16}[a-z0-9]$", var.name)) && !startswith(var.name, "goog") && !strcontains(var.name, "google")
    error_message = "name has 4 to 18 lower case letters, digits and hyphens, begins with a letter and not with goog, and does not contain google."
  }
}

variable "labels" {
  description = "Labels of all resources that take labels, besides app."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "labels have lower case letters, digits, hyphens and underscores, 63 at most; a key begins with a letter."
  }
}

variable "package_directory" {
  description = "Where `accrete build` wrote functions.zip and datasets.json; by default, for a checkout of Accrete's own repository, its dist."
  type        = string
  default     = null

  validation {
    condition = alltrue([
      for file in ["functions.zip", "datasets.json"] : fileexists("${coalesce(var.package_directory, "${path.module}/../dist")}/${file}")
    ])
    error_message = "package_directory holds no functions.zip with its datasets.json: run `npx accrete build` in the repository's directory."
  }
}

# --- What ---

variable "datasets" {
  description = <<-EOT
    The datasets that grow, by id, each with:
    start: the timestep that it shall begin with when it is created, as 2014-04-01T00:00:00Z, instead of its descriptor's;
    source: base URL of its provider, instead of the descriptor's first;
    source_secret: instead of source, name of the Secret Manager secret in this project that holds a URL with user and password;
    source_secret_version: its version; of the latest an instance learns when it starts, of another number at once;
    secrets: by the names that its descriptor has for them, secrets of Secret Manager in this project (secret), each with its version;
    schedule: when to look for what is new, in UTC: a cron expression that is the same every day;
    overdue_hours_max: the alarm is raised when a timestep is not visible so long after it was expected.
  EOT
  type = map(object({
    start                 = optional(string)
    source                = optional(string)
    source_secret         = optional(string)
    source_secret_version = optional(string, "latest")
    secrets = optional(map(object({
      secret  = string
      version = optional(string, "latest")
    })), {})
    schedule          = optional(string, "7 * * * *")
    overdue_hours_max = optional(number, 6)
  }))
  nullable = false

  validation {
    condition     = length(var.datasets) > 0 && alltrue([for id in keys(var.datasets) : length(local.limits) == 0 || contains(keys(local.limits), id)])
    error_message = "datasets names at least one dataset, each by an id of the build: ${join(", ", keys(local.limits))}."
  }

  # Each takes a condition of its own on one role of the bucket, and IAM takes so many.
  validation {
    condition     = length(var.datasets) <= 20
    error_message = "datasets are 20 at most: deploy the others under another name."
  }

  validation {
    condition     = alltrue([for dataset in var.datasets : dataset.start == null || (can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", dataset.start)) && can(timeadd(dataset.start, "0s")))])
    error_message = "start is an instant in UTC, as in 2014-04-01T00:00:00Z."
  }

  validation {
    condition     = alltrue([for dataset in var.datasets : dataset.source == null || dataset.source_secret == null])
    error_message = "source and source_secret exclude each other: give one of them."
  }

  validation {
    condition = alltrue([
      for dataset in var.datasets : dataset.source == null || anytrue([
        for form in [
          "ftps?://([^/@:\\s]+@)?[^/@:\\s]+(:[0-9]+)?(/[^?#@\\s]*)?(\\?data-host=any)?",
          "https?://[^/@:\\s]+(:[0-9]+)?(/[^?#@\\s]*)?(\\?redirect-host=any)?",
          "(s3|gs)://[a-z0-9._-]+(/[^?#@\\s]*)?(\\?[^#@\\s]*)?",
        ] : can(regex("^${form}$", dataset.source))
      ])
    ])
    error_message = "source is a URL that begins with ftp://, ftps://, https://, http://, s3:// or gs://, without a password: a URL with one belongs into Secret Manager, as source_secret."
  }

  validation {
    condition     = alltrue([for dataset in var.datasets : dataset.source_secret == null || can(regex("^[A-Za-z0-9_-]{1,255}$", dataset.source_secret))])
    error_message = "source_secret is the name of a secret in this project, without projects/... and versions/..."
  }

  validation {
    condition     = alltrue([for dataset in var.datasets : can(regex("^(latest|[1-9][0-9]*)$", dataset.source_secret_version))])
    error_message = "source_secret_version is a version's number, or latest."
  }

  # Where another source stands in the place of the descriptor's first base URL, only the further ones' are needed.
  validation {
    condition = alltrue([
      for id, dataset in var.datasets :
      length(setsubtract(keys(dataset.secrets), try(local.limits[id].secrets, keys(dataset.secrets)))) == 0 && (
        length(setsubtract(try(local.limits[id][dataset.source == null && dataset.source_secret == null ? "secrets" : "furtherSecrets"], []), keys(dataset.secrets))) == 0
      )
    ])
    error_message = join("", [
      "secrets are given by the names that descriptors have for them: ",
      join("; ", [
        for id, dataset in var.datasets : "${id} needs ${join(", ", try(local.limits[id][dataset.source == null && dataset.source_secret == null ? "secrets" : "furtherSecrets"], []))} and is given ${join(", ", keys(dataset.secrets))}"
        if toset(keys(dataset.secrets)) != toset(try(local.limits[id][dataset.source == null && dataset.source_secret == null ? "secrets" : "furtherSecrets"], []))
      ]),
      ". As in secrets = { NAME = { secret = \"acme-token\" } }, where that is the name in Secret Manager.",
    ])
  }

  validation {
    condition = alltrue(flatten([
      for dataset in var.datasets : [
        for given in values(dataset.secrets) : can(regex("^[A-Za-z0-9_-]{1,255}$", given.secret)) && can(regex("^(latest|[1-9][0-9]*)$", given.version))
      ]
    ]))
    error_message = "secrets have, by name, the name of a secret in this project, without projects/... and versions/..., and as version a number, or latest."
  }

  # The functions have one variable a name, and all datasets read it.
  validation {
    condition = alltrue([
      for name in distinct(flatten([for dataset in var.datasets : keys(dataset.secrets)])) :
      length(distinct([for dataset in var.datasets : dataset.secrets[name] if contains(keys(dataset.secrets), name)])) == 1
    ])
    error_message = join("", [
      "secrets of one name are one secret of one version: ",
      join(", ", [
        for name in distinct(flatten([for dataset in var.datasets : keys(dataset.secrets)])) : name
        if length(distinct([for dataset in var.datasets : dataset.secrets[name] if contains(keys(dataset.secrets), name)])) > 1
      ]),
      " is given as two. Rename it in one of the descriptors, or give both datasets the same.",
    ])
  }

  validation {
    condition = alltrue([
      for dataset in var.datasets : can(regex("^\\S+ \\S+ \\* \\* \\*$", dataset.schedule)) && alltrue([
        for position, field in [
          { number = "[0-5]?[0-9]", step = "([1-9]|[1-5][0-9])" },
          { number = "([01]?[0-9]|2[0-3])", step = "([1-9]|1[0-9]|2[0-3])" },
          ] : alltrue([
            for part in split(",", split(" ", dataset.schedule)[position]) :
            can(regex("^((\\*|${field.number}-${field.number})(/${field.step})?|${field.number})$", part))
        ])
        ]) && alltrue([
        for ends in regexall("([0-9]+)-([0-9]+)", dataset.schedule) : tonumber(ends[0]) <= tonumber(ends[1])
      ])
    ])
    error_message = "schedule is a cron expression of minutes and hours that is the same every day, as in \"7 * * * *\" or \"*/10 6-18 * * *\"."
  }

  validation {
    condition     = alltrue([for dataset in var.datasets : dataset.overdue_hours_max > 0 && dataset.overdue_hours_max <= 8760])
    error_message = "overdue_hours_max is a number of hours above 0, a year's at most."
  }
}

variable "source_buckets" {
  description = "Buckets of Cloud Storage that plan and extend shall be allowed to read and list, for descriptors that ask as google. Whoever applies this has to be allowed to grant roles on them; where that is not so, their owner grants roles/storage.objectViewer to both accounts."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for bucket in var.source_buckets : can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", bucket))])
    error_message = "source_buckets are names of buckets, without gs:// and without a prefix."
  }
}

# --- The bucket and the database ---

variable "bucket_name" {
  description = "Name of the datasets' bucket; by default PROJECT-NAME. The functions' source lies in a bucket of that name with -source behind it."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || try(can(regex("^[a-z0-9][a-z0-9_-]{1,53}[a-z0-9]$", var.bucket_name)) && !startswith(var.bucket_name, "goog") && !strcontains(var.bucket_name, "google"), false)
    error_message = "bucket_name has 3 to 55 lower case letters, digits, hyphens and underscores, does not begin with goog nor contain google."
  }
}

variable "bucket_location" {
  description = "Region, pair of regions or continent of the datasets' bucket, as in europe-west1, EUR4 or EU; by default the region. Only in the region itself are reads of the functions free of charge."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_location == null || can(regex("^([A-Za-z]+-[A-Za-z]+[0-9]+|[A-Za-z]+[0-9]*)$", var.bucket_location))
    error_message = "bucket_location is a location of Cloud Storage, as in europe-west1, EUR4 or EU."
  }
}

variable "firestore_location" {
  description = "Location of the ledger's database, as in europe-west1 or eur3; by default the region. It can never be changed."
  type        = string
  default     = null

  validation {
    condition     = var.firestore_location == null || can(regex("^([a-z]+-[a-z]+[0-9]+|[a-z]+[0-9]+)$", var.firestore_location))
    error_message = "firestore_location is a location of Firestore, as in europe-west1 or eur3."
  }
}

variable "public_read" {
  description = "Whether everybody may read the datasets. Nobody but the readers may list what is there."
  type        = bool
  default     = false
  nullable    = false
}

variable "readers" {
  description = "Who may read and list the datasets besides the project's owners, as in group:science@example.org."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.readers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):\\S+$", member))])
    error_message = "readers are members as IAM writes them, as in group:science@example.org; for everybody set public_read."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may read the datasets in a browser, from the bucket and from the status function, as in https://example.org; * for all that may read at all. Of status they read only where status_invokers holds allUsers: a browser asks first whether it may, without saying who."
  type        = list(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^(\\*|https?://([a-z0-9.-]+|\\[[0-9a-f:]+\\])(:[0-9]+)?)$", origin)) && !can(regex("^(http://.*:80|https://.*:443)$", origin))])
    error_message = "cors_origins are * or origins as browsers name them, in lower case, without a path and without the scheme's own port, as in https://example.org."
  }
}

variable "soft_delete_days" {
  description = "How long a replaced or deleted object can be brought back, and is paid for: 0 or 7 to 90 days. A tail chunk is replaced with every granule."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90 && floor(var.soft_delete_days) == var.soft_delete_days)
    error_message = "soft_delete_days is 0 or a whole number from 7 to 90."
  }
}

# --- The functions ---

variable "extend_instances_max" {
  description = "Workers at once, any of which may work on any dataset; by default one for each batch that the descriptors allow at once, as far as connections allow it. While a new version is deployed, the old one's may still be at work beside them."
  type        = number
  default     = null

  validation {
    condition     = var.extend_instances_max == null || try(var.extend_instances_max >= 1 && var.extend_instances_max <= 100 && floor(var.extend_instances_max) == var.extend_instances_max, false)
    error_message = "extend_instances_max is a whole number from 1 to 100."
  }
}

variable "connections_per_instance" {
  description = "Connections of each instance to a provider; by default as many as keep all of them together within what the descriptors allow."
  type        = number
  default     = null

  validation {
    condition     = var.connections_per_instance == null || try(var.connections_per_instance >= 1 && var.connections_per_instance <= 100 && floor(var.connections_per_instance) == var.connections_per_instance, false)
    error_message = "connections_per_instance is a whole number from 1 to 100."
  }
}

variable "timeout_seconds" {
  description = "Time that plan and extend have for one message. What is not done by then is pending, as before. Pub/Sub waits a minute longer, and never more than 600 seconds."
  type        = number
  default     = 540
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 540 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds is a whole number from 60 to 540."
  }
}

variable "extend_memory" {
  description = "Memory of a worker: for trmm-3b42rt a process of some 250 MiB. npm run simulate says what it needs with other chunk lengths."
  type        = string
  default     = "512Mi"
  nullable    = false

  validation {
    condition     = contains(["512Mi", "1Gi", "2Gi", "4Gi"], var.extend_memory)
    error_message = "extend_memory is 512Mi, 1Gi, 2Gi or 4Gi."
  }
}

variable "delivery_attempts_max" {
  description = "How often a message is delivered before it becomes a dead letter. At 20 it is tried for about two and a half hours."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.delivery_attempts_max >= 5 && var.delivery_attempts_max <= 100 && floor(var.delivery_attempts_max) == var.delivery_attempts_max
    error_message = "delivery_attempts_max is a whole number from 5 to 100."
  }
}

variable "status_invokers" {
  description = "Who may ask the status function besides the project's owners, as in group:ops@example.org; allUsers for everybody. Its page reads the datasets through it: who may ask, may read them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.status_invokers : can(regex("^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|principal|principalSet):\\S+)$", member))])
    error_message = "status_invokers are members as IAM writes them, as in group:ops@example.org."
  }
}

# --- The alarms ---

variable "notification_channels" {
  description = "Where alarms go, as projects/PROJECT/notificationChannels/NUMBER. Without any they are seen in the console alone."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", channel))])
    error_message = "notification_channels are full names, as in projects/acme-feeds/notificationChannels/123."
  }
}

variable "unacked_minutes_max" {
  description = "The alarm is raised when a message has waited for so long."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.unacked_minutes_max >= 5 && var.unacked_minutes_max <= 10080
    error_message = "unacked_minutes_max is a number of minutes from 5 to 10080, a week's."
  }
}

variable "errors_per_hour_max" {
  description = "The alarm is raised when a function logs more errors in an hour."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.errors_per_hour_max >= 0
    error_message = "errors_per_hour_max is 0 or more."
  }
}
