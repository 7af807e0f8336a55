/** The parts of an event's date as its own clock shows them, in the reader's language. */
export interface Moment {
  readonly weekday: string;
  readonly day: string;
  readonly month: string;
  readonly time: string;
  readonly spoken: string;
}

export function momentOf(instant: string, timeZone: string, locale?: string): Moment {
  const date = new Date(instant);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(date);
  return {
    weekday: part({ weekday: "short" }),
    day: part({ day: "numeric" }),
    month: part({ month: "short" }),
    time: part({ hour: "numeric", minute: "2-digit", timeZoneName: "short" }),
    spoken: part({ dateStyle: "full" }),
  };
}
