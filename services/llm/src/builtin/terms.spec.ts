import { termsOf } from './terms';

describe('termsOf', () => {
  it.each([
    ['retries', 'retrying'],
    ['retry', 'retried'],
    ['service', 'services'],
    ['stopped', 'stopping'],
    ['table', 'tables'],
    ['Tenant', 'tenants'],
    ['owns', 'owner'],
    ['start', 'starting'],
  ])('takes %s and %s for one term', (one, other) => {
    expect(termsOf(one)).toEqual(termsOf(other));
  });

  it('leaves out words that only ask', () => {
    expect(termsOf('What is the one that you use for this?')).toEqual(new Set());
  });

  it('knows a name by its parts', () => {
    expect(termsOf('WEFT_HTTP_PORT')).toEqual(new Set(['weft', 'http', 'port']));
  });

  it('keeps different words apart', () => {
    expect(termsOf('cache')).not.toEqual(termsOf('catch'));
  });
});
