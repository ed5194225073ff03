// Facts about the schema for the configuration of clients.
import { readFileSync } from "node:fs";
import { buildSchema, introspectionFromSchema, isAbstractType, parse } from "graphql";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const schema = buildSchema(read("../../schema/schema.graphql"));

export const introspection = introspectionFromSchema(schema);

/** Names of the members of each interface and union. */
export const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

/** Types with an ID, which a cache normalises. */
export const nodes = new Set(possibleTypes.Node);

const document = parse(read("operations.graphql"));
const fragments = document.definitions.filter(({ kind }) => kind === "FragmentDefinition");

/** Operations by name, each with its fragments only. */
export const operations = Object.fromEntries(
  document.definitions
    .filter(({ kind }) => kind === "OperationDefinition")
    .map((operation) => [operation.name.value, withFragments(operation)]),
);

function withFragments(operation) {
  const needed = new Set();
  const visit = (node) =>
    JSON.stringify(node, (_key, value) => {
      if (value?.kind === "FragmentSpread" && !needed.has(value.name.value)) {
        needed.add(value.name.value);
        visit(fragments.find(({ name }) => name.value === value.name.value));
      }
      return value;
    });
  visit(operation);
  const used = fragments.filter(({ name }) => needed.has(name.value));
  return { kind: "Document", definitions: [operation, ...used] };
}
