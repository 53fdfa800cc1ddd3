/** What a label says that the value behind it is. */
export type Label = keyof typeof labelWords;

/** The words that say what a value is, in lower case, and how many other words may stand between them and the value. */
export const labelWords = {
  account: {
    within: 4,
    words: [
      "account, acct, account number, bank account, checking account, savings account, bank number, account no, direct deposit",
      "kontonummer, bankkonto, konto nr, konto, compte bancaire, numéro de compte, cuenta bancaria, número de cuenta",
      "conto corrente, numero di conto, rekeningnummer, conta bancária, conta corrente, número da conta, bankgiro, kontonr",
    ],
  },
  address: {
    within: 4,
    words: ["wallet, wallet address, eth, ethereum, ether, metamask, erc20, btc, bitcoin, crypto, send to, pay to"],
  },
  birth: {
    within: 8,
    words: [
      "born, birth, birthday, birthdate, birthdays, birth date, date of birth, dob, d o b, date of death, died, passed away, deceased",
      "married, wedding, anniversary, admitted, discharged, hired, hire date, admission date, discharge date",
      "geboren, geburtstag, geburtsdatum, geb, né le, née le, nacido, nacida, nacimiento, fecha de nacimiento, nato il, nata il, nascita",
      "data di nascita, date de naissance, geboortedatum, geboren op, nascimento, nascido, data de nascimento, född, födelsedatum, født",
      "fødselsdato, urodzony, data urodzenia, syntynyt, syntymäaika, doğum tarihi, 生年月日, 出生日期, 생년월일, дата рождения, родился",
    ],
  },
  call: {
    within: 1,
    words: [
      "call, callback, calling, called, answering, answer, reach, reached, contact, contacting, text me, text us, sms, dial, ring, rang, cell",
      "message to, messages to, text to, texts to, desk",
    ],
  },
  card: {
    within: 8,
    words: [
      "card, cards, card number, credit card, debit card, creditcard, cardnumber, card no, cc, ccn, pan, visa, mastercard, amex, maestro",
      "american express, discover, diners, diners club, jcb, unionpay, mir, kreditkarte, kartennummer, carte, carte bancaire, carte bleue",
      "tarjeta, tarjeta de crédito, carta di credito, creditcard, cartão, cartão de crédito, kort, kortnummer, karta, kart, карта, карты",
      "卡号, 信用卡, カード, 카드",
    ],
  },
  date: { within: 2, words: ["date, datum, fecha, time, datetime, dated"] },
  driver: {
    within: 6,
    words: [
      "driver license, driver s license, drivers license, driver licence, driver s licence, drivers licence, driving license",
      "driving licence, driving permit, driver permit, license number, licence number, my license, my licence, her license, his license, your license, dl, dl number, dln, dvla",
      "lic no, license #, operator license, führerschein, führerscheinnummer, fahrerlaubnis, permis de conduire, permiso de conducir",
      "licencia de conducir, carnet de conducir, patente, patente di guida, rijbewijs, rijbewijsnummer, carteira de habilitação, cnh",
      "körkort, 운전면허, 운전면허번호, 運転免許, 驾驶证, 驾照",
    ],
  },
  email: { within: 6, words: ["email, e mail, mail, mailto, e mail address, email address, correo, courriel"] },
  iban: { within: 6, words: ["iban, bank account, account, transfer, wire"] },
  ip: {
    within: 5,
    words: [
      "ip, ip address, ipv4, ipv6, ipaddr, host, server, gateway, dns, nameserver, ping, address, addr, client, subnet, login from",
    ],
  },
  mac: {
    within: 5,
    words: [
      "device, mac, mac address, macaddr, hwaddr, hardware address, physical address, ethernet, ether, lladdr, bssid, bluetooth",
    ],
  },
  medical: { within: 6, words: ["dea, dea number, dea no, medical license, medical licence, prescriber"] },
  passport: {
    within: 6,
    words: [
      "passport, passport number, passport no, travel document, reisepass, passnummer, reisepassnummer, passeport, pasaporte, passaporto",
      "paspoort, paspoortnummer, passaporte, pass nr, паспорт, 여권, 여권번호, 护照, 護照, パスポート, 旅券",
    ],
  },
  phone: {
    within: 10,
    words: [
      "phone, phone number, telephone, cellphone, cell phone, cell number, mobile, mobile number, mobile phone, fax, fax number, tel, telefax",
      "landline, hotline, whatsapp, viber, pager, handy, handynummer, telefon, telefonnummer, mobil, mobilnummer, rufnummer",
      "durchwahl, festnetz, téléphone, portable, numéro de téléphone, teléfono, móvil, celular, telefono, cellulare, telefoon",
      "telefoonnummer, mobiel, telefone, telemóvel, telemovel, mobiltelefon, puhelin, puhelinnumero, komórka, numer telefonu, telefonní číslo",
      "telefonszám, cep telefonu, тел, телефон, номер телефона, мобильный, τηλ, τηλέφωνο, κινητό, 电话, 手机, 電話, 電話番号, 携帯, 전화, 전화번호",
      "휴대폰, โทร, โทรศัพท์, فون, تلفن, טלפון, נייד, फोन, मोबाइल, contact number, emergency contact",
    ],
  },
  reference: {
    within: 0,
    words: [
      "order, order number, order no, invoice, invoice number, tracking, tracking number, ref, reference, ticket, case, sku, serial, part",
      "part number, model, item, product, batch, lot, transaction, receipt, po, purchase order, isbn, issn, doi, ean, upc, gtin, asin, imei",
      "account id, account balance, card id, phone id, user id, job, build, commit, revision, rev, request, session, trace, span, uuid, guid, hash, sha, md5, sha1, sha256, checksum, crc, offset, size",
      "bytes, port, pid, tid, line, page, pages, row, rows, col, column, count, total, sum, amount, price, cost, usd, eur, gbp, seed, epoch",
      "timestamp, ts, duration, elapsed, took, latency, ms, index, key, seq, sequence, nonce, block, height, width, version, bestellnummer",
      "claim, policy, quote, booking, confirmation, document, project, task, issue, bug, incident, asset",
      "shipment, parcel, waybill, container, barcode, vin, cas, ndc, isin, cusip, rechnungsnummer, auftragsnummer, artikelnummer, commande, facture, pedido, factura, ordine, fattura, bestelling, factuur",
    ],
  },
  routing: {
    within: 5,
    words: ["aba, routing, routing number, routing no, abarouting, routing transit number, rtn, aba number, bank routing"],
  },
  sort: { within: 4, words: ["sort code, sortcode, sort"] },
  ssn: {
    within: 8,
    words: [
      "ssn, ssns, social security, social security number, social security no, soc sec, social security card, ss number, ss no, ss",
    ],
  },
  itin: {
    within: 8,
    words: ["itin, individual taxpayer identification number, taxpayer identification number, taxpayer id, tax id, tin"],
  },
  version: {
    within: 1,
    words: ["v, ver, version, release, build, firmware, sdk, patch, package, assembly, driver version, upgrade, section, clause"],
  },
  website: {
    within: 5,
    words: [
      "website, web site, site, url, link, domain, homepage, webpage, web page, visit, browse, blog, webseite, sitio, sito",
    ],
  },
  zip: {
    within: 4,
    words: [
      "zip code, zipcode, postal code, postcode, post code, postalcode, plz, postleitzahl, code postal, código postal, cap",
      "codice postale, postnummer, pin code, pincode, cep, codice di avviamento postale, kod pocztowy, psč, irányítószám, 邮编, 郵便番号, 우편번호",
    ],
  },
  zipWord: { within: 0, words: ["zip"] },
  abn: { within: 4, words: ["abn, australian business number"] },
  acn: { within: 4, words: ["acn, australian company number"] },
  medicare: { within: 4, words: ["medicare, medicare number, medicare card, mbi, medicare beneficiary, beneficiary identifier"] },
  tfn: { within: 4, words: ["tfn, tax file number"] },
  sin: { within: 5, words: ["sin, sin number, social insurance number, social insurance, numéro d assurance sociale, nas"] },
  hetu: { within: 5, words: ["hetu, henkilötunnus, personbeteckning, personal identity code"] },
  bsnr: { within: 4, words: ["bsnr, betriebsstättennummer, betriebsstätten nummer, praxisnummer"] },
  lanr: { within: 4, words: ["lanr, arztnummer, lebenslange arztnummer, arzt nr"] },
  kvnr: {
    within: 4,
    words: ["kvnr, krankenversicherungsnummer, krankenversichertennummer, versichertennummer, krankenkasse, krankenversicherung"],
  },
  ausweis: { within: 4, words: ["personalausweis, personalausweisnummer, ausweis, ausweisnummer, ausweisdokument, id card"] },
  rvnr: {
    within: 4,
    words: ["rvnr, svnr, rentenversicherungsnummer, sozialversicherungsnummer, versicherungsnummer, rentenversicherung"],
  },
  steuerId: {
    within: 4,
    words: [
      "steuer id, steuerid, steueridentifikationsnummer, identifikationsnummer, steuerliche identifikationsnummer, idnr, tin, tax id",
    ],
  },
  steuernummer: { within: 4, words: ["steuernummer, steuer nr, st nr, steuer nummer"] },
  handelsregister: { within: 5, words: ["handelsregister, handelsregisternummer, amtsgericht, registergericht, registernummer"] },
  vat: {
    within: 4,
    words: [
      "vat, vat id, vat number, vat no, ust id, ustid, ust idnr, ustidnr, umsatzsteuer id, umsatzsteuer identifikationsnummer, tva",
    ],
  },
  aadhaar: { within: 5, words: ["aadhaar, aadhar, uidai, aadhaar number, आधार"] },
  panIndia: { within: 4, words: ["pan, pan number, pan card, permanent account number"] },
  gstin: { within: 4, words: ["gstin, gst, gst number, goods and services tax"] },
  voter: { within: 4, words: ["voter, voter id, epic, elector photo identity card"] },
  fiscalCode: { within: 4, words: ["codice fiscale, cf, fiscal code"] },
  identityItaly: { within: 5, words: ["carta d identità, carta di identità, carta d identita, identity card, cie, documento"] },
  vatItaly: { within: 4, words: ["partita iva, p iva, piva"] },
  rrn: { within: 5, words: ["rrn, resident registration number, 주민등록번호, 주민번호"] },
  brn: { within: 5, words: ["brn, business registration number, 사업자등록번호, 사업자번호"] },
  frn: { within: 5, words: ["frn, foreigner registration number, 외국인등록번호"] },
  nin: { within: 5, words: ["nin, national identification number, national identity number, nimc"] },
  tinPhilippines: { within: 0, words: ["tin, taxpayer identification number, bir, tax id"] },
  pesel: { within: 4, words: ["pesel, numer pesel, nr pesel"] },
  nric: { within: 4, words: ["nric, fin, nric number, fin number"] },
  uen: { within: 4, words: ["uen, unique entity number, acra, business registration"] },
  idSouthAfrica: { within: 5, words: ["identity number, id number, south african id, said, id no, rsa id, identity document"] },
  nif: { within: 4, words: ["dni, nif, documento nacional de identidad, número de identificación fiscal"] },
  nie: { within: 4, words: ["nie, número de identificación de extranjero, número de identidad de extranjero"] },
  personnummer: {
    within: 5,
    words: ["personnummer, svenskt personnummer, personal identity number, samordningsnummer, fødselsnummer, fodselsnummer"],
  },
  orgnr: { within: 4, words: ["organisationsnummer, orgnr, org nr, företagsnummer"] },
  thaiId: { within: 5, words: ["thai national id, thai id, thai id number, tnin, เลขประจำตัวประชาชน, เลขบัตรประชาชน"] },
  tckn: { within: 5, words: ["tckn, tc kimlik, kimlik no, kimlik numarası, tc no, tc kimlik no, t c kimlik"] },
  nhs: { within: 5, words: ["nhs, nhs number, national health service"] },
  nino: { within: 5, words: ["nino, national insurance, national insurance number, ni number, ni no"] },
  npi: { within: 5, words: ["npi, npi number, national provider identifier, national provider, provider id"] },
  nir: { within: 5, words: ["nir, numéro de sécurité sociale, sécurité sociale, insee, numéro insee"] },
  bsn: { within: 5, words: ["bsn, burgerservicenummer, sofinummer"] },
  cpf: { within: 4, words: ["cpf, cadastro de pessoas físicas"] },
  cnpj: { within: 4, words: ["cnpj"] },
  nationalRegister: {
    within: 5,
    words: ["rijksregisternummer, numéro national, numéro de registre national, national register number"],
  },
  ahv: { within: 5, words: ["ahv, ahv nummer, avs, numéro avs, avs13, ahv13, sozialversicherungsnummer"] },
  curp: { within: 4, words: ["curp, clave única de registro de población"] },
  cnp: { within: 4, words: ["cnp, cod numeric personal"] },
  plate: {
    within: 4,
    words: [
      "license plate, licence plate, number plate, plate number, plate, vehicle registration, registration number, kennzeichen",
      "kfz kennzeichen, nummernschild, targa, matrícula, immatriculation, plaka",
    ],
  },
} as const satisfies Record<string, { readonly within: number; readonly words: readonly string[] }>;
