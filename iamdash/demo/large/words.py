"""The words that the names of the large organisation are made of."""

THINGS = (
    *("asset", "licence", "payment", "publishing", "search", "email", "backup", "metrics", "frontend", "content"),
    *("document", "notify", "identity", "search-index", "transition", "router", "feedback", "whitehall", "data"),
    *("audit", "billing", "casework", "forms", "geo", "incident", "locations", "mirror", "petitions", "registers"),
    *("signon", "smart-answers", "support", "travel", "verify", "crawler", "sitemap", "import", "export", "archive"),
)
DEEDS = (
    *("uploader", "reader", "deploy", "sync", "ses-smtp", "s3-writer", "ci", "terraform", "logs", "exporter"),
    *("notifier", "scraper", "snapshot", "replicator", "pusher", "worker", "cron", "proxy", "importer", "monitor"),
)
ENVIRONMENTS = ("production", "staging", "integration", "test", "tools")
SERVICES = ("s3", "ses", "sqs", "sns", "dynamodb", "ecr", "logs", "route53", "cloudfront", "sts")
REGIONS = ("eu-west-1", "eu-west-2", "us-east-1", "eu-central-1")
GIVEN = ("Ada", "Ben", "Chi", "Dee", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jo", "Kit", "Lou", "Mo", "Nia", "Oz", "Pat")
FAMILY = ("Adams", "Bell", "Cole", "Dunn", "Ellis", "Ford", "Gray", "Hill", "Iqbal", "Jones", "Khan", "Lane", "Moss")
NOTES = (
    "Asked in the channel, waiting for an answer.",
    "The job moves to the new cluster next sprint.",
    "Nobody knows what this does. The name says backups.",
    "Used by the nightly export; the vendor has been written to.",
    "Switched over in integration, production follows.",
)
