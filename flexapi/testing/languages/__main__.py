"""`python -m flexapi.testing.languages`: take new texts into the catalogues, compile them, and say how much is translated."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")
django.setup()

from flexapi.testing.languages import catalogues  # noqa: E402  Django's settings come first.

for language in catalogues.LANGUAGES:
    for domain in catalogues.DOMAINS:
        catalogues.update(language, domain)
    for area, (done, all_) in catalogues.shares(language).items():
        print(f"{language}  {area:24} {done:5} of {all_:5}  {done / all_:.0%}")
    for domain in catalogues.DOMAINS:
        print("\n".join(catalogues.faults(language, domain)))
