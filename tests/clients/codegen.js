// TypeScript for the documents of the settings page, a folder for each file, as their operations
// share names; and a manifest of trusted documents with the operations of this folder.
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
