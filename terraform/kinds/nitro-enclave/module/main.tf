data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

# Asked when a plan is made: a type without enclaves fails there, and not when the instance starts.
data "aws_ec2_instance_type" "chosen" {
  instance_type = var.instance_type
}

locals {
  name    = "enclave-${var.deployment_id}"
  account = data.aws_caller_identity.current.account_id
  aws     = data.aws_partition.current.partition
  region  = data.aws_region.current.region
  image   = regex("^s3://(?P<bucket>[^/]+)/(?P<key>.+)$", var.image_uri)
  tags = {
    Name         = local.name
    DeploymentId = var.deployment_id
  }
}

resource "aws_security_group" "instance" {
  name        = local.name
  description = "Instance of ${var.deployment_id}: nothing comes in, and https to the endpoints goes out."
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.instance.id
  description                  = "The network's endpoints."
  referenced_security_group_id = var.shared_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_cloudwatch_log_group" "enclave" {
  name              = "/enclaves/${var.deployment_id}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = local.tags
}

resource "aws_instance" "parent" {
  ami                         = var.ami_id
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  vpc_security_group_ids      = [aws_security_group.instance.id, var.shared_security_group_id]
  iam_instance_profile        = aws_iam_instance_profile.parent.name
  associate_public_ip_address = false
  disable_api_termination     = false
  ebs_optimized               = true
  monitoring                  = true
  user_data_replace_on_change = true

  user_data = templatefile("${path.module}/start.tftpl", {
    cpus          = var.enclave_cpus
    memory        = var.enclave_memory_mib
    image_uri     = var.image_uri
    image_sha256  = var.image_sha256
    pcr0          = var.pcr0
    region        = local.region
    deployment_id = var.deployment_id
    parameter     = local.health
    log_group     = aws_cloudwatch_log_group.enclave.name
  })

  enclave_options {
    enabled = true
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = 20
  }

  tags        = local.tags
  volume_tags = local.tags

  lifecycle {
    precondition {
      condition     = data.aws_ec2_instance_type.chosen.nitro_enclaves_support == "supported"
      error_message = "The instance type has no Nitro enclaves."
    }
    precondition {
      condition     = data.aws_ec2_instance_type.chosen.default_vcpus - var.enclave_cpus >= 2
      error_message = "Two vCPUs must stay with the instance: choose a larger type, or a smaller enclave."
    }
    precondition {
      condition     = data.aws_ec2_instance_type.chosen.memory_size - var.enclave_memory_mib >= 1024
      error_message = "A GiB must stay with the instance: choose a larger type, or a smaller enclave."
    }
  }
}
