# SPDX-License-Identifier: GPL-2.0-only
"""Writes files that appear whole or not at all: they are written beside their name and renamed at the end.

    with draft("figures/gantt.png") as path:        # figures/.gantt.png.4711.9f3a21c0
        figure.savefig(path, format="png")
    write_atomically("points.csv", text)            # the same for a text; sync=True: on the disk before the rename
    is_abandoned("figures/.gantt.png.4711.9f3a21c0")        # left by a process that was killed

A full disk, an error or an exception that a signal raises removes the draft and leaves what stood under the name. Who is killed
leaves the draft; the next to write the same file removes it. It is known by its lock (flock), which goes with its process.
Errors: OSError that names the file, not its draft.
"""

import contextlib
import errno
import fcntl
import os
import pathlib
import re

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
DRAFT = re.compile(r"\.(?P<name>.+)\.[0-9]+\.[0-9a-f]{8}", re.S)


@contextlib.contextmanager
def draft(path, sync=False):
    """A path to write to, which takes the name of `path` when the block ends well. Makes the folder where there is none."""
    asked = pathlib.Path(path)
    if asked.exists() and not asked.is_file() and not asked.is_dir():
        yield asked  # a device or a pipe, such as /dev/stdout
        return
    path = pathlib.Path(os.path.realpath(asked))  # what a link points to is written, and the link stays
    lock = temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        lock, temporary = _locked_file(path)
        yield temporary
        if sync:
            _sync(temporary)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(asked), None
        raise
    finally:
        if lock is not None:
            os.close(lock)


def write_atomically(path, text, sync=False):
    """Readers see the old file or the new one, never half of one."""
    with draft(path, sync) as temporary:
        write_text(temporary, text)


def write_text(path, text, sync=False):
    """A plain write of a new file. OSError names it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        data = memoryview(text.encode())
        while data:
            data = data[os.write(handle, data) :]
        if sync:
            os.fsync(handle)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        os.close(handle)


def is_abandoned(path):
    """Whether nobody writes the draft any more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:  # in use, or a file system without locks: then nobody can tell
        return False
    finally:
        os.close(handle)


def _remove_abandoned(path):
    with contextlib.suppress(OSError):
        for entry in os.scandir(path.parent):
            match = DRAFT.fullmatch(entry.name)
            if match and match["name"] == _name(path) and entry.is_file(follow_symlinks=False) and is_abandoned(entry.path):
                os.unlink(entry.path)


def _name(path):
    """The file's name in those of its drafts, which a file system takes up to 255 bytes of."""
    return os.fsdecode(os.fsencode(path.name)[:200])


def _locked_file(path):
    """(handle that holds the lock, path) of a new draft."""
    while True:
        temporary = path.with_name(f".{_name(path)}.{os.getpid()}.{os.urandom(4).hex()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken = os.fstat(handle).st_nlink == 0
        except BlockingIOError:
            taken = True
        except OSError:
            taken = False  # a file system without locks
        if not taken:
            return handle, temporary
        os.close(handle)  # somebody took it for abandoned before it had its lock


def _sync(path):
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
