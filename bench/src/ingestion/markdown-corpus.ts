import { type SourceDocument } from './ingest-documents';
import { seededRandom, type SeededRandom } from './seeded-random';

const systems = [
  'billing',
  'search',
  'checkout',
  'identity',
  'inventory',
  'messaging',
  'reporting',
  'shipping',
  'pricing',
  'archive',
];
const kinds = ['runbook', 'design', 'guide', 'decision', 'post-mortem', 'reference'];
const parts = [
  'the queue',
  'the primary database',
  'the cache',
  'the gateway',
  'a replica',
  'the scheduler',
  'the index',
  'the worker pool',
  'the certificate',
  'the audit log',
  'the feature flag',
  'the rate limiter',
];
const actions = [
  'restarts',
  'drains',
  'rejects new work',
  'falls behind',
  'is promoted',
  'loses its lease',
  'runs out of connections',
  'is rotated',
  'answers with an error',
  'reports stale data',
];
const reasons = [
  'a deployment is under way',
  'the disk is nearly full',
  'the nightly import has begun',
  'a region cannot be reached',
  'a migration holds a lock',
  'traffic doubles within a minute',
  'a client retries without a pause',
  'the clock of a host is wrong',
];
const measures = [
  'page the team on call',
  'compare both dashboards',
  'raise the limit for an hour',
  'stop the import and start it again at night',
  'fail over by hand',
  'read the audit log first',
  'ask the owner of the client',
  'open an incident and write down the time',
];
const headingWords = [
  'Overview',
  'When it fails',
  'Before you begin',
  'Rolling back',
  'Limits',
  'Ownership',
  'Monitoring',
  'Capacity',
  'Access',
  'Testing',
  'History',
  'Open questions',
];

/** Documents as a platform team keeps them: headings, paragraphs, lists, tables and code. The same in every run. */
export function markdownCorpus(count: number): SourceDocument[] {
  return Array.from({ length: count }, (_, index) => document(index));
}

function document(index: number): SourceDocument {
  const random = seededRandom(index + 1);
  const system = systems[index % systems.length]!;
  const kind = kinds[Math.floor(index / systems.length) % kinds.length]!;
  const title = `${system} ${kind} ${index + 1}`;
  const sections = Array.from({ length: random.between(4, 8) }, () => section(random, system));
  const text = [`# ${title}`, paragraph(random, system), ...sections].join('\n\n');
  return { uri: `${system}/${kind}-${index + 1}.md`, mediaType: 'text/markdown', text: `${text}\n` };
}

function section(random: SeededRandom, system: string): string {
  const blocks = Array.from({ length: random.between(1, 3) }, () => paragraph(random, system));
  const extra = random.oneOf([list, table, code, undefined]);
  const heading = `## ${random.oneOf(headingWords)} of ${system}`;
  return [heading, ...blocks, ...(extra === undefined ? [] : [extra(random, system)])].join('\n\n');
}

function paragraph(random: SeededRandom, system: string): string {
  return Array.from({ length: random.between(3, 7) }, () => sentence(random, system)).join(' ');
}

function sentence(random: SeededRandom, system: string): string {
  const [part, action, reason, measure] = [
    random.oneOf(parts),
    random.oneOf(actions),
    random.oneOf(reasons),
    random.oneOf(measures),
  ];
  const minutes = random.between(2, 90);
  return random.oneOf([
    `When ${part} of ${system} ${action} because ${reason}, ${measure} within ${minutes} minutes.`,
    `In ${system}, ${part} ${action} about ${minutes} times a month, most often while ${reason}.`,
    `If ${reason}, do not wait: ${measure}, then look at whether ${part} ${action}.`,
    `Since incident ${random.between(100, 999)} the rule for ${system} is to ${measure} before ${part} ${action}.`,
  ]);
}

function list(random: SeededRandom): string {
  return Array.from(
    { length: random.between(3, 6) },
    () => `- ${random.oneOf(measures)}, then check ${random.oneOf(parts)}`,
  ).join('\n');
}

function table(random: SeededRandom): string {
  const rows = Array.from({ length: random.between(3, 6) }, () => {
    return `| ${random.oneOf(parts)} | ${random.between(1, 500)} | ${random.oneOf(reasons)} |`;
  });
  return ['| part | limit | why |', '| --- | --- | --- |', ...rows].join('\n');
}

function code(random: SeededRandom, system: string): string {
  const replicas = random.between(2, 9);
  return [
    '```sh',
    `kubectl scale deployment ${system} --replicas=${replicas}`,
    `curl -s https://${system}.internal/readyz`,
    '```',
  ].join('\n');
}
