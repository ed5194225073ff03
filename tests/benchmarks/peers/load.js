// Asks for as long as it is told to, and reads every answer: a benchmark that does not would time errors.
//
// node load.js < PLAN    {url, seconds, clients: [{headers, requests: [{body, answer}]}]}, a connection for each client

import { readFileSync } from "node:fs";
import autocannon from "autocannon";

const { url, seconds, clients } = JSON.parse(readFileSync(0, "utf8"));
let wrong = 0;
let example;
let next = 0;

const judge = (answer) => (status, body) => {
  if (status === 200 && body === answer) return;
  wrong += 1;
  example ??= `${status} ${body.slice(0, 2000)}`;
};

const result = await autocannon({
  url,
  connections: clients.length,
  duration: seconds,
  setupClient(client) {
    const { headers, requests } = clients[next++];
    client.setRequests(
      requests.map(({ body, answer }) => ({ method: "POST", headers, body, onResponse: judge(answer) })),
    );
  },
});
const { latency, requests, errors, timeouts } = result;
console.log(
  JSON.stringify({
    answers: requests.total,
    rate: requests.total / result.duration,
    p50: latency.p50,
    p99: latency.p99,
    wrong: wrong + errors + timeouts,
    example,
  }),
);
