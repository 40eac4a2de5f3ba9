import { WeftError } from '@weft/errors';
import { z } from 'zod';
import {
  booleanSetting,
  type Environment,
  integerSetting,
  loadConfig,
  optionalTextSetting,
  portSetting,
  textSetting,
} from './index';

const shape = {
  WEFT_WORKERS: integerSetting({ min: 1, max: 16, default: 2, description: 'how many workers embed' }),
  WEFT_PORT: portSetting({ default: 8080, description: 'the port for HTTP' }),
  WEFT_REFLECTION: booleanSetting({ default: false, description: 'whether reflection is on' }),
  WEFT_DATA_DIR: textSetting({ default: '.weft', description: 'the folder for data' }),
  WEFT_MODEL: optionalTextSetting({ description: 'the model to use', example: 'gpt-5' }),
};

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing failed');
}

describe('loadConfig', () => {
  it('takes defaults for what is not set', () => {
    expect(loadConfig(shape, {})).toEqual({
      WEFT_WORKERS: 2,
      WEFT_PORT: 8080,
      WEFT_REFLECTION: false,
      WEFT_DATA_DIR: '.weft',
    });
  });

  it('reads what is set', () => {
    const env = {
      WEFT_WORKERS: '16',
      WEFT_PORT: '0',
      WEFT_REFLECTION: 'true',
      WEFT_DATA_DIR: '/data',
      WEFT_MODEL: 'm',
      PATH: '/bin',
    };
    expect(loadConfig(shape, env)).toEqual({
      WEFT_WORKERS: 16,
      WEFT_PORT: 0,
      WEFT_REFLECTION: true,
      WEFT_DATA_DIR: '/data',
      WEFT_MODEL: 'm',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(shape, { WEFT_PORT: '' }).WEFT_PORT).toBe(8080);
  });

  it.each([
    ['WEFT_WORKERS', '0', 'must be at least 1'],
    ['WEFT_WORKERS', '17', 'must be at most 16'],
    ['WEFT_WORKERS', 'two', 'must be a whole number from 1 to 16'],
    ['WEFT_WORKERS', '1.5', 'must be a whole number from 1 to 16'],
    ['WEFT_WORKERS', '-1', 'must be a whole number from 1 to 16'],
    ['WEFT_PORT', '65536', 'must be at most 65535'],
    ['WEFT_REFLECTION', 'yes', 'must be true or false'],
  ])('refuses %s=%s: %s', (variable, value, problem) => {
    expect(messageOf(() => loadConfig(shape, { [variable]: value }))).toContain(`${variable}: ${problem}`);
  });

  it('names the variable, its value, what it is and an example', () => {
    expect(messageOf(() => loadConfig(shape, { WEFT_WORKERS: 'two' }))).toBe(
      "WEFT_WORKERS: must be a whole number from 1 to 16 (it is 'two'). It is how many workers embed. Example: WEFT_WORKERS=2",
    );
  });

  it('tells the beginning alone of a long value', () => {
    const message = messageOf(() => loadConfig(shape, { WEFT_WORKERS: 'x'.repeat(1000) }));
    expect(/it is '(x+)…'/.exec(message)?.[1]).toHaveLength(200);
  });

  it('says of a missing variable what it is and an example', () => {
    const required = {
      WEFT_MODEL: z.string('must be set').meta({ description: 'the model', example: 'gpt-5' }),
    };
    expect(messageOf(() => loadConfig(required, {}))).toBe(
      'WEFT_MODEL: must be set (it is not set). It is the model. Example: WEFT_MODEL=gpt-5',
    );
  });

  it('says so too of a variable whose schema is wrapped in another', () => {
    const wrapped = {
      WEFT_LEVEL: z.enum(['low', 'high']).meta({ description: 'the level', example: 'low' }).optional(),
    };
    expect(messageOf(() => loadConfig(wrapped, { WEFT_LEVEL: 'mid' }))).toContain(
      'It is the level. Example: WEFT_LEVEL=low',
    );
  });

  it('tells of every bad variable in one go', () => {
    const env: Environment = { WEFT_WORKERS: 'two', WEFT_PORT: 'x' };
    expect(messageOf(() => loadConfig(shape, env)).split('\n')).toHaveLength(2);
  });

  it.each(['WEFT_API_KEY', 'WEFT_IDENTITY_SECRET', 'WEFT_TOKEN', 'WEFT_PASSWORD', 'WEFT_DATABASE_URL'])(
    'does not print the value of %s',
    (variable) => {
      const secret = { [variable]: z.string().min(32, 'must have at least 32 characters') };
      expect(messageOf(() => loadConfig(secret, { [variable]: 'hunter2' }))).not.toContain('hunter2');
    },
  );

  it('fails as a bad configuration', () => {
    expect(() => loadConfig(shape, { WEFT_PORT: 'x' })).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', reason: 'BAD_CONFIGURATION' }),
    );
  });

  it('fails with a WeftError', () => {
    expect(() => loadConfig(shape, { WEFT_PORT: 'x' })).toThrow(WeftError);
  });
});
