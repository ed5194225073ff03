/** Says what to do where the server no longer takes this page's CSRF token. */
export async function post(url, options) {
  const response = await fetch(url, { ...options, credentials: "same-origin" });
  if (response.status === 403 || !response.headers.get("Content-Type")?.includes("json")) {
    throw new Error(
      `The server answered ${response.status} ${response.statusText}. ` +
        "Reload this page and try again: after signing in or out elsewhere its token is out of date.",
    );
  }
  return response;
}
