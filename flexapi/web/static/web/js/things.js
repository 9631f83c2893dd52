/** What pages list and count, in the page's language. */

import { ngettext, t } from "./gettext.js";

const THINGS = {
  account: [(n) => ngettext("{0} account", "{0} accounts", n), t`accounts`],
  call: [(n) => ngettext("{0} call", "{0} calls", n), t`calls`],
  delivery: [(n) => ngettext("{0} delivery", "{0} deliveries", n), t`deliveries`],
  entry: [(n) => ngettext("{0} entry", "{0} entries", n), t`entries`],
  episode: [(n) => ngettext("{0} episode", "{0} episodes", n), t`episodes`],
  execution: [(n) => ngettext("{0} execution", "{0} executions", n), t`executions`],
  line: [(n) => ngettext("{0} line", "{0} lines", n), t`lines`],
  list: [(n) => ngettext("{0} list", "{0} lists", n), t`lists`],
  movie: [(n) => ngettext("{0} movie", "{0} movies", n), t`movies`],
  release: [(n) => ngettext("{0} release", "{0} releases", n), t`releases`],
  run: [(n) => ngettext("{0} run", "{0} runs", n), t`runs`],
  schedule: [(n) => ngettext("{0} schedule", "{0} schedules", n), t`schedules`],
  show: [(n) => ngettext("{0} show", "{0} shows", n), t`shows`],
  task: [(n) => ngettext("{0} task", "{0} tasks", n), t`tasks`],
  time: [(n) => ngettext("{0} time", "{0} times", n), t`times`],
  variable: [(n) => ngettext("{0} variable", "{0} variables", n), t`variables`],
};

/** "1 line", "2 lines". */
export const counted = (number, thing) => THINGS[thing][0](number);

/** "lines". */
export const plural = (thing) => THINGS[thing][1];
