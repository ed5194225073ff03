// PostGraphile as its documentation advises for production: compiled, without GraphiQL or plans in answers, a process
// for each core, and tokens that it verifies itself.
//
// node postgraphile.js    DATABASE, JWT_SECRET, PORT, WORKERS

import cluster from "node:cluster";
import { createServer } from "node:http";
import { grafserv } from "grafserv/node";
import jwt from "jsonwebtoken";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { DATABASE, JWT_SECRET, PORT, WORKERS } = process.env;

function context({ node }) {
  const [, token] = (node?.req.headers.authorization ?? "").split(" ");
  if (!token) return {};
  const { user_id } = jwt.verify(token, JWT_SECRET, {
    algorithms: ["HS256"],
    audience: "benchmarks",
    issuer: "benchmarks",
  });
  return { pgSettings: { "jwt.claims.user_id": String(user_id) } };
}

if (cluster.isPrimary) {
  for (let number = 0; number < Number(WORKERS); number += 1) cluster.fork();
  cluster.on("exit", () => process.exit(1));
  process.on("SIGTERM", () => process.exit(0));
} else {
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset],
    pgServices: [makePgService({ connectionString: DATABASE, schemas: ["peer"] })],
    grafserv: { graphiql: false, watch: false },
    grafast: { explain: false, context },
  });
  const server = createServer();
  await instance.createServ(grafserv).addTo(server);
  server.listen(Number(PORT), "127.0.0.1");
}
