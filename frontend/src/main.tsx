import "@mantine/core/styles.css";
import "./app/global.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider as GraphProvider } from "urql";
import { App } from "./app/App";
import { theme } from "./app/theme";
import { createGraphClient } from "./graph/client";
import { openSocket } from "./graph/socket";
import { SocketContext } from "./graph/SocketContext";

const endpoint = new URL("/graphql", window.location.href);
const socket = openSocket(endpoint.href.replace(/^http/, "ws"));
const client = createGraphClient(endpoint.href, socket);

const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <SocketContext value={socket}>
        <GraphProvider value={client}>
          <App />
        </GraphProvider>
      </SocketContext>
    </MantineProvider>
  </StrictMode>,
);
