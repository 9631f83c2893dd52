"""Methods of FlexGet's host: what FlexGet makes of a task. They run where FlexGet does and import no Django."""

from flexapi.engine.host.methods import Method

from . import merged, qualities

METHODS: dict[str, Method] = {
    "merged": merged.merged,
    "problems": merged.problems,
    "qualities": qualities.qualities,
}
