import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const enterableByOthers = 0o001;

/** Whether users other than the owner can get to a folder: it and all above it may be entered by everybody. */
export async function isReachable(folder: string): Promise<boolean> {
  return (await closedFolders(folder)).length === 0;
}

/** The folder and those above it that others may not enter. */
export async function closedFolders(folder: string): Promise<string[]> {
  const { mode } = await stat(folder);
  const above = dirname(folder) === folder ? [] : await closedFolders(dirname(folder));
  return (mode & enterableByOthers) === 0 ? [...above, folder] : above;
}
