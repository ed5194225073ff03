import assert from "node:assert/strict";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { nodes, operations, possibleTypes } from "./schema.js";
import { play } from "./scenario.js";
import { endpoint } from "./session.js";

function connect({ fetch }) {
  const cache = new InMemoryCache({ possibleTypes });
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: endpoint, fetch }) });
  return {
    cache,
    async load(name, variables) {
      const query = operations[name];
      return (await client.query({ query, variables, fetchPolicy: "network-only" })).data;
    },
    cached(name, variables) {
      const data = cache.readQuery({ query: operations[name], variables });
      assert.ok(data, `${name} is in the cache`);
      return data;
    },
    async mutate(name, input) {
      const { data } = await client.mutate({ mutation: operations[name], variables: { input } });
      return Object.values(data).find((value) => value.__typename);
    },
  };
}

const { cache } = await play(connect);
const { ROOT_QUERY, ROOT_MUTATION, ...entities } = cache.extract();
for (const [key, { __typename, id }] of Object.entries(entities)) {
  if (key === "__META") continue;
  assert.ok(nodes.has(__typename), `${__typename} is a Node`);
  assert.equal(key, `${__typename}:${id}`);
}
console.log("Apollo Client: passed.");
