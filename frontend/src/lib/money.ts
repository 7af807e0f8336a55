/** An amount in minor units (a string on the wire) in the reader's locale, such as €68.00. */
export function formatMoney(
  money: { readonly amount: string; readonly currency: string },
  locale?: string,
): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency: money.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(decimal(BigInt(money.amount), digits) as unknown as number);
}

/** Exact beyond 2^53: Intl takes decimal strings, which TypeScript's own types leave out. */
function decimal(minor: bigint, digits: number): string {
  const sign = minor < 0n ? "-" : "";
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(-digits)}`;
}
