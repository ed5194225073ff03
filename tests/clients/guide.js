// Clients configured as in docs/guides/front-ends.md.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "graphql";
import { signIn, url } from "./session.js";

const guide = readFileSync(new URL("../../docs/guides/front-ends.md", import.meta.url), "utf8");
const folder = new URL("build/guide/", import.meta.url);
const blocks = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("schema.js", folder), 'export * from "../../schema.js";\n');

// A browser adds the URL of the page and its cookies.
const { cookies } = await signIn("alice");
const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
const send = globalThis.fetch;
globalThis.document = { cookie };
globalThis.fetch = (input, options = {}) => {
  const headers = new Headers(options.headers);
  headers.set("Cookie", cookie);
  return send(new URL(input, url), { ...options, headers });
};

async function load(name, library) {
  const [code] = blocks.filter((block) => block.includes(`from "${library}"`));
  const file = new URL(`${name}.js`, folder);
  writeFileSync(file, code);
  return (await import(file)).client;
}

const QUERY = parse("{ viewer { id username } }");
const MUTATION = parse(`mutation {
  updatePreferences(input: {preferences: [{notification: "cats", backend: "sms", notify: true}]}) {
    ... on Error { message }
  }
}`);

const apollo = await load("apollo", "@apollo/client");
assert.equal((await apollo.query({ query: QUERY })).data.viewer.username, "alice");
const refused = await apollo.mutate({ mutation: MUTATION });
assert.match(refused.data.updatePreferences.message, /1 entry is wrong/);

const urql = await load("urql", "@urql/core");
assert.equal((await urql.query(QUERY, {})).data.viewer.username, "alice");
const result = await urql.mutation(MUTATION, {});
assert.match(result.data.updatePreferences.message, /1 entry is wrong/);
console.log("The guide: passed.");
