"""What policies say: whom the trust policy of a role lets in, and how far those of an IAM user reach."""
