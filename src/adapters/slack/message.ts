import type { NotificationMessage } from '../../domain/notification/message.ts';

/** What an incoming webhook takes (docs.slack.dev, "Sending messages using incoming webhooks" and "Block Kit"). */
export interface SlackMessage {
  /** What phones and lists of messages show. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

type SlackBlock =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
  | {
      readonly type: 'section';
      readonly text: { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };
    };

/** A header's text has at most 150 characters, a section's 3,000, and a message 50 blocks: more is refused. */
const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_BLOCKS = 50;
/** Of all blocks together. Slack refuses a little more than 13,000 (`msg_blocks_too_long`) and documents no limit. */
const MAX_CHARACTERS = 12_000;

const CUT = '… (cut here; the log has it all)';

/**
 * The subject as a header, and every paragraph of the body as a section. What came from outside cannot speak to Slack:
 * what would be a mention or a link is escaped, and nothing is made of names in the text (`verbatim`). Only https
 * addresses become links, and show where they lead. A body that is too long loses its middle: the last paragraph says
 * where to look for the rest.
 */
export function toSlackMessage({ subject, body }: NotificationMessage): SlackMessage {
  const header = subject.length <= MAX_HEADER ? subject : `${subject.slice(0, MAX_HEADER - 1)}…`;
  const paragraphs = body.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '');
  const sections = fitting(paragraphs.map(sectionsOf)).map(
    (text): SlackBlock => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }),
  );
  return {
    text: escaped(header),
    blocks: [{ type: 'header', text: { type: 'plain_text', text: header } }, ...sections],
  };
}

/** As many paragraphs from the beginning as there is room for, and the last one. */
function fitting(paragraphs: readonly (readonly string[])[]): readonly string[] {
  const last = paragraphs.at(-1) ?? [];
  const kept: string[] = [];
  let blocks = MAX_BLOCKS - 1 - last.length;
  let characters = MAX_CHARACTERS - lengthOf(last);
  for (const paragraph of paragraphs.slice(0, -1)) {
    // One block and some characters stay free for the words that say that something was left out.
    if (blocks - paragraph.length < 1 || characters - lengthOf(paragraph) < CUT.length) {
      kept.push(CUT);
      break;
    }
    kept.push(...paragraph);
    blocks -= paragraph.length;
    characters -= lengthOf(paragraph);
  }
  return [...kept, ...last];
}

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);

/** Lines of facts ("Config:    s3://…") stand in columns: they are shown as they are, letter under letter. */
const FACTS = /^\S.{0,30}:\s{2,}\S/m;
const FENCE = '```';

function sectionsOf(paragraph: string): readonly string[] {
  if (FACTS.test(paragraph)) {
    // A fence within the text would end the outer one.
    const text = paragraph.replaceAll(FENCE, "'''");
    return split(text, MAX_SECTION - 2 * FENCE.length).map((part) => `${FENCE}${part}${FENCE}`);
  }
  return split(paragraph, MAX_SECTION);
}

/** At most this much of one paragraph: what is longer is a document that nobody reads in a chat. */
const MAX_PARAGRAPH_PARTS = 2;

/** The text in parts that have at most `most` characters when they are escaped, each ending with a word or an address. */
function split(text: string, most: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const token of tokensOf(text)) {
    if (part.length + token.length > most) {
      parts.push(part);
      part = '';
    }
    part += token;
  }
  parts.push(part);
  if (parts.length <= MAX_PARAGRAPH_PARTS) return parts;
  const kept = parts.slice(0, MAX_PARAGRAPH_PARTS);
  const last = kept.at(-1) ?? '';
  return [...kept.slice(0, -1), `${wholeUntil(last, most - CUT.length)}${CUT}`];
}

/** The beginning of an escaped text: no escape and no address in it is cut in two. */
function wholeUntil(text: string, most: number): string {
  let whole = '';
  for (const [token] of text.matchAll(/&(?:amp|lt|gt);|<https:[^>]*>|./gsu)) {
    if (whole.length + token.length > most) return whole;
    whole += token;
  }
  return whole;
}

/** The longest address that is made a link, escaped; a longer one stands as text. */
const MAX_LINK = 1500;
/** An escaped character takes up to five. */
const MAX_WORD = 500;

/** The text escaped, in pieces that stay together. */
function* tokensOf(text: string): Generator<string> {
  for (const [piece] of text.matchAll(/https:\/\/[^\s<>|"'`]+|\s+|\S+?(?=\s|https:\/\/|$)/g)) {
    if (piece.startsWith('https://') && escaped(piece).length <= MAX_LINK) {
      yield `<${escaped(piece)}>`;
      continue;
    }
    for (let from = 0; from < piece.length; ) {
      // Never between the two halves of one character.
      const part = piece.slice(from, from + MAX_WORD);
      const whole = /[\ud800-\udbff]$/.test(part) && part.length > 1 ? part.slice(0, -1) : part;
      yield escaped(whole);
      from += whole.length;
    }
  }
}

/** The three characters by which Slack's markup speaks ("Formatting message text"). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
