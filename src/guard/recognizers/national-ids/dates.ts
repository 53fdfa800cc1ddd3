/** Whether `MM` and `DD` name a day that there can be. */
export function isDay(month: string, day: string): boolean {
  return /^(?:0[1-9]|1[0-2])$/.test(month) && /^(?:0[1-9]|[12]\d|3[01])$/.test(day);
}
