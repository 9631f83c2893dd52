/** Every change of every execution, live. */

import { byId } from "./dom.js";
import { Live, showConnection } from "./live.js";
import { at } from "./root.js";

/**
 * Call `changed(execution)` for each execution that is running or pending, then for each that
 * appears or changes; `again()` after a gap in which changes may have been missed.
 */
export function watchBoard(changed, again) {
  return new Live(() => at("/ws/execution/"), {
    message: ({ object }) => changed(object),
    state(name, detail) {
      showConnection(byId("connection"), name, detail);
      if (name === "live" && detail !== null) again();
    },
  });
}
