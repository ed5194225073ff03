/** Says what to do where Django answers with a page, as it does to an outdated CSRF token. */
export async function post(url, options) {
  const response = await fetch(url, { ...options, credentials: "same-origin" });
  if (!response.headers.get("Content-Type")?.includes("json")) {
    throw new Error(
      `The server answered ${response.status} ${response.statusText}. ` +
        "Reload this page and try again: after signing in or out elsewhere its token is out of date.",
    );
  }
  return response;
}
