import { useGraphiQL } from "@graphiql/react";
import type { GraphiQLPlugin } from "@graphiql/react";
import { useCallback, useEffect, useState } from "react";
import { askForPlan } from "./plan";

/** How the gateway would execute the operation of the open tab; nothing is executed. */
function PlanPanel() {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  const [text, setText] = useState("…");
  const show = useCallback(() => {
    const tab = {
      query: query?.getValue() ?? "",
      variables: variables?.getValue() ?? "",
      headers: headers?.getValue() ?? "",
    };
    return askForPlan(tab).then(setText);
  }, [query, variables, headers]);
  useEffect(() => void show(), [show]);
  return (
    <section aria-label="Query plan" className="plan-panel">
      <header>
        <h2>Query plan</h2>
        <button type="button" className="graphiql-button" onClick={() => void show()}>
          Plan again
        </button>
      </header>
      <pre>{text}</pre>
    </section>
  );
}

function PlanIcon() {
  return (
    <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M6 3v6a3 3 0 0 0 3 3h6a3 3 0 0 1 3 3v6M6 9v12" />
      <circle cx="6" cy="3" r="1.6" />
      <circle cx="6" cy="21" r="1.6" />
      <circle cx="18" cy="21" r="1.6" />
    </svg>
  );
}

export const planPlugin: GraphiQLPlugin = {
  title: "Query plan",
  icon: PlanIcon,
  content: PlanPanel,
};
