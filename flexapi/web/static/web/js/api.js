/** Requests to the REST API, with the session's cookies. */

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
    return [{ detail: `The server answered ${response.status}.`, attr: null }];
  }
}

async function send(url, { method = "GET", headers, body, signal }) {
  if (method !== "GET") headers["X-CSRFToken"] = CSRF;
  let response;
  try {
    response = await fetch(url, { method, headers, body, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, [{ detail: "The server can't be reached.", attr: null }]);
  }
  if (!response.ok) throw new ApiError(response.status, await errorsOf(response), response.headers.get("Location"));
  return response;
}

/** Send a request; answers the JSON, or null where there is none. Throws ApiError. */
export async function api(url, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return response.status === 204 ? null : response.json();
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

/** Store a YAML text where `etag` is still right; answers `{text, etag}` as it is now. Throws ApiError, 412 where it isn't. */
export async function writeYaml(url, text, etag) {
  const headers = { Accept: YAML, "Content-Type": YAML, "If-Match": etag };
  const response = await send(url, { method: "PUT", headers, body: text });
  return { text: await response.text(), etag: response.headers.get("ETag") };
}
