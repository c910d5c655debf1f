"""Which mount a folder lies on, and whether a database can live there."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.filesystems import network_disk, type_of

MOUNTS = """\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:26 / /mnt/anna rw shared:9 - nfs4 nas:/x rw,vers=4.2
31 30 254:2 / /mnt/anna/local\\040disk rw shared:10 - xfs /dev/vdb1 rw
32 22 0:50 / /srv/cloud rw - fuse.sshfs me@far:/ rw
33 22 0:51 / /srv/cloud rw - ext4 /dev/vdc1 rw
34 22 0:60 / /mnt/win rw - cifs //nas/x rw
a line that is none
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/onrecord/data", "ext4"),
        ("/mnt/anna/onrecord", "nfs4"),
        ("/mnt/anna/local disk/onrecord", "xfs"),
        ("/mnt/annabel", "ext4"),
        ("/srv/cloud/a", "ext4"),  # mounted over
        ("/mnt/win", "cifs"),
    ],
)
def test_the_deepest_mount_on_the_way_decides(folder: str, kind: str) -> None:
    assert type_of(Path(folder), MOUNTS) == kind


def test_only_disks_reached_over_a_network_have_a_name() -> None:
    assert network_disk(Path("/mnt/win/x"), MOUNTS) == "cifs"
    assert network_disk(Path("/srv/onrecord"), MOUNTS) is None
