# The ledger, in a database of its own: what else the project keeps in Firestore is out of the functions' reach. It can be
# read as of any minute of the last seven days, and what would replace or delete it is refused when it is planned.
resource "google_firestore_database" "ledger" {
  project                           = var.project
  name                              = var.name
  location_id                       = coalesce(var.firestore_location, var.region)
  type                              = "FIRESTORE_NATIVE"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

# No question is asked of these fields of a chunk's record, and an index costs a write each time they change. The fields that
# questions are asked of (uncommitted, nextTryAt, lease.expiresAt) are indexed as every field is, each by itself: no question needs an
# index over several. No record expires, so no field has a time to live.
resource "google_firestore_field" "unindexed" {
  for_each = toset(["chunk", "generations", "lease.holder", "steps", "writeId"])

  project    = var.project
  database   = google_firestore_database.ledger.name
  collection = "chunks"
  field      = each.key

  index_config {}
}
