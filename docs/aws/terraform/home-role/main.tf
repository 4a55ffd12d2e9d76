# The role that iamdash itself runs on, once, in the account where it runs. Its policy is home-policy.json: it may take
# the reader role of each account and ask AWS Organizations for its accounts, and do nothing else.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "runs_on" {
  description = "What runs iamdash: pods.eks.amazonaws.com (EKS Pod Identity), ecs-tasks.amazonaws.com or ec2.amazonaws.com."
  type        = string
  default     = "pods.eks.amazonaws.com"

  validation {
    condition     = contains(["pods.eks.amazonaws.com", "ecs-tasks.amazonaws.com", "ec2.amazonaws.com"], var.runs_on)
    error_message = "Choose pods.eks.amazonaws.com, ecs-tasks.amazonaws.com or ec2.amazonaws.com."
  }
}

variable "pod" {
  description = "With EKS Pod Identity: the cluster, namespace and service account of iamdash's pods."
  type = object({
    cluster_name    = string
    namespace       = string
    service_account = string
  })
  default = null
}

variable "role_name" {
  description = "The name of the role."
  type        = string
  default     = "iamdash"
}

variable "reader_role_name" {
  description = "The name of the roles that it may take: role_name of the module reader-role."
  type        = string
  default     = "iamdash-reader"
}

locals {
  policy  = file("${path.module}/../../home-policy.json")
  on_pods = var.runs_on == "pods.eks.amazonaws.com"
  pod_tags = local.on_pods && var.pod != null ? {
    "aws:RequestTag/kubernetes-namespace"       = var.pod.namespace
    "aws:RequestTag/kubernetes-service-account" = var.pod.service_account
  } : {}
}

data "aws_iam_policy_document" "trust" {
  statement {
    # EKS Pod Identity tags the session, so it needs both.
    actions = local.on_pods ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [var.runs_on]
    }

    dynamic "condition" {
      for_each = local.pod_tags

      content {
        test     = "StringEquals"
        variable = condition.key
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "home" {
  name               = var.role_name
  description        = "iamdash runs on it, and takes the reader role of each AWS account"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "home" {
  name   = "take-reader-roles"
  role   = aws_iam_role.home.id
  policy = replace(local.policy, "role/iamdash-reader", "role/${var.reader_role_name}")
}

resource "aws_eks_pod_identity_association" "home" {
  count = local.on_pods && var.pod != null ? 1 : 0

  cluster_name    = var.pod.cluster_name
  namespace       = var.pod.namespace
  service_account = var.pod.service_account
  role_arn        = aws_iam_role.home.arn
}

resource "aws_iam_instance_profile" "home" {
  count = var.runs_on == "ec2.amazonaws.com" ? 1 : 0

  name = var.role_name
  role = aws_iam_role.home.name
}

output "role_arn" {
  description = "home_role_arn of the module reader-role."
  value       = aws_iam_role.home.arn
}
