variable "deployment_id" {
  description = "The deployment's id, set by the runner: the notes' names begin with it."
  type        = string
}

variable "folder" {
  description = "Where the notes are kept."
  type        = string
}

variable "names" {
  description = "One note for each name."
  type        = list(string)
  default     = ["first", "second"]
}

variable "text" {
  description = "What they say."
  type        = string
  default     = "A note."
}

variable "seconds" {
  description = "How long each takes to be made."
  type        = number
  default     = 0
}

variable "manner" {
  description = "How the provider behaves, for trials."
  type        = string
  default     = "plain"
}

variable "password" {
  description = "A secret that is written into the notes."
  type        = string
  default     = ""
  sensitive   = true
}
