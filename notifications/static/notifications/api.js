// Client of the GraphQL API. Throws a Rejection for an error that the server reports, and a Failure if it is unknown what
// the server did, or if the same request may succeed later.

const TIMEOUT = 20_000; // milliseconds
const MAX_ATTEMPTS = 3; // of a request that the server answers with 429
const MAX_WAIT = 120; // seconds

/** Error codes of queries, and the members of mutations' unions that mean the same. */
const MEMBERS = { FORBIDDEN: "Forbidden", NOT_FOUND: "NotFound" };

export class Rejection extends Error {
  /** `outcome` is the member of the mutation's union. */
  constructor(message, outcome) {
    super(message);
    this.outcome = outcome;
  }
}

export class Failure extends Error {
  /** `kind` names a text: offline, slow, server, busy, signedOut, forbidden, unknownState. */
  constructor(kind) {
    super(kind);
    this.kind = kind;
    this.signedOut = kind === "signedOut";
  }

  as(kind) {
    return Object.assign(new Failure(kind), { signedOut: this.signedOut });
  }
}

export class Api {
  /** `body` is sent with each request: the document, or its id. */
  constructor({ url, body, token }) {
    Object.assign(this, { url, body, token });
  }

  static async load({ url, documentId }, documentUrl, token) {
    if (documentId) return new Api({ url, body: { documentId }, token });
    const response = await fetch(documentUrl);
    if (!response.ok) throw new Failure("server");
    return new Api({ url, body: { query: await response.text() }, token });
  }

  async call(operationName, variables) {
    let response = await this.#postWithRetries(operationName, variables);
    if (response.status === 403 && (await this.#renewToken())) {
      response = await this.#postWithRetries(operationName, variables);
    }
    return outcomeOf(await read(response));
  }

  /** Retry after the number of seconds that the server sends. */
  async #postWithRetries(operationName, variables) {
    let response = await this.#post(operationName, variables);
    for (let attempt = 1; response.status === 429 && attempt < MAX_ATTEMPTS; attempt += 1) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      if (seconds > MAX_WAIT) break;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      response = await this.#post(operationName, variables);
    }
    return response;
  }

  #post(operationName, variables) {
    return request(this.url, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": this.token,
      },
      body: JSON.stringify({ ...this.body, operationName, variables }),
    });
  }

  /** Signing in again makes the CSRF token invalid. Read a valid one from the page. */
  async #renewToken() {
    const response = await request(location.href, { headers: { Accept: "text/html" } });
    if (response.redirected) throw new Failure("signedOut");
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token) this.token = token;
    return Boolean(token);
  }
}

async function request(url, options) {
  try {
    return await fetch(url, {
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT),
      ...options,
    });
  } catch (error) {
    throw new Failure(error.name === "TimeoutError" ? "slow" : "offline");
  }
}

async function read(response) {
  if (response.redirected) throw new Failure("signedOut"); // to the sign-in page
  if (response.status === 403) throw new Failure("forbidden");
  if (response.status === 429) throw new Failure("busy");
  if (response.status >= 500) throw new Failure("server");
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "TimeoutError") throw new Failure("slow");
    throw new Failure(error instanceof SyntaxError ? "server" : "offline");
  }
}

function outcomeOf({ data, errors }) {
  if (errors?.length) {
    const code = errors[0].extensions?.code ?? "INTERNAL";
    if (code === "UNAUTHENTICATED") throw new Failure("signedOut");
    if (code === "INTERNAL") throw new Failure("server");
    if (code === "RATE_LIMITED") throw new Failure("busy");
    throw new Rejection(errors[0].message, { __typename: MEMBERS[code] });
  }
  if (!data) throw new Failure("server");
  const outcome = data.outcome ?? data;
  if (outcome.__typename === "NotSignedIn") throw new Failure("signedOut");
  if (outcome.message) throw new Rejection(outcome.message, outcome);
  return outcome;
}
