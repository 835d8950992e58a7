variable "project" {
  description = "Id of the project that everything is made in."
  type        = string
}

variable "region" {
  description = "Region of everything."
  type        = string
  default     = "europe-west1"
}

variable "source_secret" {
  description = "Name of the secret that holds the URL of a mirror, as in ftp://user:password@host/path. The mission's own server is gone."
  type        = string
}

variable "source_secret_version" {
  description = "Its version: a number, or the latest when an instance starts."
  type        = string
  default     = "latest"
}

variable "start" {
  description = "Where the dataset shall begin, by default with the mission: 2000-03-01T00:00:00Z."
  type        = string
  default     = null
}

variable "public_read" {
  description = "Whether everybody may read the dataset."
  type        = bool
  default     = false
}

variable "alert_email" {
  description = "Where alarms go; by default nowhere but to the console."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@\\s]+@[^@\\s]+$", var.alert_email))
    error_message = "alert_email is an address, as in ops@example.org."
  }
}
