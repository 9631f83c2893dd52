"""The config that a newcomer without one starts with: it runs offline and shows what FlexGet does."""

from pathlib import Path

SAMPLE = """\
# A first config for FlexGet. Nothing in it leaves this machine; change it as you like.
# Everything that can stand here: https://flexget.com/Plugins

tasks:

  # Run this one and look at its log: what was accepted, what was rejected, and why.
  # Run it again: what was accepted once is "seen" and is not taken twice.
  hello:
    # `mock` makes entries up. In real life this is an `rss`, a `discover` or another input.
    mock:
      - {title: Big Buck Bunny 2008 1080p, url: "http://localhost/big-buck-bunny.torrent"}
      - {title: Sintel 2010 720p, url: "http://localhost/sintel.torrent"}
      - {title: Sintel 2010 cam, url: "http://localhost/sintel-cam.torrent"}
      - {title: Tears of Steel trailer, url: "http://localhost/tears-of-steel.torrent"}
    # Filters accept, reject, or leave an entry undecided.
    regexp:
      accept:
        - 1080p
        - 720p
      reject:
        - cam
    # Outputs act on what was accepted. This one writes a line into greeting.txt beside this file.
    exec:
      auto_escape: yes
      on_output:
        for_accepted: echo {{title}} >> greeting.txt

  # A task whose name starts with an underscore is disabled.
  _disabled:
    mock:
      - {title: Never looked at, url: "http://localhost/never"}
    accept_all: yes

# Nothing runs by itself yet. Without this line FlexGet runs every task once an hour.
schedules: no
"""


def write_sample(config: Path) -> None:
    """Write the sample to `config`, folders included; an existing file stays as it is."""
    config.parent.mkdir(parents=True, exist_ok=True)
    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(SAMPLE)
    except FileExistsError:
        return
