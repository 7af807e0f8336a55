import { Container } from "@mantine/core";
import { TicketsPage } from "../features/tickets/TicketsPage";
import { Header } from "./Header";

export function App() {
  return (
    <>
      <Header />
      <Container component="main" size="lg" py="xl">
        <TicketsPage />
      </Container>
    </>
  );
}
