// node inspector.js BEFORE AFTER: lists changes for clients. The exit status is 3 for a breaking one.
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [before, after] = process.argv.slice(2).map((path) => buildSchema(readFileSync(path, "utf8")));
const changes = await diff(before, after);
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);

for (const { message, path } of breaking) console.log(`Breaking: ${message} (${path})`);
console.log(`${changes.length} changes, ${breaking.length} of them breaking`);
process.exitCode = breaking.length ? 3 : 0;
