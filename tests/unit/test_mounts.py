"""On which kind of file system a folder lies, and whether that is on another machine."""

from pathlib import PurePosixPath

import pytest

from corelab.domain.mounts import is_remote, kind_at, mounts_of_linux, mounts_of_macos

LINUX = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
40 22 0:35 / /mnt/trials rw,relatime shared:20 - nfs4 server:/trials rw,vers=4.2
41 22 0:36 / /mnt/trials/local rw - xfs /dev/sdb1 rw
42 22 0:37 / /mnt/with\\040space rw - cifs //server/share rw
43 22 0:38 / /srv/remote rw - fuse.sshfs server: rw
44 22 0:39 / /media/stick rw - fuseblk /dev/sdc1 rw
45 22 0:40 / /over rw - nfs server:/x rw
46 45 0:41 / /over rw - tmpfs tmpfs rw
a line that nobody can read
"""

MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//person@server/trials on /Volumes/trials (smbfs, nodev, nosuid, mounted by person)
server:/x on /Volumes/a name (with brackets) (nfs)
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/data/lab", "ext4", "local"),
        ("/mnt/trials", "nfs4", "remote"),
        ("/mnt/trials/one/lab", "nfs4", "remote"),
        ("/mnt/trials2/lab", "ext4", "local"),
        ("/mnt/trials/local/lab", "xfs", "local"),
        ("/mnt/with space/lab", "cifs", "remote"),
        ("/srv/remote/lab", "fuse.sshfs", "remote"),
        ("/media/stick/lab", "fuseblk", "local"),
        ("/over/lab", "tmpfs", "local"),
    ],
)
def test_the_deepest_and_last_mount_holds_a_folder(path: str, kind: str, remote: str) -> None:
    found = kind_at(PurePosixPath(path), mounts_of_linux(LINUX))
    assert (found, is_remote(found)) == (kind, remote == "remote")


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/data/lab", "apfs", "local"),
        ("/Volumes/trials/lab", "smbfs", "remote"),
        ("/Volumes/a name (with brackets)/lab", "nfs", "remote"),
    ],
)
def test_the_table_of_macos_is_read(path: str, kind: str, remote: str) -> None:
    found = kind_at(PurePosixPath(path), mounts_of_macos(MACOS))
    assert (found, is_remote(found)) == (kind, remote == "remote")


@pytest.mark.parametrize(
    "kind", ["tmpfs", "overlay", "btrfs", "zfs", "ntfs3", "fuse.gocryptfs", "fuse.fuse-overlayfs", "9p", "virtiofs", ""]
)
def test_file_systems_of_this_machine_are_local(kind: str) -> None:
    assert not is_remote(kind)


@pytest.mark.parametrize("kind", ["nfs", "smb3", "fuse.rclone", "fuse.s3fs", "fuse.some-new-thing", "osxfuse.sshfs", "ceph"])
def test_file_systems_of_other_machines_are_remote(kind: str) -> None:
    assert is_remote(kind)


def test_nothing_is_known_without_a_table() -> None:
    assert kind_at(PurePosixPath("/data"), ()) == ""
