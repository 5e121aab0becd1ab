/** How many digits of a currency stand behind the point, where they are not two (ISO 4217). */
const DIGITS: Readonly<Record<string, number>> = {
  ...of(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...of(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...of(4, 'CLF UYW'),
};

function of(digits: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, digits]));
}

export interface Money {
  /** In the currency's smallest unit. */
  readonly minor: number;
  readonly currency: string;
  /** `120.50 EUR` */
  readonly text: string;
}

/** Undefined for what is no amount: no safe integer, or no code of three letters. */
export function moneyOf(minor: unknown, currency: unknown): Money | undefined {
  if (!Number.isSafeInteger(minor) || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    return undefined;
  }
  const amount = minor as number;
  const digits = DIGITS[currency] ?? 2;
  const figures = String(Math.abs(amount)).padStart(digits + 1, '0');
  const whole = figures.slice(0, figures.length - digits);
  const rest = digits === 0 ? '' : `.${figures.slice(-digits)}`;
  return { minor: amount, currency, text: `${amount < 0 ? '-' : ''}${whole}${rest} ${currency}` };
}
