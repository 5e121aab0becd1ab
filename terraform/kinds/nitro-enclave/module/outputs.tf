output "instance_id" {
  description = "The instance that the enclave runs on."
  value       = aws_instance.parent.id
}

output "private_ip" {
  description = "Its address in the network."
  value       = aws_instance.parent.private_ip
}

output "key_arn" {
  description = "The key that only the enclave may use."
  value       = aws_kms_key.enclave.arn
}

output "log_group" {
  description = "Where its logs are."
  value       = aws_cloudwatch_log_group.enclave.name
}

output "running_parameter" {
  description = "The parameter that holds the measurement as soon as the enclave runs."
  value       = local.health
}
