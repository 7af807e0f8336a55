interface OpenTab {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

interface PlanAnswer {
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions?: { readonly apolloQueryPlan?: { readonly text: string } };
}

/** The gateway's plan as text, or in its place why there is none. */
export async function askForPlan(tab: OpenTab): Promise<string> {
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        ...(parsed(tab.headers) as Record<string, string>),
        "content-type": "application/json",
        "apollo-expose-query-plan": "dry-run",
      },
      body: JSON.stringify({ query: tab.query, variables: parsed(tab.variables) }),
    });
    const answer = (await response.json()) as PlanAnswer;
    return (
      answer.extensions?.apolloQueryPlan?.text ??
      answer.errors?.map((error) => error.message).join("\n") ??
      "The gateway does not show its plans here."
    );
  } catch (error) {
    return String(error);
  }
}

function parsed(text: string): unknown {
  return text.trim() === "" ? {} : JSON.parse(text);
}
