import { describe, expect, it } from "vitest";
import { spansFound } from "../../../../test/support/pii/found-spans.ts";

/** Per entity: a label, numbers that hold (with the label, so that those that need none are tried too), and numbers that do not. */
const cases: readonly (readonly [entity: string, label: string, holding: readonly string[], failing: readonly string[]])[] = [
  // The issuers' published examples, and numbers made after their rules
  ["AU_ABN", "ABN", ["51 824 753 556", "51824753556"], ["51 824 753 557"]],
  ["AU_ACN", "ACN", ["004 085 616", "010499966"], ["004 085 617"]],
  ["AU_TFN", "TFN", ["123 456 782", "876543210"], ["123 456 783"]],
  ["AU_MEDICARE", "Medicare", ["2123 45670 1"], ["2123 45671 1"]],
  ["CA_SIN", "SIN", ["130 692 544", "130-692-544"], ["130 692 545"]],
  ["US_NPI", "NPI", ["1234567893"], ["1234567894"]],
  ["US_MBI", "Medicare", ["1EG4-TE5-MK73", "1EG4TE5MK73"], ["1SG4-TE5-MK73"]],
  ["MEDICAL_LICENSE", "DEA number", ["AB1234563"], ["AB1234564"]],
  ["MX_CURP", "CURP", ["HEGG560427MVZRRL04"], ["HEGG561327MVZRRL04"]],
  ["BR_CPF", "CPF", ["111.444.777-35", "11144477735"], ["111.444.777-36", "111.111.111-11"]],
  ["BR_CNPJ", "CNPJ", ["11.222.333/0001-81", "11222333000181"], ["11.222.333/0001-82"]],
  ["UK_NINO", "NI number", ["AB 12 34 56 C", "AB123456C"], ["AB 12 34 5 C"]],
  ["UK_NHS", "NHS number", ["943 476 5919", "9434765919"], ["943 476 5918"]],
  ["DE_TAX_ID", "Steuer-ID", ["86095742719", "86 095 742 719"], ["86095742718"]],
  ["DE_TAX_NUMBER", "Steuernummer", ["93/815/08152"], ["93-815-08152"]],
  ["DE_VAT_ID", "USt-IdNr.", ["DE136695976"], ["DE136695977"]],
  ["DE_SOCIAL_SECURITY", "Sozialversicherungsnummer", ["15 070649 C 103", "15070649C103"], ["15070649C104"]],
  ["DE_HEALTH_INSURANCE", "KVNR", ["A123456780"], ["A123456781"]],
  ["DE_ID_CARD", "Personalausweis", ["T220001293", "L01X00T47"], ["T220001294"]],
  ["DE_LANR", "LANR", ["123456601"], ["123456701"]],
  ["DE_BSNR", "BSNR", ["123456789"], ["12345678"]],
  ["DE_HANDELSREGISTER", "Handelsregister", ["HRB 12345", "HRA 123 B"], ["HRC 12345"]],
  ["FR_NIR", "numéro de sécurité sociale", ["2 55 08 14 168 025 38", "255081416802538"], ["255081416802539"]],
  ["NL_BSN", "BSN", ["111222333"], ["111222334"]],
  ["BE_NATIONAL_NUMBER", "rijksregisternummer", ["93.05.18-223.61", "93051822361"], ["93.05.18-223.62"]],
  ["CH_AHV", "AHV", ["756.9217.0769.85"], ["756.9217.0769.84"]],
  ["ES_NIF", "DNI", ["12345678Z", "12345678-Z"], ["12345678A"]],
  ["ES_NIE", "NIE", ["X1234567L"], ["X1234567A"]],
  ["ES_CIF", "NIF", ["A58818501"], ["A58818502"]],
  ["IT_FISCAL_CODE", "codice fiscale", ["MRTMTT91D08F205J"], ["MRTMTT91D08F205K"]],
  ["IT_VAT_CODE", "partita IVA", ["07643520567"], ["07643520568"]],
  ["IT_IDENTITY_CARD", "carta d'identità", ["CA12345AA", "AA 1234567"], ["CA12345A"]],
  ["FI_PERSONAL_IDENTITY_CODE", "hetu", ["131052-308T"], ["131052-308U"]],
  ["SE_PERSONNUMMER", "personnummer", ["811218-9876", "19811218-9876", "8112189876"], ["811218-9877"]],
  ["SE_ORGANISATIONSNUMMER", "organisationsnummer", ["556703-7485"], ["556703-7486"]],
  ["NO_FODSELSNUMMER", "fødselsnummer", ["01010750160"], ["01010750161"]],
  ["PL_PESEL", "PESEL", ["44051401359"], ["44051401358"]],
  ["RO_CNP", "CNP", ["1800101221144"], ["1800101221145"]],
  ["TR_NATIONAL_ID", "TC kimlik no", ["10000000146"], ["10000000147"]],
  ["IN_AADHAAR", "Aadhaar", ["2341 2341 2346", "234123412346"], ["2341 2341 2345"]],
  ["IN_PAN", "PAN", ["ABCPE1234F"], ["ABCDE1234F"]],
  ["IN_GSTIN", "GSTIN", ["27AAPFU0939F1ZV"], ["27AAPFU0939F1ZW"]],
  ["IN_VOTER", "voter ID", ["ABC1234567"], ["AB1234567"]],
  ["KR_RRN", "주민등록번호", ["900101-1234567"], ["901301-1234567"]],
  ["KR_FRN", "외국인등록번호", ["900101-5234567"], ["900101-9234567"]],
  ["KR_BRN", "사업자등록번호", ["124-81-00998"], ["124-81-00999"]],
  ["SG_NRIC_FIN", "NRIC", ["S1234567D"], ["S1234567E"]],
  ["SG_UEN", "UEN", ["53125226D", "201312345N"], ["5312522"]],
  ["TH_TNIN", "Thai ID", ["1-1018-00735-02-0"], ["1-1018-00735-02-1"]],
  ["PH_TIN", "TIN", ["123-456-789-000"], ["123-456-78"]],
  ["ZA_ID_NUMBER", "ID number", ["8001015009087"], ["8001015009088"]],
  ["NG_NIN", "NIN", ["12345678902"], ["12345678903"]],
];

describe.each(cases)("%s", (entity, label, holding, failing) => {
  it.each(holding)(`is found behind "${label}": %s`, (number) => {
    expect(spansFound([`${label}: ${number}.`]).map((span) => [span.entity, span.start, span.end])).toEqual([
      [entity, label.length + 2, label.length + 2 + number.length],
    ]);
  });

  it.each(failing)(`is not found behind "${label}": %s`, (number) => {
    expect(spansFound([`${label}: ${number}.`]).filter((span) => span.entity === entity)).toEqual([]);
  });
});

it("takes the number of a thing for nobody's", () => {
  expect(["ABCPE1234F is mine", "batch ABCPE1234F"].map((text) => spansFound([text]).map(({ entity }) => entity))).toEqual([
    ["IN_PAN"],
    [],
  ]);
});
