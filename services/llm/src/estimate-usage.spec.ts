import { common } from '@weft/contracts';
import { estimateUsage } from './estimate-usage';
import { requestOf } from './requests.fixture';

describe('estimateUsage', () => {
  it('says that it is an estimate', () => {
    expect(estimateUsage(requestOf('hi'), 'x').estimated).toBe(true);
  });

  it('counts the output', () => {
    expect(estimateUsage(requestOf('hi'), 'Hello, world!').outputTokens).toBe(4);
  });

  it('counts no output where there is none', () => {
    expect(estimateUsage(requestOf('hi'), '').outputTokens).toBe(0);
  });

  it('counts messages as chat models read them', () => {
    // 3 for the answer's opening, 3 for the message, 1 for its role, 4 for its text.
    expect(estimateUsage(requestOf('Hello, world!'), '').inputTokens).toBe(11);
  });

  it('counts tools as input', () => {
    const tools = [common.ToolDefinition.fromPartial({ name: 'clock', description: 'Tells the time.' })];
    const [without, withTools] = [
      estimateUsage(requestOf('hi'), ''),
      estimateUsage(requestOf('hi', { tools }), ''),
    ];
    expect(withTools.inputTokens).toBeGreaterThan(without.inputTokens);
  });
});
