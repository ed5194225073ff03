// TypeScript for the documents of the settings page, one folder a file: their operations share
// names. And a manifest of this folder's operations, which the server trusts.
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

const pages = "../../notifications/static/notifications";
const generated = {
  preset: "client",
  presetConfig: { fragmentMasking: false },
  config: {
    enumsAsTypes: true,
    scalars: { DateTime: "string" },
    strictScalars: true,
    useTypeImports: true,
  },
};

/** @type {import("@graphql-codegen/cli").CodegenConfig} */
export default {
  schema: "../../schema/schema.graphql",
  generates: {
    "build/user/": { ...generated, documents: `${pages}/user.graphql` },
    "build/group/": { ...generated, documents: `${pages}/group.graphql` },
    "build/trusted/": {
      ...generated,
      documents: "operations.graphql",
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
    },
  },
};
