variable "deployment_id" {
  description = "The deployment's id, set by the runner: every name begins with it."
  type        = string

  validation {
    condition     = length(var.deployment_id) <= 24
    error_message = "A role's name has at most 64 characters, of which the id may take 24."
  }
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_id" {
  description = "A private subnet of it."
  type        = string
}

variable "shared_security_group_id" {
  description = "The group that the network's endpoints let in."
  type        = string
}

variable "ami_id" {
  description = "Amazon Linux 2023 with aws-nitro-enclaves-cli, amazon-cloudwatch-agent, the AWS CLI and jq installed."
  type        = string
}

variable "instance_type" {
  description = "A Nitro type with at least 4 vCPU (2 of Graviton)."
  type        = string
  default     = "m6i.xlarge"
}

variable "enclave_cpus" {
  description = "vCPUs of the enclave."
  type        = number
  default     = 2
}

variable "enclave_memory_mib" {
  description = "Memory of the enclave, in MiB."
  type        = number
  default     = 2048
}

variable "image_uri" {
  description = "Where the enclave's image lies: s3://BUCKET/KEY."
  type        = string
}

variable "image_sha256" {
  description = "SHA-256 of the image's bytes."
  type        = string
}

variable "pcr0" {
  description = "The image's measurement (PCR0)."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The boundary of the instance's role."
  type        = string
}

variable "log_retention_days" {
  description = "How long its logs are kept."
  type        = number
  default     = 30
}
