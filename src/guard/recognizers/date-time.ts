import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelsBefore } from "./label.ts";
import { withPlaceholdersAs } from "./placeholders.ts";

const months = [
  "January|Jan|Januar|Jänner|janvier|enero|gennaio|januari|janeiro",
  "February|Feb|Februar|février|febrero|febbraio|februari|fevereiro",
  "March|Mar|März|mars|marzo|maart|março",
  "April|Apr|avril|abril|aprile",
  "May|Mai|mayo|maggio|mei|maio",
  "June|Jun|Juni|juin|junio|giugno|junho",
  "July|Jul|Juli|juillet|julio|luglio|julho",
  "August|Aug|août|agosto|augustus",
  "September|Sept|Sep|septembre|septiembre|settembre|setembro",
  "October|Oct|Oktober|octobre|octubre|ottobre|outubro",
  "November|Nov|novembre|noviembre",
  "December|Dec|Dezember|décembre|diciembre|dicembre|dezembro",
].join("|");
const month = `(?i:${months})`;
const weekdays = [
  "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
  "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
  "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
  "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
  "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica",
].join("|");
const time = "(?:,? (?:at )?\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,6})?)?(?: ?(?i:am|pm|a\\.m\\.|p\\.m\\.))?)?";
const year = "(?:19|20)\\d{2}";

/**
 * Dates of people: of birth, of an event of their lives, of an appointment. A date alone is no personal data, and logs, file names and
 * release notes are full of them, so what stands before has to tie it to someone: a label (`date of birth`, `born`), `When:`, a word
 * of meeting, and, where the date is not of ISO 8601's form, `on`, `since`, `until` and the like, unless it is software that was
 * released, updated, … then. ISO 8601's form with `T`, `Z` or an offset is a machine's and needs a label. A year alone needs more: see
 * {@link yearly}.
 */
export const dateTime: Recognizer = {
  entity: "DATE_TIME",
  patterns: [
    {
      pattern: `(?<![\\w./:-])${year}(?:-\\d{1,2}-|/\\d{1,2}/|\\.\\d{1,2}\\.)\\d{1,2}(?:[ T]\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,6})?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?(?![\\w-])`,
      score: 0.2,
      check: isTiedIso,
    },
    {
      pattern: `(?<![\\w./:-])\\d{1,2}(?:/\\d{1,2}/|\\.\\d{1,2}\\.|-\\d{1,2}-)(?:${year}|\\d{2})${time}(?![\\w-])`,
      score: 0.3,
      check: isTiedNumeric,
    },
    {
      pattern: `(?<![\\w./:-])(?:\\d{1,2}(?:st|nd|rd|th|\\.|er|º)?(?: of| de)? ${month}\\.?(?:,? (?:de |del )?${year})?|${month}\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? ${year})?|${month},? ${year})${time}(?!\\w)`,
      score: 0.3,
      check: isTied,
    },
    { pattern: `(?<!\\w)(?i:${weekdays})(?!\\w)`, score: 0.2, check: isWeekday },
    { pattern: "(?<!\\d)\\d{4}年\\d{1,2}月\\d{1,2}日", score: 0.3, check: isTied },
    {
      pattern: `(?<![\\w./:-])${year}(?![\\w/:-])`,
      score: 0.1,
      check: isTiedYear,
    },
  ],
};

const meeting =
  "meet(?:ing)?|appointment|visit|interview|lunch|dinner|breakfast|party|reservation|booking|check-?in|check-?out|scheduled|arriv\\w*|see you|treffen|termin|rendez-vous|cita";
const beforeYear = /(?:^|\W)(?:born|birth:?|year:?|in|during|since|of) $/i;
/** What ties a year to someone: what was founded or done by them then, a title, a law, a time that is told about. */
const yearly =
  /\b(?:founded|established|incorporated|graduated|retired|divorced|emigrated|immigrated) in $|\bby \p{Lu}[\p{L}.'-]*(?: \p{L}[\p{L}.'-]*){0,4} in $|["”],? in $|\b(?:[Dd]uring|[Ss]ince) $|\bAct of $/u;
const tie = new RegExp(
  `(?:^|\\W)(?:when:|since|(?:${meeting})(?:\\W{1,2}[A-Za-z]{1,10}){0,2}(?:\\W{1,2}(?:on|for|at|until|from|by|is|am|le)|:))[ \\n]$`,
  "i",
);
const appointment = new RegExp(`(?:^|\\W)(?:${meeting})(?:\\W{1,2}[A-Za-z]{1,10}){0,3} $`, "i");
const preposition =
  /(?:^|\W)(?:on|since|until|till|by|from|before|after|dated|around|through|for)(?: the)? $|(?:^|\n)[> *]*date:\** $/i;
const software =
  /(?:deprecat|releas|deploy|updat|modif|built|build|version|commit|copyright|generat|creat|publish|compil|logged|login|merged|shut|retir|sunset|changed|introduc|support|licen[sc]e|@)\w*\W+(?:\w+\W+){0,2}$/i;

function isOfBirth(before: string): boolean {
  return labelsBefore(before).includes("birth");
}

function isTied({ before }: Candidate): boolean | undefined {
  if (isOfBirth(before)) return true;
  const context = withPlaceholdersAs("00", before);
  return (tie.test(context) || preposition.test(context)) && !software.test(withPlaceholdersAs(" ", before)) ? true : undefined;
}

function isTiedNumeric(candidate: Candidate): boolean | undefined {
  const [first = 0, second = 0] = candidate.text.split(/[/.-]/).map(Number);
  return first >= 1 &&
    second >= 1 &&
    Math.min(first, second) <= 12 &&
    Math.max(first, second) <= 31 &&
    (/\d{4}/.test(candidate.text) || isOfBirth(candidate.before))
    ? isTied(candidate)
    : false;
}

function isTiedIso({ text, before }: Candidate): boolean | undefined {
  const [, monthOfYear = 0, day = 0] = text
    .slice(0, 10)
    .split(/[-/.]/)
    .map((part) => Number.parseInt(part, 10));
  if (monthOfYear < 1 || monthOfYear > 12 || day < 1 || day > 31) return false;
  if (isOfBirth(before)) return true;
  if (/[TZ]|[+-]\d{2}:?\d{2}$/.test(text.slice(10))) return undefined;
  const dated = text.length > 10 && /(?:^|\n)Date: $|(?:^|[.!?\n]\s?)On $/.test(before);
  const tied = tie.test(withPlaceholdersAs("00", before));
  return (tied || dated) && !software.test(withPlaceholdersAs(" ", before)) ? true : undefined;
}

function isWeekday({ before }: Candidate): boolean | undefined {
  return appointment.test(withPlaceholdersAs("00", before)) || (/ on $/.test(before) && !software.test(before))
    ? true
    : undefined;
}

function isTiedYear({ before }: Candidate): boolean | undefined {
  if (!beforeYear.test(before.slice(-8))) return undefined;
  if (isOfBirth(before) && !/(?:during|since|of) $/i.test(before)) return true;
  return yearly.test(withPlaceholdersAs("00", before)) && !software.test(withPlaceholdersAs(" ", before)) ? true : undefined;
}
