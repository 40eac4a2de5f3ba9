import { createTimeLimit, TimeLimitExceeded } from './time-limit';
import type * as variablesSchema from './variables-schema';

/** Lets a check be stopped after a time; whether it was does not matter here. */
function tryWithin(timeoutMs: number, check: () => unknown): void {
  try {
    createTimeLimit(timeoutMs)(check);
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
  }
}

it.each([2, 5, 10, 20, 40])(
  'checks schemas as before when the first check was stopped after %i ms',
  (timeoutMs) => {
    // Nothing is had for a second attempt: it would go on where the first one was stopped.
    jest.spyOn(process, 'threadCpuUsage').mockReturnValue({ user: 1e9, system: 0 });
    jest.isolateModules(() => {
      const { compileVariablesSchema } = jest.requireActual<typeof variablesSchema>('./variables-schema');
      const check = () =>
        compileVariablesSchema('{"type": "object", "properties": {"name": {"type": "string"}}}');
      tryWithin(timeoutMs, check);
      expect([...check().declared]).toEqual(['name']);
    });
  },
);
