import { Group, Text, Title } from "@mantine/core";
import type { TicketCardFragment } from "../../graph/generated";
import { momentOf } from "../../lib/moment";
import { formatMoney } from "../../lib/money";
import { AvailabilityBar } from "./AvailabilityBar";
import classes from "./TicketCard.module.css";

/** One listing as a ticket with its stub: the date to tear off, then what, where and how many. */
export function TicketCard({ ticket }: { readonly ticket: TicketCardFragment }) {
  const moment = momentOf(ticket.startsAt, ticket.timeZone);
  return (
    <li className={classes.shadow}>
      <article className={classes.ticket}>
        <time className={classes.stub} dateTime={ticket.startsAt} title={moment.spoken}>
          <span>{moment.weekday}</span>
          <strong className={classes.day}>{moment.day}</strong>
          <span>{moment.month}</span>
        </time>
        <div className={classes.body}>
          <Title order={3} size="h4" lineClamp={2}>
            {ticket.title}
          </Title>
          <Text size="sm" c="dimmed" lineClamp={2}>
            {moment.time} · {ticket.venue}
          </Text>
          <Group className={classes.foot} justify="space-between" align="flex-end" wrap="nowrap">
            <AvailabilityBar availability={ticket.availability} />
            <Text fw={650} className={classes.price}>
              {ticket.price.amount === "0" ? "Free" : formatMoney(ticket.price)}
            </Text>
          </Group>
        </div>
      </article>
    </li>
  );
}
