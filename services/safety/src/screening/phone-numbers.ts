import { type CountryCode, Metadata, type MetadataJson } from 'libphonenumber-js/core';
import fullMetadata from 'libphonenumber-js/max/metadata';

/** The part of libphonenumber's numbering plans that its types leave out. */
interface PlanReader {
  callingCode(): string;
  nationalNumberPattern(): string;
  nationalPrefix(): string | 0 | undefined;
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  possibleLengths(): number[];
  type(type: string): { pattern(): string } | undefined;
}

/** The numbers behind one country calling code. */
export interface NumberingPlan {
  /**
   * Tells whether digits are a valid number, with the trunk prefix before it or without: both are written
   * after `+` too.
   */
  isNumber(digits: string): boolean;
}

/** Tells valid numbers from other digits, by libphonenumber's full metadata. */
export interface PhoneNumbers {
  /** The trunk prefix of the default country, such as `0`; undefined where there is none. */
  readonly nationalPrefix: string | undefined;
  /**
   * Whether the default country belongs to the North American Numbering Plan, where numbers are written
   * 3-3-4.
   */
  readonly northAmerican: boolean;
  /** The default country's plan. */
  readonly national: NumberingPlan;
  /**
   * The plan that digits after `+` belong to and how long its calling code is; undefined for a code that
   * nobody has.
   */
  international(digits: string): { plan: NumberingPlan; codeLength: number } | undefined;
}

const metadata = fullMetadata as unknown as MetadataJson;
const callingCodeLengthMax = 3;
const types = [
  'FIXED_LINE',
  'MOBILE',
  'TOLL_FREE',
  'PREMIUM_RATE',
  'PERSONAL_NUMBER',
  'VOICEMAIL',
  'UAN',
  'PAGER',
  'VOIP',
  'SHARED_COST',
];

/** Compiled at first use. */
const plans = new Map<string, NumberingPlan | undefined>();

/**
 * Makes the judge of numbers for a default country.
 *
 * libphonenumber's own `isValidPhoneNumber` takes 10 µs a candidate, which makes a second of a megabyte of
 * candidates. Here its patterns are compiled once a calling code, which takes 0.2 µs a candidate; a test
 * holds the two against each other.
 *
 * @param country ISO 3166-1 alpha-2, one that libphonenumber knows
 */
export function createPhoneNumbers(country: string): PhoneNumbers {
  const reader = readerOf(country);
  const callingCode = reader.callingCode();
  return {
    nationalPrefix: digitsOnly(reader.nationalPrefix()),
    northAmerican: callingCode === '1',
    national: planOf(callingCode)!,
    international(digits) {
      for (let codeLength = 1; codeLength <= callingCodeLengthMax; codeLength++) {
        const plan = planOf(digits.slice(0, codeLength));
        if (plan !== undefined) return { plan, codeLength };
      }
      return undefined;
    },
  };
}

function planOf(callingCode: string): NumberingPlan | undefined {
  if (!plans.has(callingCode)) plans.set(callingCode, compile(callingCode));
  return plans.get(callingCode);
}

function compile(callingCode: string): NumberingPlan | undefined {
  const countries = metadata.country_calling_codes[callingCode];
  // Codes such as 800, for numbers that are free to call from anywhere, belong to no country.
  const regions: readonly string[] =
    countries ?? (metadata.nonGeographic[callingCode] === undefined ? [] : [callingCode]);
  if (regions.length === 0) return undefined;
  const readers = regions.map(readerOf);
  // The patterns are libphonenumber's own and see at most 18 digits.
  const pattern = new RegExp(`^(?:${readers.map(patternOf).join('|')})`);
  const lengths = readers
    .flatMap((reader) => reader.possibleLengths())
    .reduce((bits, length) => bits | (1 << length), 0);
  const matches = (digits: string) => (lengths & (1 << digits.length)) !== 0 && pattern.test(digits);
  const strip = trunkPrefixStripper(readers[0]!);
  return {
    isNumber(digits) {
      if (matches(digits)) return true;
      const stripped = strip(digits);
      return stripped !== digits && matches(stripped);
    },
  };
}

/**
 * Takes the trunk prefix, and in some countries a carrier's code, off a number, or puts an area code before
 * it, as the plan says.
 */
function trunkPrefixStripper(reader: PlanReader): (digits: string) => string {
  const prefix = reader.nationalPrefixForParsing();
  if (!prefix) return (digits) => digits;
  if (digitsOnly(prefix) !== undefined) {
    return (digits) => (digits.startsWith(prefix) ? digits.slice(prefix.length) : digits);
  }
  const pattern = new RegExp(`^(?:${prefix})`);
  const transformation = reader.nationalPrefixTransformRule();
  return (digits) => {
    const match = pattern.exec(digits);
    if (match === null) return digits;
    const hasGroup = match.length > 1 && match.at(-1) !== undefined;
    return transformation && hasGroup
      ? digits.replace(pattern, transformation)
      : digits.slice(match[0].length);
  };
}

function patternOf(reader: PlanReader): string {
  const patterns = types
    .map((type) => reader.type(type)?.pattern())
    .filter((pattern) => pattern !== undefined && pattern !== '');
  return `(?=(?:${reader.nationalNumberPattern()})$)(?:${patterns.join('|')})$`;
}

/** Reads the plan of a country, or of a calling code. */
function readerOf(region: string): PlanReader {
  const reader = new Metadata(metadata);
  reader.selectNumberingPlan(region as CountryCode);
  return reader.numberingPlan as unknown as PlanReader;
}

/** A prefix, unless it is missing (which the metadata write as 0) or a pattern. */
function digitsOnly(prefix: string | 0 | undefined): string | undefined {
  return typeof prefix === 'string' && /^\d+$/.test(prefix) ? prefix : undefined;
}
