import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'faint' | 'strong' | 'plain';

const FORMATS = { good: 'green', bad: 'red', faint: 'dim', strong: 'bold' } as const;

/** Colours a text, where `color` allows it. */
export function paint(text: string, tone: Tone, color: boolean): string {
  return color && tone !== 'plain' ? styleText(FORMATS[tone], text, { validateStream: false }) : text;
}
