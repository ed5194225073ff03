import assert from "node:assert/strict";
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
} from "relay-runtime";
import { nodes } from "./schema.js";
import { play } from "./scenario.js";
import { endpoint, signIn } from "./session.js";

const compiled = async (name) => (await import(`./relay/build/documents${name}.graphql.js`)).default;
const documents = {};
const read = ["Catalogue", "Own", "Inbox", "Deliveries", "Preferences", "GroupPreferences", "Refetch"];
const refetched = { Matrix: "PreferenceMatrix", GroupMatrix: "GroupPreferenceMatrix", Cell: "PreferenceCell" };
for (const name of [...read, ...Object.keys(refetched)]) {
  documents[name] = await compiled(`${name}Query`);
}
for (const name of ["Update", "Clear", "UpdateGroup", "ClearGroup", "MarkRead", "MarkAllRead"]) {
  documents[name] = await compiled(`${name}Mutation`);
}

function connect({ fetch }) {
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  return {
    environment,
    async load(name, variables = {}) {
      const operation = createOperationDescriptor(documents[name], variables);
      environment.retain(operation);
      const options = { fetchPolicy: "network-only" };
      await fetchQuery(environment, documents[name], variables, options).toPromise();
      return environment.lookup(operation.fragment).data;
    },
    cached(name, variables = {}) {
      const operation = createOperationDescriptor(documents[name], variables);
      assert.equal(environment.check(operation).status, "available", `${name} is in the store`);
      return environment.lookup(operation.fragment).data;
    },
    async mutate(name, input) {
      const data = await new Promise((onCompleted, onError) => {
        const mutation = documents[name];
        commitMutation(environment, { mutation, variables: { input }, onCompleted, onError });
      });
      return Object.values(data)[0];
    },
  };
}

const client = await play(connect);
const source = client.environment.getStore().getSource();
const ids = {};
for (const key of source.getRecordIDs().filter((each) => !each.startsWith("client:"))) {
  const { __typename, id } = source.get(key);
  assert.ok(nodes.has(__typename), `${__typename} is a Node`);
  assert.equal(key, id);
  ids[__typename] = id;
}
// Queries that relay-compiler generated for `@refetchable` fragments, by `node(id:)`.
for (const [name, type] of Object.entries(refetched)) {
  const { node } = await client.load(name, { id: ids[type] });
  assert.equal(node.__id, ids[type]);
}
// Pages in turn, by the query that it generated for a `@connection`.
const alice = await signIn("alice");
const { params } = await compiled("InboxPageQuery");
const pages = [];
for (let after = null; pages.at(-1)?.pageInfo.hasNextPage ?? true; after = pages.at(-1).pageInfo.endCursor) {
  pages.push((await alice.ask(params.text, { first: 2, after })).inbox);
}
assert.deepEqual(pages.map(({ edges }) => edges.length), [2, 2, 2]);
console.log("Relay: passed.");
