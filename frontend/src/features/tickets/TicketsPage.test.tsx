import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { renderWithGraph } from "../../testing/graph";
import { TicketsPage } from "./TicketsPage";

const availability = {
  __typename: "Availability",
  version: 1,
  available: 4,
  held: 0,
  sold: 0,
  state: "AVAILABLE",
};

function aTicket(id: string, title: string) {
  return {
    __typename: "Ticket",
    id,
    title,
    venue: "Great Hall",
    startsAt: "2030-05-04T18:00:00Z",
    timeZone: "Europe/Vienna",
    quantity: 4,
    status: "ON_SALE",
    price: { __typename: "Money", amount: "6800", currency: "EUR" },
    availability,
  };
}

function aPage(nodes: ReturnType<typeof aTicket>[], endCursor: string | null, totalCount: number) {
  return {
    data: {
      tickets: {
        __typename: "TicketConnection",
        edges: nodes.map((node) => ({ __typename: "TicketEdge", cursor: node.id, node })),
        pageInfo: { __typename: "PageInfo", hasNextPage: endCursor !== null, endCursor },
        totalCount,
      },
    },
  };
}

function changed(id: string, change: Partial<typeof availability>) {
  return {
    availabilityChanged: {
      __typename: "AvailabilityUpdate",
      ticket: { __typename: "Ticket", id },
      availability: { ...availability, ...change },
    },
  };
}

test("tickets are listed with date, price and what is left", async () => {
  renderWithGraph(<TicketsPage />, () => aPage([aTicket("t1", "Mahler")], null, 1));
  const ticket = await screen.findByRole("listitem");
  expect(within(ticket).getByRole("heading", { name: "Mahler" })).toBeVisible();
  expect(ticket).toHaveTextContent("€68.00");
  expect(ticket).toHaveTextContent("4 left");
  expect(screen.getByText("1 event")).toBeVisible();
});

test("availability changes without reloading, and never goes back to an older version", async () => {
  const graph = renderWithGraph(<TicketsPage />, () => aPage([aTicket("t1", "Mahler")], null, 1));
  await screen.findByText("4 left");
  act(() => graph.send(changed("t1", { version: 3, available: 0, held: 4, state: "HELD" })));
  expect(await screen.findByText("On hold")).toBeVisible();
  act(() => graph.send(changed("t1", { version: 2, available: 1, sold: 3 })));
  expect(screen.getByText("On hold")).toBeVisible();
  act(() => graph.send(changed("t1", { version: 4, available: 0, sold: 4, state: "SOLD_OUT" })));
  expect(await screen.findByText("Sold out")).toBeVisible();
  expect(graph.asked).toHaveLength(1);
});

test("further pages join the first", async () => {
  renderWithGraph(<TicketsPage />, ({ after }) =>
    after === "t1"
      ? aPage([aTicket("t2", "Derby")], null, 2)
      : aPage([aTicket("t1", "Mahler")], "t1", 2),
  );
  await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("heading", { name: "Derby" })).toBeVisible();
  expect(screen.getByRole("heading", { name: "Mahler" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("an empty catalogue says so", async () => {
  renderWithGraph(<TicketsPage />, () => aPage([], null, 0));
  expect(await screen.findByText(/Nothing is on sale/)).toBeVisible();
});

test("a failure is told and can be tried again", async () => {
  let fails = true;
  renderWithGraph(<TicketsPage />, () =>
    fails ? { errors: [{ message: "out of order" }] } : aPage([aTicket("t1", "Mahler")], null, 1),
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("out of order");
  fails = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Mahler" })).toBeVisible();
});
