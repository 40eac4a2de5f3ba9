import { enableCompileCache } from 'node:module';

/** The oldest Node that the packages of this command run on. */
const oldestNode = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Must be imported before anything else: on an older Node the other imports fail with errors that do not say why.
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `weft needs Node ${oldestNode.join('.')} or newer, and this is ${process.version}. ` +
      'In a checkout, `npx weft` runs it on the Node that came with the dependencies.\n',
  );
  process.exit(1);
}

// Most of a short command's time goes into compiling what it imports.
enableCompileCache();
