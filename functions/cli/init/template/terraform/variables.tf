# What terraform.tfvars sets.

variable "project" {
  description = "Id of the project that everything is made in."
  type        = string
}

variable "region" {
  description = "Region of everything."
  type        = string
}

variable "datasets" {
  description = "The datasets that grow, by id, and what each is to have: the module's variable of that name describes it, and checks it."
  type        = any
}

variable "public_read" {
  description = "Whether everybody may read the datasets."
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
