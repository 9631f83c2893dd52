/** A websocket that comes back by itself: after a server restart, a lost network, or sleep. */

import { t } from "./gettext.js";

const NORMAL = 1000;
// Close codes that no retry changes.
const FINAL = new Set([NORMAL, 4400, 4403, 4404]);
const FIRST_DELAY = 300;
const MAX_DELAY = 8000;
const TICK = 5000;
// A timer that comes this late says that the machine slept: the socket may be dead without
// having noticed. Hidden tabs are slowed down to one tick a minute.
const SLEPT = 100000;

export class Live {
  /**
   * `url()` is asked for each connection, so it can say where to go on. Listeners:
   * `message(data)`, `state(name, detail)` with `connecting`, `live`, `lost` (detail: seconds since
   * it was lost) or `closed` (detail: the close code).
   */
  constructor(url, { message, state }) {
    this.url = url;
    this.listeners = { message, state };
    this.delay = FIRST_DELAY;
    this.lostAt = null;
    this.closed = false;
    this.lastTick = Date.now();
    const retry = () => this.retryNow();
    window.addEventListener("online", retry);
    window.addEventListener("pageshow", (event) => event.persisted && this.restart());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && retry());
    setInterval(() => this.tick(), TICK);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.url()}`);
    this.socket = socket;
    if (this.lostAt === null) this.listeners.state("connecting");
    socket.onopen = () => {
      const gap = this.lostAt === null ? null : (Date.now() - this.lostAt) / 1000;
      this.lostAt = null;
      this.delay = FIRST_DELAY;
      this.listeners.state("live", gap);
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.listeners.message(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.onClose(event.code);
    };
  }

  onClose(code) {
    if (this.done || FINAL.has(code)) {
      this.closed = true;
      this.listeners.state("closed", code);
      return;
    }
    this.lostAt ??= Date.now();
    this.listeners.state("lost", (Date.now() - this.lostAt) / 1000);
    // Spread, so that a restarted server does not meet all pages in the same instant.
    this.timer = setTimeout(() => this.open(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(this.delay * 1.7, MAX_DELAY);
  }

  /** Whether a connection is open, as far as the browser knows. */
  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Drop the connection and make a new one: messages do not fit together, or none came since that moment. */
  restart(since = Date.now()) {
    if (this.closed) return;
    const old = this.socket;
    this.lostAt ??= since;
    this.listeners.state("lost", (Date.now() - this.lostAt) / 1000);
    this.open();
    old.close();
  }

  retryNow() {
    if (!this.closed && this.socket.readyState === WebSocket.CLOSED) this.open();
  }

  tick() {
    const before = this.lastTick;
    this.lastTick = Date.now();
    if (this.lastTick - before > SLEPT) this.restart(before);
  }
}

/** Show a connection's state in `element`. */
export function showConnection(element, name, detail) {
  const texts = {
    connecting: t`Connecting…`,
    live: t`Live`,
    lost: t`Connection lost, trying again…`,
    closed: { 4403: t`Logged out; log in again`, 4404: t`Gone` }[detail] ?? "",
  };
  element.className = `connection ${name}`;
  element.textContent = texts[name];
}
