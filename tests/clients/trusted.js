// Apollo Client sends IDs of the manifest of graphql-codegen instead of documents.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { getOperationAST, parse } from "graphql";
import { operations, possibleTypes } from "./schema.js";
import { endpoint, signIn } from "./session.js";

const manifest = new URL("build/trusted/persisted-documents.json", import.meta.url);
const documents = Object.entries(JSON.parse(readFileSync(manifest, "utf8")));
const nameOf = (document) => getOperationAST(document).name.value;
const ids = Object.fromEntries(documents.map(([id, text]) => [nameOf(parse(text)), id]));

const session = await signIn("alice");
const fetch = (address, options) => {
  assert.ok(!("query" in JSON.parse(options.body)), "the document itself is not sent");
  return session.fetch(address, options);
};
const client = new ApolloClient({
  cache: new InMemoryCache({ possibleTypes }),
  link: new PersistedQueryLink({ generateHash: (document) => ids[nameOf(document)] }).concat(
    new HttpLink({ uri: endpoint, fetch }),
  ),
});
const { data } = await client.query({ query: operations.Own });
assert.equal(data.preferences.user.username, "alice");
const input = { preferences: [{ notification: "new_release", backend: "email", notify: true }] };
const changed = await client.mutate({ mutation: operations.Update, variables: { input } });
assert.equal(changed.data.updatePreferences.__typename, "UpdatePreferencesSuccess");

// The specification of trusted documents names this parameter.
const ask = async (documentId) => {
  const body = JSON.stringify({ documentId });
  const headers = { "Content-Type": "application/json" };
  return (await session.fetch(endpoint, { method: "POST", headers, body })).json();
};
for (const id of [ids.Catalogue, ids.Catalogue.replace("sha256:", "")]) {
  assert.equal((await ask(id)).data.viewer.username, "alice");
}
const [{ extensions }] = (await ask(`sha256:${"0".repeat(64)}`)).errors;
assert.equal(extensions.code, "PERSISTED_QUERY_NOT_FOUND");
console.log("Trusted documents: passed.");
