// Runs all audits of graphql-http against the live server, optional ones included.
import { serverAudits } from "graphql-http";
import { anonymous, endpoint } from "./session.js";

const { fetch: fetchFn } = await anonymous();
const audits = serverAudits({ url: endpoint, fetchFn });
const results = [];
for (const audit of audits) results.push(await audit.fn());
const failed = results.filter(({ status }) => status !== "ok");

for (const { id, name, reason } of failed) console.log(`${id} ${name}: ${reason}`);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length || !results.length ? 1 : 0;
