import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { ByteBudget } from "./byte-budget.ts";

const kibi = 1024;
const cap = 1024 * kibi;

function open(budget: ByteBudget) {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  return { response, account: budget.open(response) };
}

it("lets requests take what there is, and no more", () => {
  const budget = new ByteBudget(1000);
  const [one, two] = [open(budget), open(budget)];
  expect(one.account.take(600)).toBe(true);
  expect([two.account.fits(400), two.account.fits(401)]).toEqual([true, false]);
  expect([two.account.take(401), two.account.take(400), budget.held]).toEqual([false, true, 1000]);
});

it("keeps the last eighth for requests of up to 64 KiB", () => {
  const budget = new ByteBudget(cap);
  const large = open(budget);
  expect([large.account.fits((cap / 8) * 7 + 1), large.account.take((cap / 8) * 7)]).toEqual([false, true]);
  const other = open(budget);
  expect([other.account.fits(64 * kibi + 1), other.account.take(40 * kibi), other.account.take(24 * kibi)]).toEqual([
    false,
    true,
    true,
  ]);
  expect(other.account.take(1), "it is no small one any more").toBe(false);
  expect([open(budget).account.take(64 * kibi), budget.held]).toEqual([true, cap]);
});

it.each(["account", "response"] as const)("gives back what was taken when the %s is closed, once", (by) => {
  const budget = new ByteBudget(1000);
  const { response, account } = open(budget);
  account.take(1000);
  if (by === "account") account.close();
  else response.emit("close");
  expect(budget.held).toBe(0);
  expect(account.take(5000), "what still arrives is not held").toBe(true);
  account.close();
  response.emit("close");
  expect(budget.held).toBe(0);
});
