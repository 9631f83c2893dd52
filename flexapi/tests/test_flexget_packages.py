"""Every package that FlexGet's plugins import and FlexGet leaves out stands in docs/deployment.md.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_flexget_packages.py` writes the table of that page.
"""

import importlib.metadata

from flexapi.testing.flexgets import newest_flexget

from .flexget_packages import ON_PAGE, in_image, known, left_out, table

# Extras of FlexGet's whose packages the image has.
PLUGINS = ("deluge", "qbittorrent", "transmission", "rarfile", "ftp", "sftp", "plexapi")


def test_each_module_that_flexget_leaves_out_is_known() -> None:
    # What only some installed package stands between: `irc_bot` is known where FlexAPI installs it.
    assert left_out() == set(known())


def test_the_image_has_what_the_table_says() -> None:
    image = in_image()
    assert {
        row["package"].lower() for row in known().values() if row.get("extra") in PLUGINS
    } <= image
    for module, row in known().items():
        if row.get("image"):
            assert row["package"].lower().replace("_", "-") in image, module


@newest_flexget
def test_each_extra_is_one_of_flexget_s() -> None:
    extras = set(importlib.metadata.metadata("flexget").get_all("Provides-Extra") or [])
    assert {row["extra"] for row in known().values() if "extra" in row} <= extras
    assert set(PLUGINS) <= extras


def test_the_page_has_the_table() -> None:
    ON_PAGE.check(table(known()))
