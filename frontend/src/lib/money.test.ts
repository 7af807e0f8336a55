import { expect, test } from "vitest";
import { formatMoney } from "./money";

test.each([
  [{ amount: "6800", currency: "EUR" }, "€68.00"],
  [{ amount: "5", currency: "USD" }, "$0.05"],
  [{ amount: "1200", currency: "JPY" }, "¥1,200"],
  [{ amount: "9007199254740993", currency: "EUR" }, "€90,071,992,547,409.93"],
])("%o reads %s", (money, expected) => {
  expect(formatMoney(money, "en")).toBe(expected);
});
