// Keeps package-lock.json free of addresses: whom to fund is no part of what is installed.
import { readFileSync, writeFileSync } from "node:fs";

const path = "package-lock.json";
const lock = JSON.parse(readFileSync(path, "utf8"), (key, value) =>
  key === "funding" ? undefined : value,
);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
