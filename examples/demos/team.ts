import { stateKey } from "sluice";

/** Which team a call is of: told by one middleware, read by another. */
export const team = stateKey<{ readonly name: string; readonly language: string }>("team");
