const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
// RFC 3339: a "T", seconds, and an offset. A leap second is none that a ledger meets.
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const EMAIL = new RegExp(`^[A-Za-z0-9!#$%&'*+/=?^_\`{|}~.-]{1,64}@${LABEL}(?:\\.${LABEL})*$`);
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

const short = (pattern: RegExp) => (text: string) => text.length <= 320 && pattern.test(text);

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // The 30th of February becomes the 2nd of March.
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

/** The formats of JSON Schema that a type may ask for; any other is refused when the type is registered. */
export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  'date-time': (text) => isDate(DATE_TIME.exec(text)?.[1] ?? ''),
  time: short(TIME),
  uuid: short(UUID),
  email: short(EMAIL),
  hostname: (text) => text.length <= 253 && HOSTNAME.test(text),
  ipv4: short(IPV4),
  uri: (text) => text.length <= 2048 && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && URL.canParse(text),
};
