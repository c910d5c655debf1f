"""On which sort of disk a folder lies: file systems reached over a network lie about locks, and a database needs them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

# Types as /proc/self/mountinfo names them, https://docs.kernel.org/filesystems/proc.html (3.5). FUSE is not among
# them as such: what stands behind it follows the dot.
NETWORK: Final = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "beegfs", "gfs2",
    "ocfs2", "davfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "fuse.glusterfs", "fuse.ceph",
    "fuse.gcsfuse", "fuse.goofys", "fuse.smbnetfs",
})  # fmt: skip
MOUNTS: Final = Path("/proc/self/mountinfo")


def network_disk(folder: Path, mounts: str | None = None) -> str | None:
    """The type of the network file system the folder lies on; None for a disk of this machine, or where unknown."""
    if mounts is None:
        try:
            mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None
    kind = type_of(Path(os.path.realpath(folder)), mounts)
    return kind if kind in NETWORK else None


def type_of(folder: Path, mounts: str) -> str:
    """The type of the file system of that (real) path: of mounts on the way to it the deepest, and of equals the last."""
    found, depth = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) < 5 or not kinds:
            continue
        at = Path(_plain(fields[4]))
        if (at == folder or at in folder.parents) and len(at.parts) >= depth:
            found, depth = kinds[0], len(at.parts)
    return found


def _plain(text: str) -> str:
    """Blanks and backslashes stand in octal there."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, letter)
    return text
