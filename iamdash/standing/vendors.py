"""The vendors as the rules take them."""

from iamdash.models import Vendor
from iamdash.rules.vendors import Mechanism, VendorFacts


def vendors() -> tuple[VendorFacts, ...]:
    """Return every vendor of the list, by name. One query."""
    return tuple(
        VendorFacts(
            name=vendor.name,
            pattern=vendor.pattern,
            mechanism=Mechanism(vendor.mechanism),
            principals=tuple(vendor.principals),
            issuer=vendor.issuer,
            external_id_required=vendor.external_id_required,
            documentation=vendor.documentation,
            checked_on=vendor.checked_on,
        )
        for vendor in Vendor.objects.order_by("name")
    )
