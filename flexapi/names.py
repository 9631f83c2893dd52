"""What models call themselves, their fields and choices, in the language of who looks.

Django names a field for its attribute; the admin shows these names. To write each of them a second time, as a marked
text, would make a migration of every name and say nothing new: they are marked here, all at once.
"""

from collections.abc import Container, Iterable, Iterator
from typing import Any

from django.apps import AppConfig
from django.db.models import Model
from django.utils.translation import gettext_lazy


def translate(config: AppConfig) -> None:
    """Have an app that isn't Django's, its models and their fields say their names in the language that is active when they are asked."""
    if config.name.startswith("django."):
        return  # It says them so already.
    for target, attribute in _named(config, config.get_models()):
        setattr(target, attribute, gettext_lazy(str(getattr(target, attribute))))


def texts_of(config: AppConfig, models: Container[type[Model]]) -> Iterator[str]:
    """The names of an app in English, and of its models among these."""
    for target, attribute in _named(config, [one for one in config.get_models() if one in models]):
        yield str(getattr(target, attribute))


def _named(config: AppConfig, models: Iterable[type[Model]]) -> Iterator[tuple[Any, str]]:
    yield config, "verbose_name"
    for model in models:
        options: Any = model._meta
        yield options, "verbose_name"
        yield options, "verbose_name_plural"
        for field in options.local_fields + options.local_many_to_many:
            # Django keeps what the model was written with for migrations.
            yield field, "verbose_name"
            if field.help_text:
                yield field, "help_text"
