import type { Recognizer } from "../../recognizer.ts";
import { africa } from "./africa.ts";
import { india, korea, southEastAsia } from "./asia.ts";
import { australia } from "./australia.ts";
import { easternEurope } from "./eastern-europe.ts";
import { germany } from "./germany.ts";
import { italy } from "./italy.ts";
import { nordic } from "./nordic.ts";
import { northAmerica } from "./north-america.ts";
import { southAmerica } from "./south-america.ts";
import { unitedKingdom } from "./united-kingdom.ts";
import { spain, westernEurope } from "./western-europe.ts";

/** The recognizers of numbers by which states know people and businesses; those of the United States for taxes are in us-ssn.ts. */
export const nationalIds: readonly Recognizer[] = [
  ...northAmerica,
  ...southAmerica,
  ...unitedKingdom,
  ...germany,
  ...westernEurope,
  ...spain,
  ...italy,
  ...nordic,
  ...easternEurope,
  ...india,
  ...korea,
  ...southEastAsia,
  ...australia,
  ...africa,
];
