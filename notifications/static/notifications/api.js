// Speaks to the GraphQL API. Throws a Refusal where the server has said no, and Trouble where nobody knows what the
// server has done, or where the same request may succeed later.

const PATIENCE = 20_000; // milliseconds
const TRIES = 3; // of a request that the server answers with 429: too many in a short time
const LONGEST_WAIT = 120; // seconds

/** What queries report as an error's code, mutations report as a member of their union. */
const MEMBERS = { FORBIDDEN: "Forbidden", NOT_FOUND: "NotFound" };

export class Refusal extends Error {
  /** `outcome`: the member of the mutation's union. */
  constructor(message, outcome) {
    super(message);
    this.outcome = outcome;
  }
}

export class Trouble extends Error {
  /** `kind` names a text: offline, slow, server, busy, signedOut, forbidden, unknownState. */
  constructor(kind) {
    super(kind);
    this.kind = kind;
    this.signedOut = kind === "signedOut";
  }

  as(kind) {
    return Object.assign(new Trouble(kind), { signedOut: this.signedOut });
  }
}

export class Api {
  /** `asked`: what each request has besides the name of its operation: the document, or the document's id. */
  constructor({ url, asked, token }) {
    Object.assign(this, { url, asked, token });
  }

  static async load({ url, documentId }, documentUrl, token) {
    if (documentId) return new Api({ url, asked: { documentId }, token });
    const response = await fetch(documentUrl);
    if (!response.ok) throw new Trouble("server");
    return new Api({ url, asked: { query: await response.text() }, token });
  }

  async call(operationName, variables) {
    let response = await this.#patient(operationName, variables);
    if (response.status === 403 && (await this.#renewToken())) {
      response = await this.#patient(operationName, variables);
    }
    return outcomeOf(await read(response));
  }

  /** Post, and post again after as many seconds as the server asks for. */
  async #patient(operationName, variables) {
    let response = await this.#post(operationName, variables);
    for (let tries = 1; response.status === 429 && tries < TRIES; tries += 1) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      if (seconds > LONGEST_WAIT) break;
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
      body: JSON.stringify({ ...this.asked, operationName, variables }),
    });
  }

  /** Signing in again makes old tokens invalid: the page, asked for anew, brings one that is valid. */
  async #renewToken() {
    const response = await request(location.href, { headers: { Accept: "text/html" } });
    if (response.redirected) throw new Trouble("signedOut");
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
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  } catch (error) {
    throw new Trouble(error.name === "TimeoutError" ? "slow" : "offline");
  }
}

async function read(response) {
  if (response.redirected) throw new Trouble("signedOut"); // to a page where one can sign in
  if (response.status === 403) throw new Trouble("forbidden");
  if (response.status === 429) throw new Trouble("busy");
  if (response.status >= 500) throw new Trouble("server");
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "TimeoutError") throw new Trouble("slow");
    throw new Trouble(error instanceof SyntaxError ? "server" : "offline");
  }
}

function outcomeOf({ data, errors }) {
  if (errors?.length) {
    const code = errors[0].extensions?.code ?? "INTERNAL";
    if (code === "UNAUTHENTICATED") throw new Trouble("signedOut");
    if (code === "INTERNAL") throw new Trouble("server");
    if (code === "RATE_LIMITED") throw new Trouble("busy");
    throw new Refusal(errors[0].message, { __typename: MEMBERS[code] });
  }
  if (!data) throw new Trouble("server");
  const outcome = data.outcome ?? data;
  if (outcome.__typename === "NotSignedIn") throw new Trouble("signedOut");
  if (outcome.message) throw new Refusal(outcome.message, outcome);
  return outcome;
}
