/** What the command ends with. */
export const exitCodes = {
  good: 0,
  /** Bad configuration or input. */
  badInput: 1,
  /** What was asked about is not well. */
  unhealthy: 1,
  /** It could not do its work. */
  failure: 2,
} as const;
