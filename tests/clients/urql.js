import assert from "node:assert/strict";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { introspection, operations } from "./schema.js";
import { play } from "./scenario.js";
import { endpoint } from "./session.js";

// Graphcache warns on the console of missing keys, types and fields. No keys are configured.
for (const say of ["warn", "error"]) {
  console[say] = (...said) => assert.fail(said.join(" "));
}

function connect({ fetch }) {
  const client = new Client({
    url: endpoint,
    fetch,
    preferGetMethod: false,
    exchanges: [cacheExchange({ schema: introspection }), fetchExchange],
  });
  return {
    async load(name, variables = {}) {
      const options = { requestPolicy: "network-only" };
      const { data, error } = await client.query(operations[name], variables, options);
      if (error) throw error;
      return data;
    },
    cached(name, variables = {}) {
      const options = { requestPolicy: "cache-only" };
      const result = client.readQuery(operations[name], variables, options);
      assert.ok(result?.data && !result.stale, `${name} is in the cache`);
      return result.data;
    },
    async mutate(name, input) {
      const { data, error } = await client.mutation(operations[name], { input });
      if (error) throw error;
      return Object.values(data).find((value) => value.__typename);
    },
  };
}

await play(connect);
console.log("urql with Graphcache: passed.");
