import type { Recognizer } from "../recognizer.ts";
import { abaRoutingNumber, bankAccount, ukSortCode } from "./bank-account.ts";
import { creditCard } from "./credit-card.ts";
import { cryptoAddress } from "./crypto.ts";
import { dateTime } from "./date-time.ts";
import { otherDriverLicenses, ukDrivingLicence, usDriverLicense } from "./driver-license.ts";
import { email } from "./email.ts";
import { iban } from "./iban.ts";
import { ipAddress } from "./ip.ts";
import { macAddress } from "./mac.ts";
import { nationalIds } from "./national-ids/index.ts";
import { passports } from "./passport.ts";
import { phone } from "./phone.ts";
import { domain, url } from "./url.ts";
import { usItin, usSsn } from "./us-ssn.ts";
import { vehicleRegistrations } from "./vehicle-registration.ts";
import { zipCodes } from "./zip-code.ts";

/** The recognizers of personal data. Of two that find the same span as surely, the earlier one names it. */
export const recognizers: readonly Recognizer[] = [
  creditCard,
  iban,
  usSsn,
  usItin,
  email,
  ipAddress,
  macAddress,
  cryptoAddress,
  url,
  domain,
  ...nationalIds,
  ...zipCodes,
  phone,
  dateTime,
  ...passports,
  usDriverLicense,
  ukDrivingLicence,
  ...otherDriverLicenses,
  ...vehicleRegistrations,
  bankAccount,
  abaRoutingNumber,
  ukSortCode,
];
