"""What permissions on FlexGet's data are given on; the rows are in FlexGet's own database."""

from django.db import models


class InFlexGet(models.Model):
    """Something in FlexGet's database."""

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SeenEntry(InFlexGet):
    """An entry that FlexGet has taken, and does not take again."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "add", "delete")


class FailedEntry(InFlexGet):
    """An entry that failed, and is tried again later."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "delete")


class RejectedEntry(InFlexGet):
    """An entry whose rejection FlexGet remembers."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "delete")


class PendingEntry(InFlexGet):
    """An entry that waits until somebody approves it."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "change", "delete")


class EntryList(InFlexGet):
    """A list of the plugin `entry_list`."""

    class Meta(InFlexGet.Meta):
        pass


class MovieList(InFlexGet):
    """A list of the plugin `movie_list`."""

    class Meta(InFlexGet.Meta):
        pass


class PendingList(InFlexGet):
    """A list of the plugin `pending_list`."""

    class Meta(InFlexGet.Meta):
        permissions = (("approve_pendinglist", "Can approve entries of pending lists"),)


class Variable(InFlexGet):
    """A variable that FlexGet replaces in its config."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "change")


class TraktAccount(InFlexGet):
    """An account of Trakt that FlexGet has access to."""

    class Meta(InFlexGet.Meta):
        default_permissions = ("view", "change", "delete")
