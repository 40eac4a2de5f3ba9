import { llm } from '@weft/contracts';
import { connectGrpc, createIdentityTokens, serviceCaller } from '@weft/rpc';

/** What the transport fails with when nobody listens where a service should be. */
export async function unreachableError(): Promise<unknown> {
  const tokens = createIdentityTokens(Buffer.alloc(32));
  // A reserved port that nothing listens on.
  const transport = connectGrpc({ target: '127.0.0.1:1', tokens, security: { kind: 'insecure' } });
  const { caller } = serviceCaller({ service: 'orchestrator', tenantId: 'acme', timeoutMs: 5000 });
  try {
    await transport
      .client(llm.LlmServiceDefinition)
      .generate(llm.GenerateRequest.fromPartial({ model: 'm' }), { caller });
  } catch (error) {
    return error;
  } finally {
    transport.close();
  }
  throw new Error('somebody listens on port 1');
}
