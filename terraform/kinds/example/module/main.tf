terraform {
  required_version = ">= 1.6"
  required_providers {
    notes = {
      source  = "acme/notes"
      version = "1.0.0"
    }
  }
}

resource "notes_note" "note" {
  for_each = toset(var.names)

  folder   = var.folder
  name     = "${var.deployment_id}-${each.key}"
  owner    = var.deployment_id
  text     = var.text
  password = var.password
  seconds  = var.seconds
  manner   = var.manner
}

output "files" {
  description = "Where each note lies."
  value       = { for name, note in notes_note.note : name => note.id }
}

output "password" {
  description = "The secret, as it was given."
  value       = var.password
  sensitive   = true
}
