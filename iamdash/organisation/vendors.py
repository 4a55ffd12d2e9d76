"""The vendors: those of the file, and for names that it has not, the reviewed list that comes with iamdash.

The list is loaded by `load_config` and not by a migration: it changes from release to release, and before the file is
loaded there is no AWS account whose candidates could need it.
"""

import tomllib
from pathlib import Path

from iamdash.models import Vendor
from iamdash.organisation.config_shape import Config, Table, VendorEntry

SHIPPED = Path(__file__).with_name("vendors.toml")


class VendorList(Table):
    """The file that comes with iamdash."""

    vendors: list[VendorEntry]


def shipped_vendors() -> list[VendorEntry]:
    """Return the list that comes with iamdash."""
    return VendorList.model_validate(tomllib.loads(SHIPPED.read_text("utf-8"))).vendors


def load_vendors(config: Config) -> list[str]:
    """Bring the rows in line with both lists; return what changed, a sentence each, and one for iamdash's own list."""
    wanted = {entry.name.lower(): _row(entry, shipped=True) for entry in shipped_vendors()}
    wanted |= {entry.name.lower(): _row(entry, shipped=False) for entry in config.vendors}
    known = {vendor.name.lower(): vendor for vendor in Vendor.objects.all()}
    changed = [name for name, row in wanted.items() if name not in known or not row.agrees_with(known[name])]
    taken_out = [vendor for name, vendor in known.items() if name not in wanted]
    Vendor.objects.filter(pk__in=[known[name].pk for name in changed if name in known]).delete()
    Vendor.objects.filter(pk__in=[vendor.pk for vendor in taken_out]).delete()
    Vendor.objects.bulk_create([wanted[name] for name in changed])
    ours = sum(wanted[name].shipped for name in changed) + sum(vendor.shipped for vendor in taken_out)
    return [
        *([f"{ours} vendors of iamdash's own list brought up to date"] if ours else []),
        *(f"vendor {wanted[name].name} is as the file says" for name in changed if not wanted[name].shipped),
        *(f"vendor {vendor.name} taken out" for vendor in taken_out if not vendor.shipped),
    ]


def _row(entry: VendorEntry, *, shipped: bool) -> Vendor:
    columns = entry.model_dump()
    required = columns.pop("external_id") == "required"
    return Vendor(**columns, external_id_required=required, shipped=shipped)
