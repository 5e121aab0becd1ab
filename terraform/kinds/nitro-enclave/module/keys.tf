locals {
  # For the account’s administrators, of both keys: all but decrypting.
  administer = {
    Sid       = "Administer"
    Effect    = "Allow"
    Principal = { AWS = "arn:${local.aws}:iam::${local.account}:root" }
    Action = [
      "kms:CancelKeyDeletion",
      "kms:DescribeKey",
      "kms:EnableKeyRotation",
      "kms:Encrypt",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateKeyDescription",
    ]
    Resource = "*"
  }
}

# What the enclave decrypts: nobody has the key's use but an enclave with this measurement, on an instance of this role.
# An enclave in debug mode measures zeros, and is let in nowhere.
resource "aws_kms_key" "enclave" {
  description             = "Enclave ${var.deployment_id}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        Sid       = "UseWithinTheEnclave"
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.parent.arn }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          StringEqualsIgnoreCase = { "kms:RecipientAttestation:ImageSha384" = var.pcr0 }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "enclave" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.enclave.key_id
}

resource "aws_kms_key" "logs" {
  description             = "Logs of the enclave ${var.deployment_id}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        Sid       = "EncryptItsLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${local.aws}:logs:${local.region}:${local.account}:log-group:/enclaves/${var.deployment_id}"
          }
        }
      },
    ]
  })
}
