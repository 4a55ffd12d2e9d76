# The role that iamdash takes in an AWS account, once in every account that it reads. It may only read: its policy is
# reader-policy.json as it stands, and only the home role may take it, with the external ID.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "home_role_arn" {
  description = "The role that iamdash itself runs on: the output role_arn of the module home-role."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.home_role_arn))
    error_message = "This is no ARN of an IAM role, such as arn:aws:iam::111122223333:role/iamdash."
  }
}

variable "external_id" {
  description = "What iamdash has to say to take the role: external_id of this account in iamdash.toml."
  type        = string

  validation {
    condition     = length(var.external_id) >= 2 && length(var.external_id) <= 1224
    error_message = "AWS takes an external ID of 2 to 1,224 characters."
  }
}

variable "role_name" {
  description = "The name of the role, the same in every account: the home role may take roles of this name only."
  type        = string
  default     = "iamdash-reader"
}

data "aws_iam_policy_document" "trust" {
  statement {
    # A session of EKS Pod Identity hands its tags on to the roles that it takes: that needs the second action.
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [var.home_role_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

resource "aws_iam_role" "reader" {
  name               = var.role_name
  description        = "Lets iamdash read IAM users, access keys, roles and Pod Identity associations"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "reader" {
  name   = "read-users-keys-and-roles"
  role   = aws_iam_role.reader.id
  policy = file("${path.module}/../../reader-policy.json")
}

output "role_arn" {
  description = "role_arn of this account in iamdash.toml."
  value       = aws_iam_role.reader.arn
}
