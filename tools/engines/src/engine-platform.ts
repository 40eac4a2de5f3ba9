import { enginesRefused, wayOut } from './engine-error';
import { type EnginePlatform } from './wheels';

/** What decides which binaries run here. */
export interface Machine {
  /** As `process.platform` names it. */
  system: string;
  /** As `process.arch` names it. */
  architecture: string;
  /** The version of glibc, which Linux wheels of PostgreSQL need; undefined where there is another C library. */
  glibc: string | undefined;
}

const platforms: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-arm64'] satisfies EnginePlatform[];

/** The oldest glibc that the wheels were built for. */
const glibcMin = [2, 28] as const;

/**
 * The platform whose wheels run on this machine.
 *
 * @throws WeftError FAILED_PRECONDITION `PLATFORM_NOT_SUPPORTED`, naming the way out
 */
export function enginePlatform(machine: Machine = thisMachine()): EnginePlatform {
  const platform = `${machine.system}-${machine.architecture}`;
  if (!platforms.includes(platform))
    throw enginesRefused(
      'PLATFORM_NOT_SUPPORTED',
      `There are no binaries of the engines for ${platform}, only for ${platforms.join(', ')}. ${wayOut}`,
    );
  if (machine.system === 'linux' && !isRecent(machine.glibc))
    throw enginesRefused(
      'PLATFORM_NOT_SUPPORTED',
      `The binaries of PostgreSQL need glibc ${glibcMin.join('.')} or later; this machine has ${
        machine.glibc === undefined ? 'another C library' : `glibc ${machine.glibc}`
      }. ${wayOut}`,
    );
  return platform as EnginePlatform;
}

function isRecent(glibc: string | undefined): boolean {
  if (glibc === undefined) return false;
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  return major > glibcMin[0] || (major === glibcMin[0] && minor >= glibcMin[1]);
}

function thisMachine(): Machine {
  // Else the report looks up the names of network peers.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    system: process.platform,
    architecture: process.arch,
    glibc: report.header?.glibcVersionRuntime,
  };
}
