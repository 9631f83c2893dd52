/** Requests to the REST API, with the session's cookies. */

import { t } from "./gettext.js";

const CSRF = document.querySelector('meta[name="csrf-token"]').content;

/** An answer that is no success; `message` is what the server says is wrong, `location` what is in the way. */
export class ApiError extends Error {
  constructor(status, errors, location = null) {
    super(errors.map((error) => (error.attr ? `${error.attr}: ${error.detail}` : error.detail)).join(" "));
    this.status = status;
    this.errors = errors;
    this.location = location;
  }
}

async function errorsOf(response) {
  try {
    return (await response.json()).errors;
  } catch {
    return [{ detail: t`The server answered ${response.status}.`, attr: null }];
  }
}

async function send(url, { method = "GET", headers, body, signal }) {
  if (method !== "GET") headers["X-CSRFToken"] = CSRF;
  let response;
  try {
    response = await fetch(url, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, [{ detail: t`The server can't be reached.`, attr: null }]);
  }
  if (!response.ok) throw new ApiError(response.status, await errorsOf(response), response.headers.get("Location"));
  return response;
}

/** Send a request; answers the JSON, or null where there is none. With `etag`, 412 where that isn't right any more. Throws ApiError. */
export async function api(url, { method = "GET", body, etag } = {}) {
  const headers = { Accept: "application/json" };
  if (etag) headers["If-Match"] = etag;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return response.status === 204 ? null : response.json();
}

/** Read one thing and its tag: `{object, etag}`. Throws ApiError. */
export async function readTagged(url) {
  const response = await send(url, { headers: { Accept: "application/json" } });
  return { object: (await response.json()).object, etag: response.headers.get("ETag") };
}

const YAML = "application/yaml";

/** POST a YAML text; answers the JSON. `signal` ends it. Throws ApiError. */
export async function postYaml(url, text, signal) {
  const headers = { Accept: "application/json", "Content-Type": YAML };
  return (await send(url, { method: "POST", headers, body: text, signal })).json();
}

/** Read a log up to the end of its run. Throws ApiError. */
export async function readLog(url) {
  return (await send(url, { headers: { Accept: "application/x-ndjson" } })).text();
}

/** Read what is at a URL as YAML: `{text, etag}`. Throws ApiError. */
export async function readYaml(url) {
  const response = await send(url, { headers: { Accept: YAML } });
  return { text: await response.text(), etag: response.headers.get("ETag") };
}

/**
 * Store a YAML text where `etag` is still right; answers `{text, etag}` as it is now. `message` is kept with the revision.
 * Throws ApiError, 412 where the tag isn't right.
 */
export async function writeYaml(url, text, etag, message = "") {
  const headers = { Accept: YAML, "Content-Type": YAML, "If-Match": etag };
  const target = message ? `${url}?${new URLSearchParams({ message })}` : url;
  const response = await send(target, { method: "PUT", headers, body: text });
  return { text: await response.text(), etag: response.headers.get("ETag") };
}
