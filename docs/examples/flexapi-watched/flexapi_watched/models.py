from django.db import models


class Movie(models.Model):
    title = models.CharField(max_length=200)
    stars = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.title
