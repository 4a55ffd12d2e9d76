"""`python -m iamdash.aws.whoami`: whose the AWS credentials are that iamdash would run on, or why there are none."""

import sys

from iamdash.aws.answers import text
from iamdash.aws.errors import READ_ERRORS, reason_of
from iamdash.aws.identity import WHO
from iamdash.aws.session import AwsSession
from iamdash.environment import Environment

ATTEMPTS = 2


def main() -> int:
    """Print the caller's ARN and return 0; or one line that says why not, and return 1."""
    environment = Environment()
    allowed = environment.flag("IAMDASH_ALLOW_LONG_LIVED_KEY")
    environment.refuse_if_wrong()
    try:
        arn = text(AwsSession(allow_long_lived_key=allowed, attempts=ATTEMPTS).read(WHO), "Arn")
    except READ_ERRORS as error:
        sys.stderr.write(f"{reason_of(error, WHO)}\n")
        return 1
    sys.stdout.write(f"{arn}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
