// What clients want to know of the schema beforehand.
import { readFileSync } from "node:fs";
import { buildSchema, introspectionFromSchema, isAbstractType, parse } from "graphql";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const schema = buildSchema(read("../../schema/schema.graphql"));

export const introspection = introspectionFromSchema(schema);

/** Names of the members of every interface and union. */
export const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

/** Types that have an id: those that a cache holds once. */
export const nodes = new Set(possibleTypes.Node);

const document = parse(read("operations.graphql"));
const fragments = document.definitions.filter(({ kind }) => kind === "FragmentDefinition");

/** The operations by name, each with the fragments that it needs and no others. */
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
