locals {
  # The instance writes here when its enclave runs, with the measurement that it found.
  health = "/enclaves/${var.deployment_id}/running"
}

resource "aws_iam_role" "parent" {
  name                 = local.name
  description          = "Instance of the enclave ${var.deployment_id}."
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "parent" {
  name = "enclave"
  role = aws_iam_role.parent.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadItsImage"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${local.aws}:s3:::${local.image.bucket}/${local.image.key}"
      },
      {
        Sid      = "SayThatItRuns"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = "arn:${local.aws}:ssm:${local.region}:${local.account}:parameter${local.health}"
      },
      {
        Sid      = "WriteItsLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.aws}:logs:${local.region}:${local.account}:log-group:/enclaves/${var.deployment_id}:*"
      },
      {
        Sid      = "UseItsKeyAsTheEnclave"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = aws_kms_key.enclave.arn
      },
    ]
  })
}

resource "aws_iam_instance_profile" "parent" {
  name = local.name
  role = aws_iam_role.parent.name
  tags = local.tags
}
