// A browser's session: cookies, and the CSRF token in a header.

export const url = process.env.SERVICE_URL;
export const endpoint = `${url}/graphql/`;
const login = `${url}/accounts/login/`;

export class Session {
  cookies = new Map();
  requests = 0;

  /** As the global one, and what a client is given to speak through. */
  fetch = async (input, options = {}) => {
    this.requests += 1;
    const headers = new Headers(options.headers);
    headers.set("Cookie", [...this.cookies].map((pair) => pair.join("=")).join("; "));
    headers.set("X-CSRFToken", this.cookies.get("csrftoken") ?? "");
    const response = await fetch(input, { ...options, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      this.cookies.set(name, value);
    }
    return response;
  };

  /** What the API says, with no client in between. */
  async ask(query, variables) {
    const response = await this.fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

/** An anonymous session with a CSRF token. */
export async function anonymous() {
  const session = new Session();
  await session.fetch(login);
  return session;
}

export async function signIn(username, password = "demo") {
  const session = await anonymous();
  const response = await session.fetch(login, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ username, password }),
  });
  if (response.status !== 302) throw new Error(`${username} cannot sign in: ${response.status}`);
  return session;
}
