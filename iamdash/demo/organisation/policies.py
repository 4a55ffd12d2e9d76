"""The permissions in the organisation, by name. Buckets and queues carry the environment, as {env}."""

import json
from typing import Any


def _allow(actions: str, *resources: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions.split(), "Resource": list(resources) or ["*"]}],
    }


def _bucket(name: str, actions: str) -> dict[str, Any]:
    return _allow(actions, f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*")


READ = "s3:GetObject s3:ListBucket"
WRITE = "s3:PutObject s3:ListBucket"
POLICIES: dict[str, dict[str, Any]] = {
    "cdn-logs": _bucket("wayfare-{env}-cdn-logs", WRITE),
    "cdn-logs-query": _allow("athena:StartQueryExecution athena:GetQueryResults glue:GetTable s3:GetObject"),
    "backups": _bucket("wayfare-{env}-database-backups", WRITE),
    "send-email": _allow("ses:SendRawEmail"),
    "content-store": _bucket("wayfare-{env}-content-store", "s3:PutObject s3:GetObject s3:DeleteObject s3:ListBucket"),
    "assets": _bucket("wayfare-{env}-assets", "s3:PutObject s3:GetObject s3:DeleteObject s3:ListBucket"),
    "timetables": _bucket("wayfare-{env}-timetables", "s3:PutObject s3:GetObject s3:ListBucket"),
    "search-index": _allow("es:ESHttpGet es:ESHttpPost es:ESHttpPut", "arn:aws:es:eu-west-1:*:domain/wayfare-{env}/*"),
    "sitemaps": _bucket("wayfare-{env}-sitemaps", WRITE),
    "fares-table": _allow("dynamodb:GetItem dynamodb:Query dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/fares-{env}"),
    "disruption-topic": _allow("sns:Publish", "arn:aws:sns:eu-west-1:*:disruption-{env}"),
    "metrics": _allow("cloudwatch:GetMetricData cloudwatch:ListMetrics ec2:DescribeInstances"),
    "dns": _allow("route53:ChangeResourceRecordSets route53:ListResourceRecordSets"),
    "map-tiles": _bucket("wayfare-{env}-map-tiles", WRITE),
    "downloads": _bucket("wayfare-{env}-transition-downloads", READ),
    "survey-exports": _bucket("wayfare-{env}-survey-exports", WRITE),
    "invoke-bot": _allow("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:*:function:accessibility-bot"),
    "push-images": _allow("ecr:GetAuthorizationToken ecr:PutImage ecr:InitiateLayerUpload ecr:BatchGetImage"),
    "deploy": _allow("sts:AssumeRole", "arn:aws:iam::*:role/wayfare-deploy"),
    "terraform": _allow("*"),
    "artefacts": _bucket("wayfare-artefacts", "s3:PutObject s3:GetObject s3:ListBucket"),
    "warehouse": _bucket("wayfare-warehouse-landing", "s3:PutObject s3:GetObject s3:ListBucket"),
    "athena": _allow("athena:StartQueryExecution athena:GetQueryResults s3:GetObject glue:GetTable"),
    "bedrock": _allow("bedrock:InvokeModel"),
    "look": _allow("ec2:Describe* s3:List* cloudwatch:Get* logs:Get*"),
}
# Kept as a policy of the account, attached to whoever needs it; the others are written into their user or role.
SHARED = frozenset({"look", "metrics", "push-images", "terraform"})


def document(name: str, environment: str) -> str:
    """Return a policy as JSON text, written for one environment."""
    return json.dumps(POLICIES[name]).replace("{env}", environment)
