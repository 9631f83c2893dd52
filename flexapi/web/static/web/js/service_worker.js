/**
 * Shows a page that says so where the server can't be reached. It keeps no data: nothing old looks as if it were now.
 * Served at the root by `flexapi/web/pwa.py`, which writes ABOUT above it: `{cache, offline, shell, page, icon}`.
 */

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(ABOUT.cache)
      .then((cache) => cache.addAll(ABOUT.shell.map((url) => new Request(url, { cache: "reload", credentials: "omit" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("shell-") && name !== ABOUT.cache);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(others(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(ABOUT.offline)));
  } else if (request.method === "GET" && ABOUT.shell.includes(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(path)));
  }
});

self.addEventListener("push", (event) => {
  const { title, body, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, data: { url }, icon: ABOUT.icon }));
});

/** The page to show: what a message names, if that is one of ours. */
function pageOf({ url } = {}) {
  const named = url && new URL(url, self.location.origin);
  return named && named.origin === self.location.origin ? named.href : ABOUT.page;
}

self.addEventListener("notificationclick", (event) => {
  const page = pageOf(event.notification.data ?? {});
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then(([open]) => {
      if (!open) return self.clients.openWindow(page);
      return open.focus().then((client) => client.navigate(page));
    }),
  );
});
