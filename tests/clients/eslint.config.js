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
      // Most lists are bounded, such as the rows of a matrix, and need no pages.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // Connections are read from the newest entry; there are no `last` and `before`.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // `User.username` is the contract's name, as in Django; the rule has no exceptions.
      "@graphql-eslint/no-typename-prefix": "off",
      // Results of mutations have no ID: a cache would keep them for ever.
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
