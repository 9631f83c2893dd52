"""A file and its current revision, kept equal: the config, and each file that it names.

The current revision is the truth. `refresh` takes in what somebody did to the file by hand; it is
called before anything is read or written, and costs one `stat` when nothing changed.
"""

import contextlib
import logging
import socket
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings

from flexapi.api.http import threads
from flexapi.mirror import credentials
from flexapi.mirror.disk import file, in_step
from flexapi.mirror.disk.sight import Problem, Seen, Sight
from flexapi.mirror.document.document import Document
from flexapi.mirror.document.errors import ParseError
from flexapi.mirror.edits import merge
from flexapi.mirror.store import snapshot
from flexapi.mirror.store.snapshot import EMPTY, Snapshot, Superseded, inside_transaction, parse
from flexapi.mirror.store.tables import ConfigRevision, digest
from flexapi.phrases import phrase

GONE = phrase("{path} is gone. Restoring a revision writes it again.")
GONE_LINK = phrase(
    "{path} is gone. It is a symbolic link to {link}. Restoring a revision writes it again."
)
UNREADABLE = phrase("{path} can't be read: {reason}.")
DANGLING = phrase("{path} is a symbolic link to {link}, which isn't there.")
OTHER_CONFIG = phrase(
    "The servers on this database share one config, and {path} is another one. Move the file away and start the server again: the shared config is written there then."
)
UNWRITABLE = phrase("{path} can't be written: {reason}.")
# What revisions tell.
BY_HAND = phrase("The file was changed.")
BY_HAND_ON = phrase("The file was changed on {host}.")
LAGGING = phrase("The file was changed on {host}, which had revision {base} then.")
JOINED = phrase("Joined the file's change on {host} with revision {revision}.")
CONTRADICTS = phrase(
    "The file was changed on {host}, which had revision {base} then; what came until revision {now} changes the same. Make the change again, or restore this."
)
OVERWRITTEN = phrase("Written in the moment in which revision {revision} was.")

logger = logging.getLogger("flexapi.mirror")

# Seconds for which a reader waits for a file that is being written.
READ_PATIENCE = 1.0


class _Useless(Exception):
    """The file can't be used as it is."""

    def __init__(self, *problem: Any) -> None:
        self.problem = Problem(*problem)


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Be the only one who writes the config or a file that it names; raises LockBusy, OSError."""
    with contextlib.ExitStack() as locks:
        locks.enter_context(file.locked(Path(settings.DATA_DIR) / "config.lock"))
        if in_step.several_servers():
            # Another data folder may belong to the same file.
            locks.enter_context(file.folder_locked(Path(settings.FLEXGET_CONFIG)))
        yield


class KeptFile:
    """One file; `place` tells where it is. What an instance remembers can be forgotten at any time."""

    # Whether the files of this process only follow the database, as on a worker: what is edited there is put aside.
    following: ClassVar[bool] = False
    # All of this process.
    instances: ClassVar["weakref.WeakSet[KeptFile]"] = weakref.WeakSet()

    def __init__(
        self,
        place: Callable[[], Path],
        store: snapshot.Store,
        note: str = in_step.NAME,
        file: int | None = None,
    ) -> None:
        self._place = place
        self._store = store
        self._file = file
        self._sight = Sight()
        self.steps = in_step.InStep(store.revisions, note)
        self.current = store.current
        self.store = store.store
        self.withdraw = store.withdraw
        self.keep = store.keep
        KeptFile.instances.add(self)

    @property
    def path(self) -> Path:
        """Where the file is on this machine."""
        return self._place()

    def forget(self) -> None:
        """Look at file and database afresh next time, as a new process does."""
        self._sight.forget()
        self._store.forget()

    def refresh(self) -> Problem | None:
        """Take in what was done to the file by hand; return what is wrong with the file, if anything.

        A file that is being written is waited for, for a moment; after that, what was known before counts until it rests.
        Raises LockBusy where another writer hangs.
        """
        seen = self._sight.seen
        if seen is not None and self._sight.still(self.path):
            return seen.problem
        return self._taken_in_at_rest(threads.lock_patience(READ_PATIENCE))

    def settle(self) -> Problem | None:
        """Do what `recover` does. Under the lock."""
        seen = self._sight.seen
        if seen is not None and self._in_step(seen):
            return seen.problem
        return self.take_in()

    def recover(self) -> Problem | None:
        """Do what `refresh` does, and end a write that another process began and was killed in."""
        seen = self._sight.seen
        if seen is not None and self._in_step(seen):
            return seen.problem
        return self._taken_in_at_rest(0.0)

    @classmethod
    def any_is_being_written(cls) -> bool:
        """Whether some file is not taken in yet because it hasn't come to rest."""
        return any(kept.is_being_written for kept in list(cls.instances))

    @property
    def is_being_written(self) -> bool:
        """Whether somebody wrote the file so shortly ago that it was not taken in when this process last looked."""
        return self._sight.is_being_written

    def _taken_in_at_rest(self, patience: float) -> Problem | None:
        seen = self._sight.seen
        # A file that is as this process wrote it needs no rest: it only lags behind.
        known = seen is not None and self._sight.still(self.path)
        if seen is not None and not known and not self._sight.rests(self.path, patience):
            return seen.problem
        with locked():
            return self.take_in(patience)

    def file_changed(self) -> bool:
        """Whether the file is not what this process saw last."""
        return not self._sight.still(self.path)

    def seen_hash(self) -> str:
        """The hash of the file as this process saw it last; "" where there was none."""
        seen = self._sight.seen
        return "" if seen is None else seen.hash

    def shows(self, snapshot: Snapshot) -> bool:
        """Whether the file holds a revision, as far as can be told without the lock."""
        seen = self._sight.seen
        return (
            seen is not None
            and seen.problem is None
            and seen.hash == snapshot.hash
            and self._sight.still(self.path)
        )

    def _in_step(self, seen: Seen) -> bool:
        if not self._sight.still(self.path):
            return False
        if seen.problem is None:
            return self.current().hash == seen.hash
        # A full disk may have space again.
        return seen.problem.code != "unwritable"

    def take_in(self, patience: float = file.LATEST) -> Problem | None:
        """Look at the file and bring it and the current revision together. Under the lock.

        A file that is being written is waited for, `patience` seconds at most.
        """
        path = self.path
        self._sight.rests(path, patience)
        file.remove_leftovers(path)
        # What is stored within a transaction may yet be rolled back.
        lasting = not inside_transaction()
        problem = None
        signature, found = file.Signature(), "unreadable"
        try:
            signature, content = file.read(path)
            found = "" if content is None else digest(content)
            held = self._settled(path, content, found)
            if held.hash != found:
                signature, found = file.signature(path), held.hash
            if lasting and held.revision:
                self.steps.note(path, held.revision, held.hash)
        except _Useless as useless:
            problem = useless.problem
        except OSError as error:
            problem = Problem(
                "unreadable", UNREADABLE.format(path=self.path, reason=error.strerror)
            )
        self._sight.note(Seen(path, signature, found, problem) if lasting else None)
        return problem

    def _settled(self, path: Path, content: bytes | None, found: str) -> Snapshot:
        """Settle what file and current revision differ in; return the revision that the file holds then.

        Raises _Useless, OSError, LockBusy.
        """
        deadline = time.monotonic() + file.LOCK_TIMEOUT
        while time.monotonic() < deadline:
            try:
                if content is None:
                    return self._missing(path)
                return self._take_in_content(path, content, found)
            except Superseded:
                continue  # Another server was quicker.
        raise file.LockBusy

    def _missing(self, path: Path) -> Snapshot:
        now = self.current()
        if not now.revision and path.is_symlink():
            raise _Useless(
                "missing",
                DANGLING.format(path=path, link=path.readlink()),
            )
        if not now.revision:
            return EMPTY  # It never was there: the first write makes it.
        written = self._store.revisions().values_list("written", flat=True).get(pk=now.revision)
        never_here = in_step.several_servers() and self.steps.noted(path) is None
        if not written or never_here or KeptFile.following:
            return self._write_again(path, None, now)
        if path.is_symlink():
            raise _Useless("missing", GONE_LINK.format(path=path, link=path.readlink()))
        raise _Useless("missing", GONE.format(path=path))

    def _take_in_content(self, path: Path, content: bytes, found: str) -> Snapshot:
        """Compare the file with the current revision and settle a difference."""
        now = self.current()
        if not now.revision:
            return EMPTY if KeptFile.following else self._import(content, now)
        if now.hash == found:
            self._store.revisions().filter(pk=now.revision, written=False).update(written=True)
            return now
        base = self.steps.base(path, now.revision)
        if self.steps.left_behind(base, found):
            return self._write_again(path, content, now)
        if KeptFile.following:
            aside = file.put_aside(path, content)
            logger.warning("%s was edited; that is in %s now. Edit it on a server.", path, aside)
            return self._write_again(path, content, now)
        if base is None:
            raise _Useless(
                "unknown",
                OTHER_CONFIG.format(path=path),
            )
        if base == now.revision or not in_step.several_servers():
            return self._import(content, now)
        return self._join(path, content, self._store.revisions().get(pk=base), now)

    def _import(self, content: bytes, now: Snapshot) -> Snapshot:
        """Store a hand edit on top of the current revision."""
        several = in_step.several_servers()
        return self.store(
            content,
            self._parsed(content),
            ConfigRevision.Origin.FILE,
            base=now,
            summary=BY_HAND_ON.format(host=socket.gethostname()) if several else BY_HAND,
            written=True,
        )

    def _join(self, path: Path, content: bytes, base: ConfigRevision, now: Snapshot) -> Snapshot:
        """Settle a hand edit of a file that lagged behind: both changes, or the one made elsewhere."""
        mine = self._parsed(content)
        if inside_transaction():
            return now  # Whoever looks next outside of one settles it.
        host = socket.gethostname()
        joined = merge.merged(parse(bytes(base.content)), mine, now.document)
        if joined is None:
            self.keep(
                content,
                CONTRADICTS.format(host=host, base=base.pk, now=now.revision),
                base,
            )
            return self._write_again(path, content, now)
        # Stored together, or else the edit would look like a revision that was left behind.
        edit = ConfigRevision(
            file_id=self._file,
            content=content,
            hash=digest(content),
            origin=ConfigRevision.Origin.FILE,
            summary=LAGGING.format(host=host, base=base.pk),
            previous=base,
        )
        summary = JOINED.format(host=host, revision=now.revision)
        taken = self.store(
            joined.to_bytes(),
            joined,
            ConfigRevision.Origin.FILE,
            base=now,
            summary=summary,
            joins=edit,
        )
        return self._write_again(path, content, taken)

    def _write_again(self, path: Path, content: bytes | None, snapshot: Snapshot) -> Snapshot:
        """Write a revision to a file that holds `content`. Raises _Useless, Superseded."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replacement = file.Replacement(path, snapshot.document.to_bytes())
            lost = replacement.put()
            if lost is not None and lost != content:
                if KeptFile.following:
                    file.put_aside(path, lost)
                else:
                    self.keep(lost, OVERWRITTEN.format(revision=snapshot.revision))
        except OSError as error:
            raise _Useless(
                "unwritable", UNWRITABLE.format(path=self.path, reason=error.strerror)
            ) from error
        self._store.revisions().filter(pk=snapshot.revision, written=False).update(written=True)
        logger.info("Revision %s was written to %s.", snapshot.revision, path)
        return snapshot

    def _parsed(self, content: bytes) -> Document:
        try:
            return parse(content)
        except ParseError as error:
            said = credentials.without_quotes(str(error))
            raise _Useless("broken", said, error.line, error.column) from error

    def wrote(self, taken: Snapshot) -> None:
        """Note that a revision is on disk. Under the lock."""
        self._store.revisions().filter(pk=taken.revision).update(written=True)
        path = self.path
        self.steps.note(path, taken.revision, taken.hash)
        self._sight.note(Seen(path, file.signature(path), taken.hash, None))
