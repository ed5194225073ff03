import plugin from "@graphql-eslint/eslint-plugin";

const { "flat/schema-recommended": recommended, "flat/schema-relay": relay } = plugin.configs;

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: plugin.parser,
      parserOptions: { graphQLConfig: { schema: "schema/schema.graphql" } },
    },
    plugins: { "@graphql-eslint": plugin },
    rules: {
      ...recommended.rules,
      ...relay.rules,
      // Most lists here are whole and bounded: a matrix with pages would be no matrix.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // What was sent is read from the newest on; nobody asks for it from the other end.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // The contract says `User.username`, as Django does; the rule knows no exceptions.
      "@graphql-eslint/no-typename-prefix": "off",
      // What a mutation answers is found again nowhere: an id would have a cache keep it for ever.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Success", "Connection", "Edge"],
            types: [
              "Forbidden",
              "GroupPreferenceResult",
              "InvalidInput",
              "InvalidPreferences",
              "NotSignedIn",
              "PageInfo",
              "PreferenceProblem",
              "PreferenceResult",
            ],
          },
        },
      ],
    },
  },
];
