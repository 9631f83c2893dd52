"""What has to go with a deleted entry, judged by hand: as diffs, with the path that is deleted.

The excerpts are in the manner of real configs. A line begins with `-` if it goes, with `+` if it comes,
and with a space if it stays.
"""

from typing import Any

# fmt: off
CASES: dict[str, tuple[tuple[Any, ...], str]] = {
    # What belongs to a task
    "a remark above": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # slow on Mondays
-  movies:
-    rss: b
   last:
     rss: c
"""),
    "a remark of two lines": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # Looks for films of the year,
-  # and only for those.
-  movies:
-    rss: b
"""),
    "a remark, blank lines around": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a

-  # slow on Mondays
-  movies:
-    rss: b

   last:
     rss: c
"""),
    "a remark beside": (("tasks", "movies"), """\
 tasks:
   tv: {rss: a}
-  movies: {rss: b}  # slow on Mondays
"""),
    "a blank line between": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # everything below is new

-  movies:
-    rss: b
"""),
    "another column": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
 # everything below is new
-  movies:
-    rss: b
"""),
    "a deeper remark above": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
     # no series yet
-  movies:
-    rss: b
"""),
    "commented out inside": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  movies:
-    # imdb: yes
-    rss: b
-    # download: /tmp
-    #series:
-    #  - One
   last:
     rss: c
"""),
    "inside the last": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  movies:
-    rss: b
-    # download: /tmp
 schedules: no
"""),
    "below, at its column": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  movies:
-    rss: b
   # the end of the tasks
 schedules: no
"""),
    "below, at the left": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  movies:
-    rss: b
 # when to run
 schedules: no
"""),
    "a remark with a colon": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # Note: needs the cookies of a browser
-  movies:
-    rss: b
"""),
    "TODO": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # todo: a better feed
-  movies:
-    rss: b
"""),
    "a link": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # https://flexget.com/Plugins/imdb
-  movies:
-    rss: b
"""),
    "a command": (("tasks", "sync"), """\
 tasks:
   tv:
     rss: a
-  # flexget execute --tasks sync --learn
-  sync:
-    rss: b
"""),
    "a sentence that ends with a colon": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # These two are run by hand:
-  movies:
-    rss: b
"""),
    "a list in prose": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # Films (only the big ones; see the list)
-  movies:
-    rss: b
"""),
    # A task that was commented out
    "an old task": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   #old:
   #  rss: x
-  movies:
-    rss: b
"""),
    "an old task with a space": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # old:
   #   rss: x
   #   download: /tmp
-  movies:
-    rss: b
"""),
    "an old task of several words": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # My Old Task:
   #   rss: x
-  movies:
-    rss: b
"""),
    "an old task, then a remark": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   #old:
   #  rss: x
-  # slow on Mondays
-  movies:
-    rss: b
"""),
    "a remark, then an old task": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # this one is dead:
   #old:
   #  rss: x
-  movies:
-    rss: b
"""),
    "an old task with a list": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   #old:
   #  series:
   #    - One
   #    - Two
-  movies:
-    rss: b
"""),
    "an old task of one line": (("tasks", "movies"), """\
 tasks:
   tv: {rss: a}
   #old: {rss: x}
-  movies: {rss: b}
"""),
    "an old task before the first": (("tasks", "tv"), """\
 tasks:
   #old:
   #  rss: x
-  tv:
-    rss: a
   movies:
     rss: b
"""),
    "an old task in quotes": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   #'old one':
   #  rss: x
-  movies:
-    rss: b
"""),
    "an old task below": (("tasks", "tv"), """\
 tasks:
-  tv:
-    rss: a
   #old:
   #  rss: x
   movies:
     rss: b
"""),
    "an old task before the only one": (("tasks", "tv"), """\
-tasks:
+tasks: {}
   #old:
   #  rss: x
-  # daily
-  tv:
-    rss: a
"""),
    "the only one and its remark": (("tasks", "tv"), """\
-tasks:
-  # daily
-  tv:
-    rss: a
+tasks: {}
 schedules: no
"""),
    # Banners
    "a box": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   ###########
   # Movies  #
   ###########
-  movies:
-    rss: b
"""),
    "a box, then a remark": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # -------
   # Movies
   # -------
-  # slow on Mondays
-  movies:
-    rss: b
"""),
    "a line with a title in it": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # --- Movies ---
-  movies:
-    rss: b
"""),
    "a line of equal signs": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # ==== MOVIES ====
-  movies:
-    rss: b
"""),
    "a line above a title": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   # ----------
   # Movies
-  movies:
-    rss: b
"""),
    "many signs before a title": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
   ######## Movies
-  movies:
-    rss: b
"""),
    "a frame of empty comments": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a

   #
   # Movies
   #
-  movies:
-    rss: b
"""),
    "a banner of a section": (("schedules",), """\
 tasks:
   tv:
     rss: a
 #####################
 #     SCHEDULES     #
 #####################
-schedules: no
"""),
    # Headings
    "the first heading of a section": (("tasks", "tv"), """\
 tasks:
   # Shows
-  tv:
-    rss: a
   anime:
     rss: b
"""),
    "a heading apart": (("tasks", "tv"), """\
 tasks:
   # Shows

-  tv:
-    rss: a
   anime:
     rss: b
"""),
    "each task has its remark": (("tasks", "tv"), """\
 tasks:
-  # Shows
-  tv:
-    rss: a
   # Films
   movies:
     rss: b
"""),
    "a blank line below the first": (("tasks", "tv"), """\
 tasks:
-  # the good one
-  tv:
-    rss: a

   movies:
     rss: b
"""),
    "a group of tasks": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a

   # Films
-  movies:
-    rss: b
   old_movies:
     rss: c
"""),
    "a group of one": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a

-  # Films
-  movies:
-    rss: b

   anime:
     rss: c
"""),
    "the second of a group": (("tasks", "old_movies"), """\
 tasks:
   tv:
     rss: a

   # Films
   movies:
     rss: b
-  old_movies:
-    rss: c
"""),
    "the last of a group": (("tasks", "movies"), """\
 tasks:
   tv:
     rss: a
-  # Films
-  movies:
-    rss: b
"""),
    "the top of a file": (("variables",), """\
 # My config
 # by me
-variables: secrets.yml
 tasks: {}
"""),
    "a frame at the top of a file": (("variables",), """\
 #
 # Author: me
 #
-variables: secrets.yml

 tasks: {}
"""),
    "a remark above a section": (("schedules",), """\
 tasks:
   tv: {rss: a}

-# every hour
-schedules:
-  - tasks: '*'
-    interval: {hours: 1}
"""),
    # Lists
    "the first item of a group": (("s", 0), """\
 s:
   # Drama
-  - One
   - Two
   # Comedy
   - Three
   - Four
"""),
    "the first item of another group": (("s", 2), """\
 s:
   # Drama
   - One
   - Two
   # Comedy
-  - Three
   - Four
"""),
    "the first item of a group apart": (("s", 2), """\
 s:
   - One
   - Two

   # Comedy
-  - Three
   - Four
"""),
    "the only item of a group": (("s", 2), """\
 s:
   # Drama
   - One
   - Two
-  # Comedy
-  - Three
   # News
   - Four
"""),
    "the last item of a group": (("s", 1), """\
 s:
   # Drama
   - One
-  - Two
   # Comedy
   - Three
"""),
    "an item's own remark": (("s", 1), """\
 s:
   - One
-  # only in HD
-  - Two
   - Three
"""),
    "the remark of an item with settings": (("s", 1), """\
 s:
   - One
-  # only in HD
-  - Two:
-      # not more
-      quality: 1080p
   - Three
"""),
    "an item that was commented out": (("s", 1), """\
 s:
   - One
   # - Old
-  - Two
   - Three
"""),
    "an item that was commented out, without a space": (("s", 1), """\
 s:
   - One
   #- Old:
   #    quality: 720p
-  - Two
   - Three
"""),
    "items at the column of their key": (("tv", "s", 1), """\
 tv:
   s:
   - One
-  # only in HD
-  - Two
   # where to
   download: /tmp
"""),
    "the only item": (("s", 0), """\
-s:
+s: []
   # - Old
-  - One
 t: 1
"""),
    "a remark beside an item": (("s", 1), """\
 s:
   - One  # weekly
-  - Two  # daily
   - Three
"""),
    # Settings of a task
    "the first setting": (("tasks", "tv", "rss"), """\
 tasks:
   tv:
-    # everything
-    rss: a
     series: [b]
     download: /tmp
"""),
    "a setting in between": (("tasks", "tv", "clean"), """\
 tasks:
   tv:
     rss: a
-    # Remove what is done
-    clean: yes
     # where to
     download: /tmp
"""),
    "another setting that was commented out": (("tasks", "tv", "need"), """\
 tasks:
   tv:
     imdb: yes
     #tomatoes: yes
-    need: [imdb_name]
     download: /tmp
"""),
    "a setting's other value": (("tasks", "tv", "download"), """\
 tasks:
   tv:
     rss: a
     # download: /media
-    download: /tmp
"""),
    "several that were commented out": (("tasks", "tv", "reject"), """\
 tasks:
   tv:
     rss: a
     # regexp:
     #   reject:
     #     - bad
     #     - worse
-    reject: [x]
"""),
    "a remark on those commented out": (("tasks", "tv", "one"), """\
 tasks:
   tv:
     rss: a
     #only use the following
     # providers: [x, y]
-    one: no
     two: yes
"""),
    "a block of text": (("tasks", "tv", "set"), """\
 tasks:
   tv:
     rss: a
-    # a nice name
-    set: |
-      {{ title }}
-      # not a comment
     download: /tmp
"""),
    "brackets over lines": (("tasks", "tv", "quality"), """\
 tasks:
   tv:
-    # good enough
-    quality: [
-      720p,  # small
-      1080p
-    ]
     download: /tmp
"""),
    "CRLF keeps its lines": (("a", "c"), """\
 a:\r
   b: 1\r
-  # of c\r
-  c: 2\r
   d: 3\r
"""),
    "no final line break": (("b",), """\
 a: 1
-# of b
-b: 2"""),
}
# fmt: on
