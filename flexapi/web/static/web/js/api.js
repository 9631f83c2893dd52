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

/** Send a request; answers the JSON, or null where there is none. Throws ApiError. */
export async function api(url, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = CSRF;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch {
    throw new ApiError(0, [{ detail: "The server can't be reached.", attr: null }]);
  }
  if (!response.ok) throw new ApiError(response.status, await errorsOf(response), response.headers.get("Location"));
  return response.status === 204 ? null : response.json();
}
