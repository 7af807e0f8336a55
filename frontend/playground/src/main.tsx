import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./playground.css";
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { examples, HEADERS } from "./examples";
import { planPlugin } from "./PlanPanel";

const endpoint = new URL("/graphql", window.location.href);
const socketUrl = endpoint.href.replace(/^http/, "ws");

/** Operations go by HTTP, subscriptions by graphql-transport-ws with the Headers' token. */
const fetcher: Fetcher = (operation, options) => {
  const authorization = options?.headers?.Authorization as string | undefined;
  const socket = createClient({
    url: socketUrl,
    connectionParams: authorization === undefined ? {} : { authorization },
  });
  return createGraphiQLFetcher({ url: endpoint.href, wsClient: socket })(operation, options);
};

const root = document.querySelector("#playground");
if (root === null) throw new Error("the page has no #playground");

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, planPlugin]}
    defaultTabs={[...examples]}
    initialHeaders={HEADERS}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    shouldPersistHeaders
  >
    <GraphiQL.Logo>
      <a href="/" className="playground-logo">
        Foyer
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
