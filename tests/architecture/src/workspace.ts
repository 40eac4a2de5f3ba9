import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The workspace's folder. */
export const workspaceRoot = join(__dirname, '..', '..', '..');

/** What a package.json says. */
export interface Manifest {
  name: string;
  license?: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  nx?: { tags?: string[] };
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** Its folder, from the workspace's root, such as `libs/rpc`. */
  folder: string;
  manifest: Manifest;
}

const groups = ['libs', 'services', 'apps', 'tools', 'tests'];

/** The names of what a folder holds. */
export function namesIn(folder: string): string[] {
  return readdirSync(join(workspaceRoot, folder));
}

export function readText(file: string): string {
  return readFileSync(join(workspaceRoot, file), 'utf8');
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(join(folder, 'package.json'))) as Manifest;
}

export function exists(file: string): boolean {
  return existsSync(join(workspaceRoot, file));
}

/** Every package of the workspace. */
export function workspacePackages(): WorkspacePackage[] {
  const folders = groups.flatMap((group) => namesIn(group).map((name) => join(group, name)));
  return [...folders, 'bench']
    .filter((folder) => exists(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }));
}

/** What is built, installed or kept by tools: none of it is ours to judge. */
const foreignNames = new Set([
  'node_modules',
  'dist',
  'gen',
  'reports',
  'results',
  '.git',
  '.nx',
  '.weft',
  '.jest-cache',
]);

/** Every file of the workspace below a folder, from the workspace's root. */
export function filesIn(folder = ''): string[] {
  return readdirSync(join(workspaceRoot, folder), { withFileTypes: true })
    .filter(({ name }) => !foreignNames.has(name) && !name.endsWith('.tsbuildinfo'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
}
