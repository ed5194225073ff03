// TypeScript for the documents of the settings page, one folder a file: their operations share names.
const pages = "../../notifications/static/notifications";

/** @type {import("@graphql-codegen/cli").CodegenConfig} */
export default {
  schema: "../../schema/schema.graphql",
  generates: Object.fromEntries(
    ["user", "group"].map((name) => [
      `build/${name}/`,
      {
        documents: `${pages}/${name}.graphql`,
        preset: "client",
        presetConfig: { fragmentMasking: false },
        config: { enumsAsTypes: true, strictScalars: true, useTypeImports: true },
      },
    ]),
  ),
};
