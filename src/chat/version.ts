/** The version of Sluice: the package's. */
export const version = "0.1.0";
