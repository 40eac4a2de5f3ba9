/** The oldest Node that weft's dependencies run on. */
const oldestNode = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Imported before everything else: on an older Node other imports fail with errors that do not name the cause.
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `weft needs Node ${oldestNode.join('.')} or newer, and this is ${process.version}. ` +
      'Start it with `make run`: the Node that weft needs comes with its dependencies (node_modules/.bin/node).\n',
  );
  process.exit(1);
}
