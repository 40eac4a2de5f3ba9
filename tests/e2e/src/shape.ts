/** How the weft under test runs: every service in one process, or one process a service. */
export const shape = (globalThis as { weftShape?: 'standalone' | 'distributed' }).weftShape ?? 'standalone';

/** The real engines of this run; undefined where the embedded ones are under test. */
export const engines: { databaseUrl: string; natsUrl: string } | undefined =
  (globalThis as { weftEngines?: boolean }).weftEngines === true
    ? { databaseUrl: given('WEFT_DATABASE_URL'), natsUrl: given('WEFT_NATS_URL') }
    : undefined;

function given(variable: string): string {
  const value = process.env[variable];
  // Never skipped: without engines these tests fail.
  if (!value) throw new Error(`${variable} is not set; the engines of this run were not started`);
  return value;
}
