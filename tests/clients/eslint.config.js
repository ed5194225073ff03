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
      // Lists here are whole and bounded: a matrix with pages would be no matrix. So there are no
      // connections, and nothing that belongs to them.
      "@graphql-eslint/relay-edge-types": "off",
      "@graphql-eslint/relay-page-info": "off",
      // The contract says `User.username`, as Django does; the rule knows no exceptions.
      "@graphql-eslint/no-typename-prefix": "off",
      // What a mutation answers is found again nowhere: an id would have a cache keep it for ever.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Success"],
            types: [
              "Forbidden",
              "GroupPreferenceResult",
              "InvalidPreferences",
              "NotSignedIn",
              "PreferenceProblem",
              "PreferenceResult",
            ],
          },
        },
      ],
    },
  },
];
