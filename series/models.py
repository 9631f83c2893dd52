"""What permissions on series are given on; the rows are in FlexGet's own database."""

from django.db import models


class Show(models.Model):
    """A show that FlexGet knows."""

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"Show {self.pk}"
