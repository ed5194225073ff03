import "graphiql/setup-workers/vite";
// Each by itself: the sum of them, graphiql/style.css, brings fonts in data: addresses.
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import examples from "./examples.graphql?raw";
import { post } from "./post.js";

const page = document.getElementById("graphiql");
const { endpoint, csrfToken, username, signIn } = page.dataset;

const fetcher = createGraphiQLFetcher({
  url: endpoint,
  headers: { "X-CSRFToken": csrfToken },
  fetch: post,
});

createRoot(page).render(
  <GraphiQL fetcher={fetcher} defaultTabs={[{ query: examples }]} defaultEditorToolsVisibility={false}>
    <GraphiQL.Logo>
      <a className="who" href={signIn}>
        {username ? `Signed in as ${username}` : "Sign in"}
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
