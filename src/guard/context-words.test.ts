import { expect, it } from "vitest";
import { afterWords } from "./context-words.ts";

it.each([
  ["account ", true],
  ["Account number: ", true],
  ["the accounts ", true],
  ["subaccount ", false],
  ["9account ", false],
  ["(account) ", true],
  ["subaccount of an account ", true],
  ["an account, once a subaccount ", true],
  ["dob: ", true],
  ["dob", true],
  ["dobs ", false],
  ["dob9 ", false],
  ["dobs and a dob ", true],
  ["adob ", false],
  ["édob ", false],
  ["accoun ", false],
  ["", false],
])("after %j: %s", (before, expected) => {
  expect(afterWords(["account", "dob"])(before)).toBe(expected);
});
