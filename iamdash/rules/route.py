"""The ways off a long-lived access key. A person chooses one; some need a role and some do not."""

from enum import StrEnum


class Route(StrEnum):
    """The way off the key. The value is what is stored and what addresses say."""

    POD_IDENTITY = "pod_identity"
    IRSA = "irsa"
    SERVICE_ROLE = "service_role"
    VENDOR_ACCOUNT = "vendor_account"
    OIDC = "oidc"
    OWN_ACCOUNT = "own_account"
    ROLES_ANYWHERE = "roles_anywhere"
    SINGLE_SIGN_ON = "single_sign_on"
    CHANGE_CODE = "change_code"
    JUST_DELETE = "just_delete"
    NONE_POSSIBLE = "none_possible"

    @property
    def label(self) -> str:
        """Return the route's name on pages."""
        return LABELS[self]

    @property
    def needs_role(self) -> bool:
        """Return whether an IAM role has to take over (stages 3 and 4 are "not needed" where it has not)."""
        return self not in WITHOUT_ROLE


LABELS = {
    Route.POD_IDENTITY: "EKS Pod Identity",
    Route.IRSA: "IAM role for a Kubernetes service account (IRSA)",
    Route.SERVICE_ROLE: "Service role (EC2, ECS, Lambda, other compute)",
    Route.VENDOR_ACCOUNT: "Role assumed from a vendor's account",
    Route.OIDC: "OpenID Connect of a CI or cloud",
    Route.OWN_ACCOUNT: "Role assumed from our own accounts",
    Route.ROLES_ANYWHERE: "IAM Roles Anywhere",
    Route.SINGLE_SIGN_ON: "Single sign-on (a person's key)",
    Route.CHANGE_CODE: "Change the code (for example SES SMTP to the SES API)",
    Route.JUST_DELETE: "Just delete: nothing needs it",
    Route.NONE_POSSIBLE: "None possible for now",
}
WITHOUT_ROLE = frozenset({Route.SINGLE_SIGN_ON, Route.CHANGE_CODE, Route.JUST_DELETE, Route.NONE_POSSIBLE})
