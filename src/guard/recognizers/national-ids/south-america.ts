import { weightedSum } from "../../checksums/weighted-sum.ts";
import { nationalId } from "./national-id.ts";

/** Brazilian taxpayer numbers of people (CPF) and businesses (CNPJ): two check digits modulo 11. Source: Receita Federal. */
export const southAmerica = [
  nationalId({ entity: "BR_CPF", labels: ["cpf"], pattern: "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}", valid: isCpf, alone: 0.9 }),
  nationalId({ entity: "BR_CPF", labels: ["cpf"], pattern: "\\d{11}", valid: isCpf }),
  nationalId({
    entity: "BR_CNPJ",
    labels: ["cnpj"],
    pattern: "\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}",
    valid: isCnpj,
    alone: 0.9,
  }),
  nationalId({ entity: "BR_CNPJ", labels: ["cnpj"], pattern: "\\d{14}", valid: isCnpj }),
];

function isCpf(digits: string): boolean {
  const first = checkDigit(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
  const second = checkDigit(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  return digits.endsWith(`${first}${second}`) && !/^(\d)\1+$/.test(digits);
}

function isCnpj(digits: string): boolean {
  const first = checkDigit(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
  const second = checkDigit(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
  return digits.endsWith(`${first}${second}`) && !/^(\d)\1+$/.test(digits);
}

function checkDigit(digits: string, weights: readonly number[]): number {
  const rest = weightedSum(digits, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}
