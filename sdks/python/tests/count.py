"""Runs every test of this folder; the last line says how many passed and failed."""

import sys
import unittest
from pathlib import Path

suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent))
result = unittest.TextTestRunner(stream=sys.stderr, verbosity=1).run(suite)
failed = len(result.failures) + len(result.errors) + len(result.skipped) + len(result.unexpectedSuccesses)
print(f"python: {result.testsRun - failed} passed, {failed} failed")
sys.exit(1 if failed > 0 or result.testsRun == 0 else 0)
